#include <onc/transport/reserved_port.h>

#include <cerrno>
#include <random>

#include <sys/socket.h>

namespace onc::transport {
namespace {

constexpr std::uint16_t first_port = 512;  // below are those of well-known servers
constexpr std::uint16_t ports = 1024 - first_port;

}  // namespace

int bind_reserved_port(int descriptor, sa_family_t family) {
  const std::string_view any = family == AF_INET6 ? "::" : "0.0.0.0";
  const auto start = static_cast<std::uint16_t>(std::random_device()() % ports);
  for (std::uint16_t i = 0; i < ports; ++i) {
    const auto port = static_cast<std::uint16_t>(first_port + (start + i) % ports);
    const Address address = Address::ip(any, port);
    if (::bind(descriptor, address.data(), address.size()) == 0) return 0;
    if (errno != EADDRINUSE) return errno;
  }
  return EADDRINUSE;
}

}  // namespace onc::transport
