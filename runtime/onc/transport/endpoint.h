// Where a server is: tcp://host:port, udp://host:port, local:///path, or only a host. Knows no RPC.
#pragma once

#include <onc/transport/address.h>
#include <onc/transport/clock.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace onc::transport {

// One URI, taken apart. Port 0 is "any" for a server to listen on.
struct Endpoint {
  std::optional<Protocol> protocol;   // absent for a bare host: any that is registered
  std::string host;                   // a name or numeric address; the path for local
  std::optional<std::uint16_t> port;  // absent: whoever knows the host's portmapper must find it

  // Throws rpc::Error(bad_endpoint), which says what one looks like.
  static Endpoint parse(std::string_view text);
  static Endpoint at(Protocol protocol, const Address& address);

  std::string text() const;

  bool operator==(const Endpoint&) const = default;
};

const char* name(Protocol protocol);

// The addresses of `endpoint`, at least one. A missing port is 0. Throws rpc::Error(unknown_host), and
// rpc::Error(timed_out) where a name has no answer by the deadline.
std::vector<Address> resolve(const Endpoint& endpoint, TimePoint deadline = TimePoint::max());

// The same for what nobody needs to be asked about: a path or a numeric address. Empty for a name.
std::vector<Address> resolve_numeric(const Endpoint& endpoint);

}  // namespace onc::transport
