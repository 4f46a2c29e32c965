#include <onc/binding/universal_address.h>
#include <onc/rpc/error.h>

#include <charconv>

#include <netinet/in.h>

namespace onc::binding {

using transport::Address;
using transport::Protocol;

namespace {

// The number after the last dot, which is cut off with it.
std::optional<unsigned> take_octet(std::string_view& text) {
  const std::size_t dot = text.rfind('.');
  if (dot == text.npos) return std::nullopt;
  const std::string_view digits = text.substr(dot + 1);
  unsigned octet = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), octet);
  if (digits.empty() || digits.size() > 3 || error != std::errc() || end != digits.data() + digits.size() ||
      octet > 255)
    return std::nullopt;
  text = text.substr(0, dot);
  return octet;
}

bool is_ip6(std::string_view netid) { return netid.ends_with('6'); }

}  // namespace

std::string to_universal(const Address& address) {
  if (!address.is_ip()) return address.host();
  const unsigned port = address.port();
  return address.host() + "." + std::to_string(port >> 8) + "." + std::to_string(port & 255);
}

std::optional<Address> from_universal(std::string_view netid, std::string_view text) {
  const auto protocol = protocol_of(netid);
  if (!protocol) return std::nullopt;
  // The longest is a scoped IPv6 address with its port; more than a sockaddr_un's path is nothing either.
  if (text.size() > 107) return std::nullopt;
  try {
    if (protocol == Protocol::local) return Address::path(text);
    const auto low = take_octet(text);
    const auto high = take_octet(text);
    if (!low || !high) return std::nullopt;
    const auto address = Address::ip(text, static_cast<std::uint16_t>(*high << 8 | *low));
    if (is_ip6(netid) != (address.family() == AF_INET6)) return std::nullopt;
    return address;
  } catch (const rpc::Error&) {
    return std::nullopt;
  }
}

std::string_view netid(Protocol protocol, const Address& address) {
  const bool six = address.family() == AF_INET6;
  switch (protocol) {
    case Protocol::tcp: return six ? "tcp6" : "tcp";
    case Protocol::udp: return six ? "udp6" : "udp";
    case Protocol::local: break;
  }
  return "local";
}

std::optional<Protocol> protocol_of(std::string_view netid) {
  if (netid == "tcp" || netid == "tcp6") return Protocol::tcp;
  if (netid == "udp" || netid == "udp6") return Protocol::udp;
  if (netid == "local" || netid == "unix") return Protocol::local;
  return std::nullopt;
}

}  // namespace onc::binding
