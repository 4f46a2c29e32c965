// Clients that come back from the port they had, to servers that know them by it.
#include <onc/client/timing.h>
#include <onc/rpc/error.h>
#include <onc/server/dispatcher.h>
#include <onc/transport/connect.h>
#include <onc/transport/late_reply.h>
#include <onc/transport/listen.h>

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/runtime/async_adder.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;
using transport::Address;
using transport::Endpoint;
using transport::Socket;

constexpr rpc::Retrying known{.times = 1000, .wait = 10ms, .once_across_connections = true};
constexpr rpc::Retrying anyhow{.times = 1000, .wait = 10ms, .even_if_it_may_have_run = true};

// Runs the first call it gets, and loses its reply with the connection. Serves those that come after.
class Losing : private transport::Deferring {
 public:
  enum class How { closes, resets, takes_its_port, ends };

  explicit Losing(How how, const rpc::ServiceOptions& options = {.once_across_connections = true},
                  const std::string& at = "tcp://127.0.0.1:0")
      : how_(how), listener_(transport::listen(Endpoint::parse(at))), endpoint_(listener_.endpoint) {
    dispatcher_.add(adder_, options);
    dispatcher_.remember_across_connections(replies_);
    if (::pipe(end_) != 0) ADD_FAILURE() << "no pipe";
    thread_ = std::thread([this] { serve(); });
  }
  ~Losing() {
    ::close(end_[1]);
    thread_.join();
    ::close(end_[0]);
  }
  std::string at() const { return endpoint_.text(); }
  int runs() const { return runs_; }

 private:
  std::unique_ptr<transport::LateReply> defer() override { return nullptr; }  // nothing here runs later

  bool wait(int descriptor) {
    pollfd waited[] = {{.fd = descriptor, .events = POLLIN, .revents = 0},
                       {.fd = end_[0], .events = POLLIN, .revents = 0}};
    return ::poll(waited, 2, -1) > 0 && waited[1].revents == 0;
  }

  void serve() {
    for (bool is_first = true; wait(listener_.socket.get()); is_first = false) {
      Address peer;
      socklen_t size = Address::capacity();
      Socket connection(::accept4(listener_.socket.get(), peer.data(), &size, SOCK_CLOEXEC));
      peer.resize(size);
      while (const auto call = next(connection)) {
        const xdr::Bytes reply = answer(*call, peer);
        if (!is_first)
          ::send(connection.get(), reply.data(), reply.size(), MSG_NOSIGNAL);
        else if (!lose(std::move(connection), peer))
          return;
        if (is_first) break;
      }
    }
  }

  std::optional<xdr::Bytes> next(const Socket& connection) {
    xdr::Bytes call(52);
    if (!wait(connection.get())) return std::nullopt;
    if (::recv(connection.get(), call.data(), call.size(), MSG_WAITALL) != 52) return std::nullopt;
    return call;
  }

  xdr::Bytes answer(const xdr::Bytes& call, const Address& peer) {
    const transport::Arrival arrival{*endpoint_.protocol, peer, peer, std::nullopt, 1000, this};
    xdr::Encoder reply;
    reply.u32(0);
    dispatcher_.answer(xdr::BytesView(call).subspan(4), arrival, reply);
    transport::set_mark(reply);
    runs_ = adder_.calls;
    return xdr::to_bytes(reply.bytes());
  }

  // False where there is nobody any more.
  bool lose(Socket connection, const Address& peer) {
    if (how_ == How::takes_its_port || how_ == How::ends) listener_.socket = Socket();
    if (how_ == How::resets) transport::reset_when_closed(connection.get());
    connection = Socket();
    if (how_ == How::takes_its_port) take_port_of(peer);
    return how_ != How::ends;
  }
  // Nobody listens meanwhile, so the client comes again and again until there is somebody.
  void take_port_of(const Address& peer) {
    taken_ = Socket(::socket(peer.family(), SOCK_STREAM, 0));
    while (::bind(taken_.get(), peer.data(), peer.size()) != 0) continue;
    listener_ = transport::listen(endpoint_);
  }

  How how_;
  transport::Listener listener_;
  Endpoint endpoint_;
  Socket taken_;
  int end_[2];
  adder::Server adder_;
  std::atomic<int> runs_ = 0;
  rpc::SharedReplies replies_{{.bytes = 1 << 20, .age = 120s}};
  rpc::Dispatcher dispatcher_;
  std::thread thread_;
};

std::int32_t sum_by_blocking(const std::string& at, const rpc::ClientOptions& options) {
  return adder::Client(at, options).add(2, 3);
}

std::int32_t sum_by_coroutine(const std::string& at, const rpc::ClientOptions& options) {
  asio::io_context context(1);
  adder::AsyncClient client(context, at, options);
  auto sum = asio::co_spawn(context, client.add(2, 3), asio::use_future);
  context.run();
  return sum.get();
}

constexpr auto both_clients = {sum_by_blocking, sum_by_coroutine};

TEST(reconnecting, what_has_run_does_not_run_again) {
  for (const auto sum : both_clients)
    for (const auto how : {Losing::How::closes, Losing::How::resets})
      for (const auto& retrying : {known, anyhow}) {
        const Losing server(how);
        EXPECT_EQ(sum(server.at(), {.retrying = retrying}), 5);
        EXPECT_EQ(server.runs(), 1);
      }
}

TEST(reconnecting, what_the_service_does_not_remember_does) {
  for (const auto sum : both_clients) {
    const Losing server(Losing::How::closes, {});
    EXPECT_EQ(sum(server.at(), {.retrying = anyhow}), 5);
    EXPECT_EQ(server.runs(), 2);
  }
}

TEST(reconnecting, several_calls_come_back_together) {
  const Losing server(Losing::How::closes);
  asio::io_context context(1);
  adder::AsyncClient client(context, server.at(), {.retrying = known});
  std::vector<std::future<std::int32_t>> sums;
  for (std::int32_t i = 0; i < 5; ++i) sums.push_back(asio::co_spawn(context, client.add(i, 1), asio::use_future));
  context.run();
  for (std::int32_t i = 0; i < 5; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)].get(), i + 1);
  EXPECT_EQ(server.runs(), 5);
}

TEST(reconnecting, a_reserved_port_is_come_back_to) {
  if (::getuid() != 0) GTEST_SKIP() << "ports below 1024 need root";
  for (const auto sum : both_clients) {
    const Losing server(Losing::How::closes);
    EXPECT_EQ(sum(server.at(), {.retrying = known, .source_port = transport::SourcePort::reserved}), 5);
    EXPECT_EQ(server.runs(), 1);
  }
}

TEST(reconnecting, from_another_port_the_call_is_not_repeated) {
  for (const auto sum : both_clients) {
    const Losing server(Losing::How::takes_its_port);
    try {
      sum(server.at(), {.retrying = known});
      ADD_FAILURE() << "it came from where?";
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), std::errc::address_in_use);
      EXPECT_TRUE(error.maybe_executed());
      EXPECT_NE(std::string(error.what()).find("its port is taken by now"), std::string::npos) << error.what();
    }
    EXPECT_EQ(server.runs(), 1);
  }
}

TEST(reconnecting, but_is_where_it_may_run_twice) {
  for (const auto sum : both_clients) {
    const Losing server(Losing::How::takes_its_port);
    EXPECT_EQ(sum(server.at(), {.retrying = anyhow}), 5);
    EXPECT_EQ(server.runs(), 2);
  }
}

TEST(reconnecting, over_a_local_socket_nobody_is_known) {
  const std::string path = "/tmp/onc-reconnecting-" + std::to_string(::getpid());
  for (const auto sum : both_clients) {
    const Losing server(Losing::How::closes, {.once_across_connections = true}, "local://" + path);
    try {
      sum(server.at(), {.retrying = known});
      ADD_FAILURE() << "who was that?";
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), rpc::errc::connection_lost);
      EXPECT_TRUE(error.maybe_executed());
    }
    EXPECT_EQ(server.runs(), 1);
    std::filesystem::remove(path);
  }
}

// Of the last attempt it is known that it did not.
TEST(reconnecting, an_error_tells_that_an_attempt_before_may_have_run) {
  for (const auto sum : both_clients) {
    const Losing server(Losing::How::ends);
    try {
      sum(server.at(), {.retrying = {.times = 2, .wait = 10ms, .once_across_connections = true}});
      ADD_FAILURE() << "nobody is there";
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), std::errc::connection_refused);
      EXPECT_TRUE(error.maybe_executed());
      EXPECT_NE(std::string(error.what()).find("may have run when it was tried before"), std::string::npos);
    }
  }
}

TEST(reconnecting, leaves_its_port_at_once) {
  const transport::Listener listener = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));
  const auto until = transport::Clock::now() + 10s;
  auto channel = transport::connect(listener.endpoint, until, 1000, {.returns = true});
  Address peer;
  socklen_t size = Address::capacity();
  const Socket accepted(::accept4(listener.socket.get(), peer.data(), &size, SOCK_CLOEXEC));
  const Address before = channel->local();
  EXPECT_EQ(before.port(), peer.port());
  channel->reset_when_closed();
  channel.reset();
  std::byte byte;
  EXPECT_EQ(::recv(accepted.get(), &byte, 1, 0), -1) << "it was closed in peace, and its port is kept for a minute";
  EXPECT_EQ(transport::connect(listener.endpoint, until, 1000, {.before = before})->local(), before);
}

TEST(reconnecting, comes_from_elsewhere_where_that_cannot_be) {
  const transport::Listener listener = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));
  const transport::Listener taken = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));
  const auto until = transport::Clock::now() + 10s;
  const Address listening = Address::ip("127.0.0.1", *taken.endpoint.port);
  const Address not_ours = Address::ip("192.0.2.1", 700);
  auto channel = transport::connect(listener.endpoint, until, 1000, {.before = listening});
  EXPECT_NE(channel->local().port(), listening.port());
  channel = transport::connect(listener.endpoint, until, 1000, {.before = not_ours});
  const Address connected = channel->local();
  // Both may have the port, but not be connected to the same.
  const auto first = transport::connect(listener.endpoint, until, 1000, {.before = connected.with_port(0)});
  const Address shared = first->local();
  EXPECT_FALSE(transport::connect(listener.endpoint, until, 1000, {.before = shared})->local() == shared);
}

}  // namespace
