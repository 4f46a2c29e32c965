#include <onc/rpc/error.h>
#include <onc/transport/broadcast.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

// The longest datagram IP can carry.
constexpr std::size_t max_datagram = 65'535;

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category()); }

// Those of `family` that are up and have `flag`.
void for_each_interface(sa_family_t family, unsigned flag, const std::function<void(const ifaddrs&)>& use) {
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) != 0) fail(errno);
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, &::freeifaddrs);
  for (const ifaddrs* interface = all.get(); interface; interface = interface->ifa_next) {
    const bool usable = (interface->ifa_flags & IFF_UP) != 0 && (interface->ifa_flags & flag) != 0;
    if (usable && interface->ifa_addr && interface->ifa_addr->sa_family == family) use(*interface);
  }
}

void add_new(std::vector<Address>& addresses, const Address& address) {
  if (std::find(addresses.begin(), addresses.end(), address) == addresses.end()) addresses.push_back(address);
}

}  // namespace

std::vector<Address> broadcast_addresses(std::uint16_t port) {
  std::vector<Address> addresses;
  for_each_interface(AF_INET, IFF_BROADCAST, [&](const ifaddrs& interface) {
    if (!interface.ifa_broadaddr) return;
    add_new(addresses, Address(interface.ifa_broadaddr, sizeof(sockaddr_in)).with_port(port));
  });
  return addresses;
}

std::vector<Address> portmapper_groups(std::uint16_t port) {
  std::vector<Address> groups;
  for_each_interface(AF_INET6, IFF_MULTICAST, [&](const ifaddrs& interface) {
    try {
      add_new(groups, Address::ip("ff02::202%" + std::string(interface.ifa_name), port));
    } catch (const rpc::Error&) {  // the interface has gone meanwhile
    }
  });
  return groups;
}

BroadcastSocket::BroadcastSocket(sa_family_t family)
    : socket_(::socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), buffer_(max_datagram) {
  if (socket_.get() < 0) fail(errno);
  const int on = 1;
  if (family == AF_INET) ::setsockopt(socket_.get(), SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
}

void BroadcastSocket::send(xdr::BytesView message, const Address& to) {
  ::sendto(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL, to.data(), to.size());
}

std::optional<BroadcastSocket::Received> BroadcastSocket::receive() {
  Address from;
  while (true) {
    socklen_t size = Address::capacity();
    const ssize_t received = ::recvfrom(socket_.get(), buffer_.data(), buffer_.size(), 0, from.data(), &size);
    // "Port unreachable" from one host says nothing of the others.
    if (received < 0 && (errno == EINTR || errno == ECONNREFUSED)) continue;
    if (received < 0) return std::nullopt;
    from.resize(size);
    return Received{from, {buffer_.data(), static_cast<std::size_t>(received)}};
  }
}

}  // namespace onc::transport
