#include <onc/transport/connect.h>
#include <onc/transport/socket_channel.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category()); }

int milliseconds_until(TimePoint deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

// 0 or errno.
int wait_until_connected(int descriptor, TimePoint deadline) {
  pollfd wait{.fd = descriptor, .events = POLLOUT, .revents = 0};
  int ready = 0;
  do ready = ::poll(&wait, 1, milliseconds_until(deadline));
  while (ready < 0 && errno == EINTR);
  if (ready == 0) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  if (ready < 0 || ::getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

// 0 or errno. A blocking connect() has no deadline, so the socket is non-blocking until it is through.
int connect_by(int descriptor, const Address& address, TimePoint deadline) {
  while (::connect(descriptor, address.data(), address.size()) != 0) {
    if (errno == EINPROGRESS) return wait_until_connected(descriptor, deadline);
    if (errno != EAGAIN) return errno;
    // A local socket whose queue is full cannot be waited for: asked again every few milliseconds.
    if (Clock::now() >= deadline) return ETIMEDOUT;
    ::poll(nullptr, 0, 5);
  }
  return 0;
}

void make_blocking(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_SETFL, flags & ~O_NONBLOCK) < 0) fail(errno);
}

// The error is errno's where the socket is none.
Socket dial_from(const Source& source, Protocol protocol, const Address& address, TimePoint deadline, int& error) {
  const int type = protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  Socket socket(::socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  error = socket.get() < 0 ? errno : 0;
  if (error == 0) error = bind_source(socket.get(), address, source);
  if (error == 0) error = connect_by(socket.get(), address, deadline);
  if (error != 0) return Socket();
  make_blocking(socket.get());
  const int on = 1;  // a call is written whole: nothing is gained by waiting for more
  if (protocol == Protocol::tcp) ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

Socket dial(const Source& source, Protocol protocol, const Address& address, TimePoint deadline, int& error) {
  Socket socket = dial_from(source, protocol, address, deadline, error);
  return source.is_taken(address, error) ? dial_from({source.port, source.returns}, protocol, address, deadline, error)
                                         : std::move(socket);
}

}  // namespace

std::unique_ptr<Channel> connect(const Endpoint& endpoint, TimePoint deadline, std::size_t max_message,
                                 const Source& source) {
  const Protocol protocol = endpoint.protocol.value_or(Protocol::tcp);
  std::vector<Address> addresses = resolve(endpoint, deadline);
  int error = EADDRNOTAVAIL;
  while (!addresses.empty()) {
    const Address address = addresses.front();
    const TimePoint until = share_of(deadline, addresses.size());
    addresses.erase(addresses.begin());
    Socket socket = dial(source, protocol, address, until, error);
    if (socket.get() < 0) continue;
    if (protocol == Protocol::udp)
      return std::make_unique<DatagramChannel>(
          std::move(socket), endpoint.text(),
          source.port == SourcePort::any ? std::move(addresses) : std::vector<Address>());
    return std::make_unique<StreamChannel>(std::move(socket), endpoint.text(), max_message);
  }
  fail(error);
}

}  // namespace onc::transport
