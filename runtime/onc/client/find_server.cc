#include <onc/binding/binding.h>
#include <onc/client/find_server.h>
#include <onc/transport/socket.h>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <cerrno>
#include <future>
#include <memory>
#include <system_error>
#include <thread>

#include <fcntl.h>

namespace onc::rpc {

using transport::Endpoint;
using transport::Protocol;
using transport::Socket;

namespace {

Found find_blocking(const Endpoint& server, const Program& program, transport::TimePoint deadline) {
  const Endpoint at = binding::locate(server, program, deadline);
  return {at.protocol.value_or(Protocol::tcp), transport::resolve(at, deadline)};
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
  std::packaged_task<Found()> task([=] { return find_blocking(server, program, deadline); });
  auto found = task.get_future();
  std::thread([task = std::move(task), end = std::move(pipe.write)]() mutable { task(); }).detach();
  co_await done.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
  co_return found.get();
}

}  // namespace onc::rpc
