#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include <arpa/inet.h>

namespace onc::transport {
namespace {

[[noreturn]] void refuse(std::string_view text, const std::string& why) {
  throw rpc::Error(rpc::errc::bad_endpoint, "'" + std::string(text) + "' is no endpoint: " + why +
                                                "; write tcp://host:port, udp://host:port, local:///path or a host");
}

std::uint16_t parse_port(std::string_view text, std::string_view whole) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    refuse(whole, "a port is a number from 0 to 65535");
  return port;
}

bool is_ipv6(const std::string& host) {
  in6_addr address;
  return ::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) == 1;
}

// What is no host, but would be asked for as one: for an address that nobody has, or in a DNS that nobody keeps.
void check_host(const std::string& host, std::string_view whole) {
  if (host == "*") refuse(whole, "every interface is 0.0.0.0 or, with IPv6, [::]");
  if (host.find('/') != host.npos) refuse(whole, "no '/' follows a host or a port");
  if (host.empty() || host.find_first_of(" \t\n") != host.npos) refuse(whole, "it names no host");
  if (host.find_first_not_of("0123456789") == host.npos)
    refuse(whole, "a number alone is no host: a port has a host before it, as 127.0.0.1:" + host + " has");
  if (host.find(':') != host.npos && !is_ipv6(host)) refuse(whole, "it has several colons and is no IPv6 address");
}

// host, host:port, [v6] or [v6]:port; a v6 address without brackets stands alone.
void parse_authority(std::string_view text, std::string_view whole, Endpoint& endpoint) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == text.npos) refuse(whole, "a ']' is missing");
    endpoint.host = text.substr(1, close - 1);
    rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') refuse(whole, "after ']' comes ':' and a port");
  } else {
    const std::size_t colon = text.find(':');
    const bool several = colon != text.npos && text.find(':', colon + 1) != text.npos;
    const bool has_scheme = text.size() != whole.size();
    // Nobody could say whether the end of it is a port.
    if (several && has_scheme && is_ipv6(std::string(text)))
      refuse(whole, "an IPv6 address stands in brackets, before its port: [::1]:7000");
    endpoint.host = several ? text : text.substr(0, colon);
    if (!several && colon != text.npos) rest = text.substr(colon);
  }
  if (rest.ends_with('/')) refuse(whole, "no '/' follows a host or a port");
  check_host(endpoint.host, whole);
  if (!rest.empty()) endpoint.port = parse_port(rest.substr(1), whole);
}

// What looks like a host without its scheme, and is a scheme with too few slashes.
void check_slashes(std::string_view text) {
  if (text.starts_with('/')) refuse(text, "a local socket's path follows local://");
  if (text.starts_with("local:")) refuse(text, "local:// comes before the path, which makes three slashes in all");
  for (const char* scheme : {"tcp", "udp"})
    if (text.starts_with(std::string(scheme) + ":"))
      refuse(text, std::string(scheme) + ":// comes before the host, with two slashes");
}

}  // namespace

Endpoint Endpoint::parse(std::string_view text) {
  Endpoint endpoint;
  const std::size_t mark = text.find("://");
  if (mark == text.npos) check_slashes(text);
  const std::string_view scheme = mark == text.npos ? "" : text.substr(0, mark);
  const std::string_view rest = mark == text.npos ? text : text.substr(mark + 3);
  if (scheme == "local") {
    if (!rest.starts_with('/')) refuse(text, "the path is absolute, with three slashes in all");
    endpoint.protocol = Protocol::local;
    endpoint.host = rest;
    return endpoint;
  }
  if (scheme == "tcp")
    endpoint.protocol = Protocol::tcp;
  else if (scheme == "udp")
    endpoint.protocol = Protocol::udp;
  else if (mark != text.npos)
    refuse(text, "it begins with neither tcp, udp nor local");
  parse_authority(rest, text, endpoint);
  if (!endpoint.protocol && endpoint.port) refuse(text, "a port needs tcp:// or udp:// before the host");
  return endpoint;
}

Endpoint Endpoint::at(Protocol protocol, const Address& address) {
  if (protocol == Protocol::local) return {protocol, address.host(), std::nullopt};
  return {protocol, address.host(), address.port()};
}

std::string Endpoint::text() const {
  if (protocol == Protocol::local) return "local://" + host;
  std::string text = protocol ? std::string(name(*protocol)) + "://" : "";
  text += host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port) text += ":" + std::to_string(*port);
  return text;
}

const char* name(Protocol protocol) {
  switch (protocol) {
    case Protocol::tcp: return "tcp";
    case Protocol::udp: return "udp";
    case Protocol::local: return "local";
  }
  return "";
}

}  // namespace onc::transport
