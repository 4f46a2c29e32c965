#include <onc/binding/binding.h>
#include <onc/client/find_server.h>
#include <onc/rpc/error.h>
#include <onc/transport/socket.h>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <cerrno>
#include <future>
#include <memory>
#include <system_error>
#include <thread>
#include <variant>

#include <fcntl.h>

namespace onc::rpc {

using transport::Endpoint;
using transport::Protocol;
using transport::Socket;

namespace {

// A failure crosses threads as a value: an exception's count of holders lives where no ThreadSanitizer can see it.
using Outcome = std::variant<Found, Error, std::error_code>;

Outcome find_blocking(const Endpoint& server, const Program& program, transport::TimePoint deadline) {
  try {
    const Endpoint at = binding::locate(server, program, deadline);
    return Found{at.protocol.value_or(Protocol::tcp), transport::resolve(at, deadline)};
  } catch (const Error& error) {
    return error;
  } catch (const std::system_error& error) {
    return error.code();
  }
}

Found found(Outcome outcome) {
  if (const auto* error = std::get_if<Error>(&outcome)) throw Error(*error);
  if (const auto* code = std::get_if<std::error_code>(&outcome)) throw std::system_error(*code);
  return std::get<Found>(std::move(outcome));
}

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) throw std::system_error(errno, std::generic_category());
    read = Socket(ends[0]);
    write = Socket(ends[1]);
  }

  Socket read;
  Socket write;
};

}  // namespace

asio::awaitable<Found> find_server(Endpoint server, Program program, transport::TimePoint deadline) {
  if (server.protocol && (server.port || server.protocol == Protocol::local)) {
    auto addresses = transport::resolve_numeric(server);
    if (!addresses.empty()) co_return Found{*server.protocol, std::move(addresses)};
  }
  // The thread tells that it is done by closing its end of a pipe: the io_context may be gone by then.
  Pipe pipe;
  asio::posix::stream_descriptor done(co_await asio::this_coro::executor, pipe.read.release());
  std::packaged_task<Outcome()> task([=] { return find_blocking(server, program, deadline); });
  auto outcome = task.get_future();
  std::thread([task = std::move(task), end = std::move(pipe.write)]() mutable { task(); }).detach();
  co_await done.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
  co_return found(outcome.get());
}

}  // namespace onc::rpc
