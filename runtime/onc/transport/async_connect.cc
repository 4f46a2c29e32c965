#include <onc/transport/async_connect.h>

#include <asio/experimental/as_tuple.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace onc::transport {
namespace {

using Descriptor = asio::posix::stream_descriptor;
using namespace asio::experimental::awaitable_operators;

// What cannot be waited for is tried again after this.
constexpr std::chrono::milliseconds pause{5};

[[noreturn]] void fail(int error) { throw std::system_error(error, std::generic_category()); }

// False when the deadline passes first.
asio::awaitable<bool> wait_until_writable(Descriptor& socket, TimePoint deadline) {
  constexpr auto token = asio::experimental::as_tuple(asio::use_awaitable);
  asio::steady_timer timer(socket.get_executor(), deadline);
  const auto first = co_await (socket.async_wait(Descriptor::wait_write, token) || timer.async_wait(token));
  co_return first.index() == 0;
}

// 0 or errno.
int outcome(Descriptor& socket) {
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// 0 or errno.
asio::awaitable<int> connect_by(Descriptor& socket, const Address& address, TimePoint deadline) {
  while (::connect(socket.native_handle(), address.data(), address.size()) != 0) {
    if (errno == EINPROGRESS) co_return co_await wait_until_writable(socket, deadline) ? outcome(socket) : ETIMEDOUT;
    if (errno != EAGAIN) co_return errno;
    // A local socket whose queue is full.
    if (Clock::now() >= deadline) co_return ETIMEDOUT;
    asio::steady_timer timer(socket.get_executor(), pause);
    co_await timer.async_wait(asio::use_awaitable);
  }
  co_return 0;
}

// The error is errno's where there is no socket.
asio::awaitable<std::optional<Descriptor>> dial(const Source& source, Protocol protocol, const Address& address,
                                                TimePoint deadline, int& error) {
  const int type = protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  const int descriptor = ::socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  error = descriptor < 0 ? errno : 0;
  if (error != 0) co_return std::nullopt;
  Descriptor socket(co_await asio::this_coro::executor, descriptor);
  error = bind_source(descriptor, address, source);
  if (error == 0) error = co_await connect_by(socket, address, deadline);
  if (error != 0) co_return std::nullopt;
  const int on = 1;  // calls are written whole: nothing is gained by waiting for more
  if (protocol == Protocol::tcp) ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  co_return std::move(socket);
}

}  // namespace

asio::awaitable<Descriptor> async_connect(Protocol protocol, std::vector<Address>& addresses, const Source& source,
                                          TimePoint deadline) {
  const Source elsewhere{source.port, source.returns};
  int error = EADDRNOTAVAIL;
  while (!addresses.empty()) {
    const Address address = addresses.front();
    const TimePoint until = share_of(deadline, addresses.size());
    addresses.erase(addresses.begin());
    auto socket = co_await dial(source, protocol, address, until, error);
    if (source.is_taken(address, error)) socket = co_await dial(elsewhere, protocol, address, until, error);
    if (socket) co_return std::move(*socket);
  }
  fail(error);
}

}  // namespace onc::transport
