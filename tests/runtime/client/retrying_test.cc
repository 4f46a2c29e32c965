// Calls that are made again on a new connection, over real sockets.
#include <onc/client/timing.h>
#include <onc/rpc/error.h>
#include <onc/transport/listen.h>

#include <gtest/gtest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>

#include <atomic>
#include <optional>
#include <thread>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/running_server.h"

#include <netinet/in.h>
#include <poll.h>
#include <unistd.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;
using transport::Endpoint;
using transport::Socket;

constexpr rpc::Retrying patiently{.times = 1000, .wait = 10ms};

// Closes each connection, the first ones as soon as they are there, the others when a whole call has come.
class HangingUp {
 public:
  explicit HangingUp(int at_once)
      : listener_(transport::listen(Endpoint::parse("tcp://127.0.0.1:0"))),
        thread_([this, at_once] { serve(at_once); }) {}
  ~HangingUp() {
    ::shutdown(listener_.socket.get(), SHUT_RDWR);
    thread_.join();
  }
  std::string at() const { return listener_.endpoint.text(); }
  int calls() const { return calls_; }

 private:
  void serve(int at_once) {
    pollfd wait{.fd = listener_.socket.get(), .events = POLLIN, .revents = 0};
    while (::poll(&wait, 1, -1) == 1 && (wait.revents & POLLHUP) == 0) {
      const Socket connection(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.get() < 0 || at_once-- > 0) continue;
      xdr::Bytes call(52);
      if (::recv(connection.get(), call.data(), call.size(), MSG_WAITALL) == 52) ++calls_;
    }
  }

  transport::Listener listener_;
  std::atomic<int> calls_ = 0;
  std::thread thread_;
};

// A port where nobody listens, until start() does.
class LateServer {
 public:
  LateServer() : port_(*transport::listen(Endpoint::parse("tcp://127.0.0.1:0")).endpoint.port) {}
  std::string at() const { return "tcp://127.0.0.1:" + std::to_string(port_); }
  void start() {
    const std::string here = at();
    server_ = std::make_unique<RunningServer>(std::initializer_list<rpc::Service*>{&adder_},
                                              std::initializer_list<const char*>{here.c_str()});
  }

 private:
  std::uint16_t port_;
  adder::Server adder_;
  std::unique_ptr<RunningServer> server_;
};

TEST(retrying, waits_for_a_server_that_is_not_there_yet) {
  LateServer server;
  adder::Client client(server.at(), {.retrying = patiently});
  std::thread caller([&] { EXPECT_EQ(client.add(2, 3), 5); });
  server.start();
  caller.join();
}

TEST(retrying, so_do_coroutines) {
  LateServer server;
  asio::io_context context(1);
  adder::AsyncClient client(context, server.at(), {.retrying = patiently});
  auto sum = asio::co_spawn(context, client.add(2, 3), asio::use_future);
  std::thread caller([&] { context.run(); });
  server.start();
  caller.join();
  EXPECT_EQ(sum.get(), 5);
}

TEST(retrying, does_not_happen_unasked) {
  adder::Client client(LateServer().at());
  EXPECT_THROW(client.add(2, 3), rpc::Error);
}

TEST(retrying, ends_after_as_many_times) {
  HangingUp server(0);
  adder::Client client(server.at(), {.retrying = {.times = 3, .wait = 10ms, .even_if_it_may_have_run = true}});
  EXPECT_THROW(client.add(2, 3), rpc::Error);
  EXPECT_EQ(server.calls(), 4);
}

TEST(retrying, spares_a_call_that_may_have_run) {
  HangingUp server(0);
  adder::Client client(server.at(), {.retrying = patiently});
  try {
    client.add(2, 3);
    ADD_FAILURE() << "nobody answered";
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), rpc::errc::connection_lost);
    EXPECT_TRUE(error.maybe_executed());
  }
  EXPECT_EQ(server.calls(), 1);
}

TEST(retrying, ends_before_the_calls_time_does) {
  rpc::Retries retries({.times = 5, .wait = 10ms}, std::chrono::steady_clock::now() - 1s);
  EXPECT_FALSE(retries.after(rpc::Error(rpc::errc::connection_lost, "")));
}

TEST(retrying, is_not_for_what_the_server_has_refused) {
  rpc::Retries retries({.times = 5, .wait = 10ms}, std::chrono::steady_clock::now() + 1h);
  EXPECT_FALSE(retries.after(rpc::Error(rpc::errc::procedure_unavailable, "")));
  EXPECT_FALSE(retries.after(rpc::Error(rpc::errc::timed_out, "", true)));
  EXPECT_TRUE(retries.after(rpc::Error(rpc::errc::connection_lost, "")));
}

TEST(retrying, ends_when_the_call_is_cancelled_in_between) {
  HangingUp server(0);
  asio::io_context context(1);
  adder::AsyncClient client(context, server.at(),
                            {.retrying = {.times = 1000, .wait = 8s, .even_if_it_may_have_run = true}});
  asio::cancellation_signal cancel;
  auto sum = asio::co_spawn(context, client.add(2, 3), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
  while (server.calls() == 0) context.run_one_for(1ms);
  while (context.run_one_for(100ms) != 0) continue;  // until it waits
  cancel.emit(asio::cancellation_type::all);
  context.run();
  try {
    sum.get();
    ADD_FAILURE() << "nobody answered";
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), std::errc::operation_canceled);
    EXPECT_TRUE(error.maybe_executed()) << error.what();
  }
}

// Whatever is under way when it is cancelled.
TEST(retrying, that_is_cancelled_fails_with_an_error_of_ours) {
  for (int turns = 0; turns < 12; ++turns) {
    HangingUp server(0);
    asio::io_context context(1);
    adder::AsyncClient client(context, server.at(),
                              {.retrying = {.times = 1000, .wait = 8s, .even_if_it_may_have_run = true}});
    asio::cancellation_signal cancel;
    auto sum = asio::co_spawn(context, client.add(2, 3), asio::bind_cancellation_slot(cancel.slot(), asio::use_future));
    while (server.calls() == 0) context.run_one_for(1ms);
    for (int i = 0; i < turns; ++i) context.run_one_for(10ms);
    cancel.emit(asio::cancellation_type::all);
    context.run();
    try {
      sum.get();
      ADD_FAILURE() << "nobody answered";
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), std::errc::operation_canceled) << turns;
    }
  }
}

TEST(retrying, ends_when_the_client_is_closed_in_between) {
  for (const bool is_destroyed : {false, true}) {
    HangingUp server(0);
    asio::io_context context(1);
    std::optional<adder::AsyncClient> client;
    client.emplace(context, server.at(),
                   rpc::ClientOptions{.retrying = {.times = 1000, .wait = 8s, .even_if_it_may_have_run = true}});
    auto sum = asio::co_spawn(context, client->add(2, 3), asio::use_future);
    while (server.calls() == 0) context.run_one_for(1ms);
    while (context.run_one_for(100ms) != 0) continue;  // until it waits
    is_destroyed ? client.reset() : client->close();
    context.run();
    try {
      sum.get();
      ADD_FAILURE() << "nobody answered";
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), rpc::errc::client_closed) << error.what();
      EXPECT_TRUE(error.maybe_executed()) << error.what();
    }
  }
}

TEST(client_options, wait_between_10_ms_and_8_s_before_a_repeat) {
  for (const auto& [wanted, expected] : {std::pair(-1ms, 10ms), {0ms, 10ms}, {1ms, 10ms}, {20ms, 20ms}, {1h, 8000ms}}) {
    EXPECT_EQ(rpc::within_range({.retransmit_after = wanted}).retransmit_after, expected);
    EXPECT_EQ(rpc::within_range({.retrying = {.wait = wanted}}).retrying.wait, expected);
  }
}

TEST(source_port, is_reserved_by_choice) {
  if (::getuid() != 0) GTEST_SKIP() << "ports below 1024 need root";
  class Doorman : public adder::Server {
   public:
    std::vector<std::uint16_t> ports;
    void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                  const rpc::Caller& caller) override {
      ports.push_back(caller.peer.port());
      adder::Server::dispatch(procedure, arguments, results, caller);
    }
  } doorman;
  {
    RunningServer server({&doorman}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0", "tcp://[::1]:0"});
    for (std::size_t i = 0; i < 3; ++i)
      adder::Client(server.at(i), {.source_port = transport::SourcePort::reserved}).null();
    asio::io_context context(1);
    adder::AsyncClient client(context, server.at(), {.source_port = transport::SourcePort::reserved});
    auto done = asio::co_spawn(context, client.null(), asio::use_future);
    context.run();
    done.get();
  }
  ASSERT_EQ(doorman.ports.size(), 4U);
  for (const std::uint16_t port : doorman.ports) {
    EXPECT_GE(port, 512);
    EXPECT_LT(port, 1024);
  }
}

}  // namespace
