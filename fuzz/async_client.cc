// The async client's receive path, over a connection: many calls under way, and a server that lies. The first byte says
// how; the rest is what the server sends before it hangs up.
#include <onc/rpc/error.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <cstring>
#include <string>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "fuzz/must.h"
#include "fuzz/records.h"
#include "wide.x.async.h"
#include "wide.x.h"

namespace {

using namespace onc;
using Client = wide::WIDE::v1::AsyncClient;

int ended = 0;

asio::awaitable<void> ends(asio::awaitable<void> call) {
  try {
    co_await std::move(call);
  } catch (const rpc::Error&) {
  }
  ++ended;
}
asio::awaitable<void> echo(Client& client) {
  const wide::Wide wide = co_await client.echo({});
  xdr::Encoder out;
  wide.encode(out);
}
asio::awaitable<void> count(Client& client) { co_await client.count(); }

// A local socket that a client can connect to, in this process.
class Listener {
 public:
  Listener() : path_("/tmp/onc-fuzz-" + std::to_string(::getpid())) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ::unlink(path_.c_str());
    must(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0, "a socket can be bound");
    must(::listen(socket_, 8) == 0, "a socket can listen");
  }
  ~Listener() {
    ::close(socket_);
    ::unlink(path_.c_str());
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  std::string uri() const { return "local://" + path_; }
  int accept() const { return ::accept(socket_, nullptr, nullptr); }

 private:
  std::string path_;
  int socket_ = -1;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const Listener listener;
  if (size == 0) return 0;
  const bool knows_the_xids = (data[0] & 1) == 0;
  const int calls = 1 + (data[0] >> 6);
  asio::io_context context(1);
  Client client(context, listener.uri(), {.max_reply = 8'000, .decoding = {.memory = std::size_t{1} << 20}});
  ended = 0;
  for (int i = 0; i < calls; ++i) asio::co_spawn(context, ends(i % 2 ? count(client) : echo(client)), asio::detached);
  int connection = -1;
  while (connection < 0 && context.run_one() != 0) connection = listener.accept();
  must(connection >= 0, "the client connects");
  context.poll();
  std::array<std::byte, 4096> sent;
  const ssize_t got = ::recv(connection, sent.data(), sent.size(), MSG_DONTWAIT);
  const auto asked = records_of({sent.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0))}, 8'000, 4096);
  xdr::Bytes stream = xdr::to_bytes(std::as_bytes(std::span(data, size)).subspan(1));
  if (knows_the_xids) {
    std::size_t at = 0;
    for (std::size_t i = 0; !asked.empty() && at + 8 <= stream.size(); ++i) {
      const std::size_t record = transport::size_in_mark(xdr::BytesView(stream).subspan(at));
      std::memcpy(stream.data() + at + 4, asked[i % asked.size()].data(), 4);
      if (record > stream.size()) break;
      at += 4 + record;
    }
  }
  [[maybe_unused]] const ssize_t written =
      ::send(connection, stream.data(), stream.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  ::close(connection);
  context.run();
  must(ended == calls, "every call ends");
  return 0;
}
