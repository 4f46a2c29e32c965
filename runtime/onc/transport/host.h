// Which peers are one host, that shares what it may hold with nobody else.
#pragma once

#include <onc/transport/address.h>

#include <cstdint>
#include <cstring>
#include <optional>

#include <netinet/in.h>
#include <sys/types.h>

namespace onc::transport {

// An IPv4 address, an IPv6 network of 64 bits, of which anybody has 2^64 addresses, or a user of this host's local
// sockets.
using Host = std::uint64_t;

inline Host host_of(const Address& peer, std::optional<uid_t> user = {}) {
  constexpr Host ip4 = Host{1} << 32;
  constexpr Host local = Host{2} << 32;
  if (peer.family() == AF_INET) {
    in_addr_t address{};
    std::memcpy(&address, &reinterpret_cast<const sockaddr_in*>(peer.data())->sin_addr, sizeof address);
    return ip4 | address;
  }
  if (peer.family() == AF_INET6) {
    Host network{};
    std::memcpy(&network, &reinterpret_cast<const sockaddr_in6*>(peer.data())->sin6_addr, sizeof network);
    return network;
  }
  return local | user.value_or(0);
}

}  // namespace onc::transport
