#include <onc/rpc/error.h>
#include <onc/transport/inherited.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace onc::transport {
namespace {

constexpr int first_inherited = 3;  // sd_listen_fds(3): SD_LISTEN_FDS_START
constexpr int most_inherited = 1000;

std::optional<int> number_in(const char* variable) {
  const char* text = std::getenv(variable);
  if (!text) return std::nullopt;
  const std::string_view digits = text;
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

std::optional<Protocol> protocol_of(int descriptor) {
  const int family = option_of(descriptor, SO_DOMAIN);
  const int type = option_of(descriptor, SO_TYPE);
  const bool is_ip = family == AF_INET || family == AF_INET6;
  if (is_ip && type == SOCK_DGRAM) return Protocol::udp;
  if (type != SOCK_STREAM || option_of(descriptor, SO_ACCEPTCONN) != 1) return std::nullopt;
  if (is_ip) return Protocol::tcp;
  if (family == AF_UNIX) return Protocol::local;
  return std::nullopt;
}

// It would show callers over IPv4 with addresses of IPv6, as strangers where they are this host.
bool serves_both_ips(int descriptor) {
  int only_ip6 = 1;
  socklen_t size = sizeof only_ip6;
  const bool is_ip6 = option_of(descriptor, SO_DOMAIN) == AF_INET6;
  return is_ip6 && ::getsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &only_ip6, &size) == 0 && only_ip6 == 0;
}

Listener take(int descriptor) {
  const std::optional<Protocol> protocol = protocol_of(descriptor);
  Address bound;
  socklen_t size = Address::capacity();
  if (!protocol || ::getsockname(descriptor, bound.data(), &size) != 0)
    throw rpc::Error(rpc::errc::bad_endpoint,
                     "LISTEN_FDS hands over descriptor " + std::to_string(descriptor) +
                         ", which is no listening TCP or local socket and no UDP socket; mend the .socket unit");
  bound.resize(size);
  if (serves_both_ips(descriptor))
    throw rpc::Error(rpc::errc::bad_endpoint, "LISTEN_FDS hands over " + bound.text() +
                                                  " for IPv6 and IPv4 at once; write BindIPv6Only=ipv6-only into the "
                                                  ".socket unit, and 0.0.0.0 besides");
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  return {Socket(descriptor), Endpoint::at(*protocol, bound)};
}

}  // namespace

std::vector<Listener> inherited_listeners() {
  const bool for_us = number_in("LISTEN_PID") == ::getpid();
  const int count = for_us ? number_in("LISTEN_FDS").value_or(-1) : 0;
  if (for_us) {
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_FDNAMES");
  }
  if (count < 0 || count > most_inherited)
    throw rpc::Error(rpc::errc::bad_endpoint,
                     "LISTEN_FDS is no number of sockets from 0 to " + std::to_string(most_inherited));
  std::vector<Listener> listeners;
  for (int descriptor = first_inherited; descriptor < first_inherited + count; ++descriptor)
    listeners.push_back(take(descriptor));
  return listeners;
}

}  // namespace onc::transport
