#include <onc/transport/datagram_address.h>

#include <cstring>

#include <netinet/in.h>

namespace onc::transport {
namespace {

template <class Info>
Info read_info(const cmsghdr* header) {
  Info info;
  std::memcpy(&info, CMSG_DATA(header), sizeof info);
  return info;
}

Address local_of(const in_pktinfo& info, std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr = info.ipi_spec_dst;  // what was asked may be a broadcast address: this one is ours
  return {reinterpret_cast<const sockaddr*>(&v4), sizeof v4};
}

Address local_of(const in6_pktinfo& info, std::uint16_t port) {
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = info.ipi6_addr;
  if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) v6.sin6_scope_id = info.ipi6_ifindex;
  return {reinterpret_cast<const sockaddr*>(&v6), sizeof v6};
}

}  // namespace

void ask_for_local_address(int descriptor, sa_family_t family) {
  const int on = 1;
  if (family == AF_INET6)
    ::setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
  else
    ::setsockopt(descriptor, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
}

Address local_of(msghdr& message, const Address& bound) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO)
      return local_of(read_info<in_pktinfo>(header), bound.port());
    if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO)
      return local_of(read_info<in6_pktinfo>(header), bound.port());
  }
  return bound;
}

// The interface is left to the routing table, but for link-local addresses.
void choose_source(msghdr& message) {
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
    if (header->cmsg_level == IPPROTO_IP && header->cmsg_type == IP_PKTINFO) {
      auto info = read_info<in_pktinfo>(header);
      // A broadcast's destination cannot be a source: spec_dst is the address of ours it came in by.
      info = {.ipi_ifindex = 0, .ipi_spec_dst = info.ipi_spec_dst, .ipi_addr = {}};
      std::memcpy(CMSG_DATA(header), &info, sizeof info);
    } else if (header->cmsg_level == IPPROTO_IPV6 && header->cmsg_type == IPV6_PKTINFO) {
      auto info = read_info<in6_pktinfo>(header);
      if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr))
        info.ipi6_addr = in6addr_any;
      else if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
        info.ipi6_ifindex = 0;
      std::memcpy(CMSG_DATA(header), &info, sizeof info);
    }
  }
}

}  // namespace onc::transport
