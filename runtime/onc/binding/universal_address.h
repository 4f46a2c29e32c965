// Universal addresses and network ids (RFC 5665): how the portmapper writes where a server is.
#pragma once

#include <onc/transport/endpoint.h>

#include <optional>
#include <string>
#include <string_view>

namespace onc::binding {

// "127.0.0.1.3.9" for port 777 of 127.0.0.1, "::1.3.9" for IPv6 (RFC 5665 §5.2.3), the path for a local socket.
std::string to_universal(const transport::Address& address);

// Nothing where the text is not one: it comes from a stranger. `netid` as below.
std::optional<transport::Address> from_universal(std::string_view netid, std::string_view text);

// tcp, udp, tcp6, udp6 or local (RFC 5665 §5.1).
std::string_view netid(transport::Protocol protocol, const transport::Address& address);
std::optional<transport::Protocol> protocol_of(std::string_view netid);

}  // namespace onc::binding
