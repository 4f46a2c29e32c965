#include <onc/rpc/error.h>
#include <onc/transport/inherited.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fcntl.h>
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

Listener take(int descriptor) {
  const std::optional<Protocol> protocol = protocol_of(descriptor);
  Address bound;
  socklen_t size = Address::capacity();
  if (!protocol || ::getsockname(descriptor, bound.data(), &size) != 0)
    throw rpc::Error(rpc::errc::bad_endpoint,
                     "LISTEN_FDS hands over descriptor " + std::to_string(descriptor) +
                         ", which is no listening TCP or local socket and no UDP socket; mend the .socket unit");
  bound.resize(size);
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
  return {Socket(descriptor), Endpoint::at(*protocol, bound)};
}

}  // namespace

std::vector<Listener> inherited_listeners() {
  const bool for_us = number_in("LISTEN_PID") == ::getpid();
  const int count = for_us ? number_in("LISTEN_FDS").value_or(0) : 0;
  if (for_us) {
    ::unsetenv("LISTEN_PID");
    ::unsetenv("LISTEN_FDS");
    ::unsetenv("LISTEN_FDNAMES");
  }
  if (count > most_inherited)
    throw rpc::Error(rpc::errc::bad_endpoint,
                     "LISTEN_FDS announces more than " + std::to_string(most_inherited) + " sockets");
  std::vector<Listener> listeners;
  for (int descriptor = first_inherited; descriptor < first_inherited + count; ++descriptor)
    listeners.push_back(take(descriptor));
  return listeners;
}

}  // namespace onc::transport
