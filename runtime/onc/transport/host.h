// Which peers are one host, that shares what it may hold with nobody else.
#pragma once

#include <onc/transport/address.h>

#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>

#include <netinet/in.h>
#include <sys/types.h>

namespace onc::transport {

// An IPv4 address, an IPv6 network of 64 bits, of which anybody has 2^64 addresses, or a user of this host's local
// sockets.
struct Host {
  enum class Kind : std::uint8_t { unknown, ip4, ip6, local };

  Kind kind = Kind::unknown;
  std::uint64_t number = 0;

  auto operator<=>(const Host&) const = default;
};

inline Host host_of(const Address& peer, std::optional<uid_t> user = {}) {
  if (peer.family() == AF_INET) {
    in_addr_t address{};
    std::memcpy(&address, &reinterpret_cast<const sockaddr_in*>(peer.data())->sin_addr, sizeof address);
    return {Host::Kind::ip4, address};
  }
  if (peer.family() == AF_INET6) {
    std::uint64_t network{};
    std::memcpy(&network, &reinterpret_cast<const sockaddr_in6*>(peer.data())->sin6_addr, sizeof network);
    return {Host::Kind::ip6, network};
  }
  if (user) return {Host::Kind::local, *user};
  return {};
}

}  // namespace onc::transport
