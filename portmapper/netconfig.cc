#include "portmapper/netconfig.h"

#include <onc/binding/universal_address.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>

#include <netinet/in.h>
#include <sys/un.h>

namespace portmapper {

using onc::transport::Address;
using onc::transport::Protocol;

namespace {

constexpr std::array<Netconfig, 5> transports = {{
    {"udp", 1, "inet", "udp"},
    {"tcp", 3, "inet", "tcp"},
    {"udp6", 1, "inet6", "udp"},
    {"tcp6", 3, "inet6", "tcp"},
    {"local", 3, "loopback", "-"},
}};

bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }

// An interface's name means nothing to another host, and RFC 5665 §5.2.3 has no place for it.
std::string without_scope(std::string universal) {
  const std::size_t percent = universal.find('%');
  if (percent == std::string::npos) return universal;
  return universal.erase(percent, universal.find('.', percent) - percent);
}

// The smallest and largest a sockaddr of this family can be.
struct Sizes {
  std::size_t smallest;
  std::size_t largest;
};

Sizes sizes_of(sa_family_t family) {
  switch (family) {
    case AF_INET: return {sizeof(sockaddr_in), sizeof(sockaddr_in)};
    case AF_INET6: return {sizeof(sockaddr_in6), sizeof(sockaddr_in6)};
    case AF_UNIX: return {offsetof(sockaddr_un, sun_path) + 1, sizeof(sockaddr_un)};
    default: return {1, 0};
  }
}

}  // namespace

const Netconfig* find_netconfig(std::string_view netid) {
  const auto found = std::find_if(transports.begin(), transports.end(),
                                  [&](const Netconfig& transport) { return transport.netid == netid; });
  return found == transports.end() ? nullptr : &*found;
}

bool is_address_of(std::string_view netid, std::string_view universal_address) {
  if (!find_netconfig(netid)) return false;
  const auto address = onc::binding::from_universal(netid, universal_address);
  if (!address || std::any_of(universal_address.begin(), universal_address.end(), is_control)) return false;
  return address->is_ip() ? address->port() != 0 : universal_address.starts_with('/');
}

std::string merge_address(std::string_view netid, const std::string& registered, const Address& used) {
  const auto address = onc::binding::from_universal(netid, registered);
  if (!address || !address->is_any()) return registered;
  if (used.family() != address->family()) return registered;
  return without_scope(onc::binding::to_universal(used.with_port(address->port())));
}

std::string to_universal(onc::xdr::BytesView sockaddr_bytes) {
  sa_family_t family = AF_UNSPEC;
  if (sockaddr_bytes.size() < sizeof family) return "";
  std::memcpy(&family, sockaddr_bytes.data(), sizeof family);
  const Sizes sizes = sizes_of(family);
  if (sockaddr_bytes.size() < sizes.smallest || sockaddr_bytes.size() > sizes.largest) return "";
  Address address;
  std::memcpy(address.data(), sockaddr_bytes.data(), sockaddr_bytes.size());
  address.resize(static_cast<socklen_t>(sockaddr_bytes.size()));
  return without_scope(onc::binding::to_universal(address));
}

onc::xdr::Bytes to_sockaddr(std::string_view netid, std::string_view universal_address) {
  const auto address = onc::binding::from_universal(netid, universal_address);
  if (!address) return {};
  const auto* bytes = reinterpret_cast<const std::byte*>(address->data());
  return onc::xdr::Bytes(bytes, bytes + address->size());
}

}  // namespace portmapper
