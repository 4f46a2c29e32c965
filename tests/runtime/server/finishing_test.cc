// The end of a server that finishes what it has begun.
#include <onc/rpc/error.h>
#include <onc/server/server.h>
#include <onc/transport/socket.h>

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <list>
#include <thread>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"

#include <unistd.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;

// Its handler ends when the test says so.
class Slow : public rpc::AsyncService {
 public:
  Slow() : AsyncService(adder::program) {}

  asio::awaitable<void> dispatch(std::uint32_t, xdr::Decoder& arguments, xdr::Encoder& results,
                                 const rpc::Caller&) override {
    const std::int32_t a = arguments.i32();
    const std::int32_t b = arguments.i32();
    arguments.finish();
    return add(a, b, results);
  }
  void wait_for_call() const { began.wait(false); }

  std::atomic<bool> began = false;
  std::atomic<bool> may_end = false;

 private:
  asio::awaitable<void> add(std::int32_t a, std::int32_t b, xdr::Encoder& results) {
    began = true;
    began.notify_all();
    while (!may_end) {
      asio::steady_timer soon(co_await asio::this_coro::executor, 1ms);
      co_await soon.async_wait(asio::use_awaitable);
    }
    results.i32(a + b);
  }
};

void wait_until_nobody_listens(const std::string& at) {
  std::error_code refused;
  while (refused != std::errc::connection_refused) {
    try {
      adder::Client(at, {.timeout = 100ms}).add(2, 3);
    } catch (const rpc::Error& error) {
      refused = error.code();
    }
  }
}

// A server with one call that is being handled.
struct Busy {
  explicit Busy(const char* endpoint, rpc::ServerOptions options = {}) : server(options) {
    server.add(slow);
    at = server.listen(endpoint).text();
    running = std::thread([this] { server.run(); });
    sum = std::async(std::launch::async, [this] { return adder::Client(at, {.timeout = 20s}).add(2, 3); });
    slow.wait_for_call();
  }
  ~Busy() {
    server.stop();
    if (running.joinable()) running.join();
  }
  // What becomes of the call; nothing where it was answered.
  std::error_code failure() {
    try {
      sum.get();
      return {};
    } catch (const rpc::Error& error) {
      return error.code();
    }
  }

  Slow slow;
  rpc::Server server;
  std::string at;
  std::thread running;
  std::future<std::int32_t> sum;
};

TEST(finishing, a_call_being_handled_is_answered_and_then_the_server_ends) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    Busy busy(endpoint);
    busy.server.finish();
    busy.slow.may_end = true;
    EXPECT_EQ(busy.sum.get(), 5) << endpoint;
    busy.running.join();
  }
}

TEST(finishing, a_reply_is_read_whole_though_more_is_asked_meanwhile) {
  adder::Server adder;
  rpc::Server server({.finishing = 20s});
  server.add(adder);
  const auto at = server.listen("tcp://127.0.0.1:0");
  std::thread running([&] { server.run(); });
  const transport::Socket socket(::socket(AF_INET, SOCK_STREAM, 0));
  const int little = 4096;  // so that most of the reply stays with the server
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVBUF, &little, sizeof little);
  const auto address = transport::resolve(at).front();
  ASSERT_EQ(::connect(socket.get(), address.data(), address.size()), 0);
  const std::string header =
      "00000007 00000000 00000002 20000042 00000002 00000005 00000000 00000000 00000000 00000000";
  const xdr::Bytes call = from_hex("8000002c" + header + "0000ea60");  // long_reply of 60,000 bytes
  const auto send = [&] { return ::send(socket.get(), call.data(), call.size(), MSG_NOSIGNAL); };
  ASSERT_EQ(send(), static_cast<ssize_t>(call.size()));
  std::byte first;
  ASSERT_EQ(::recv(socket.get(), &first, 1, MSG_PEEK), 1);
  server.finish();
  wait_until_nobody_listens(at.text());
  send();
  xdr::Bytes reply(4 + 24 + 4 + 60'000);
  EXPECT_EQ(::recv(socket.get(), reply.data(), reply.size(), MSG_WAITALL), static_cast<ssize_t>(reply.size()));
  ::shutdown(socket.get(), SHUT_RDWR);
  running.join();
}

TEST(finishing, takes_no_more_connections_while_it_waits) {
  Busy busy("tcp://127.0.0.1:0");
  busy.server.finish();
  wait_until_nobody_listens(busy.at);
  EXPECT_EQ(busy.sum.wait_for(0s), std::future_status::timeout) << "the first is still being handled";
  busy.slow.may_end = true;
  EXPECT_EQ(busy.sum.get(), 5);
}

TEST(finishing, ends_when_its_time_is_over_whatever_still_runs) {
  Busy busy("tcp://127.0.0.1:0", {.finishing = 0s});
  busy.server.finish();
  busy.running.join();
  EXPECT_EQ(busy.failure(), rpc::errc::connection_lost);
}

TEST(finishing, is_cut_short_by_stop) {
  Busy busy("tcp://127.0.0.1:0");
  busy.server.finish();
  wait_until_nobody_listens(busy.at);
  busy.server.stop();
  busy.running.join();
  EXPECT_EQ(busy.failure(), rpc::errc::connection_lost);
}

TEST(finishing, does_not_wait_for_idle_connections) {
  adder::Server adder;
  rpc::Server server;
  server.add(adder);
  adder::Client client(server.listen("tcp://127.0.0.1:0").text());
  std::thread running([&] { server.run(); });
  EXPECT_EQ(client.add(2, 3), 5);
  server.finish();
  running.join();
}

// Its handler holds up the server's thread until the test says otherwise.
class Blocking : public adder::Server {
 public:
  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    adder::Server::dispatch(procedure, arguments, results, caller);
    began = true;
    began.notify_all();
    may_end.wait(false);
  }

  std::atomic<bool> began = false;
  std::atomic<bool> may_end = false;
};

bool is_heard(int signal) {
  struct sigaction action {};
  ::sigaction(signal, nullptr, &action);
  return action.sa_handler != SIG_DFL;
}

TEST(finishing, signals_are_heard_though_a_handler_holds_up_the_server) {
  Blocking blocking;
  rpc::Server server;
  server.add(blocking);
  server.stop_on({SIGUSR1});
  const std::string path = "/tmp/onc-test-" + std::to_string(::getpid()) + ".finishing";
  const std::string at = server.listen("local://" + path).text();
  std::thread running([&] { server.run(); });
  std::list<std::future<void>> calls;
  for (int i = 0; i < 3; ++i)
    calls.push_back(std::async(std::launch::async, [&] {
      try {
        adder::Client(at, {.timeout = 20s}).null();
      } catch (const rpc::Error&) {
      }
    }));
  blocking.began.wait(false);
  ::kill(::getpid(), SIGUSR1);
  while (::access(path.c_str(), F_OK) == 0) std::this_thread::yield();
  EXPECT_TRUE(is_heard(SIGUSR1));
  ::kill(::getpid(), SIGUSR1);
  while (is_heard(SIGUSR1)) std::this_thread::yield();
  blocking.may_end = true;
  blocking.may_end.notify_all();
  running.join();
  EXPECT_EQ(blocking.calls, 1) << "the others were still to come when it was stopped";
}

TEST(finishing, is_what_the_first_signal_means_and_stop_the_second) {
  Slow slow;
  rpc::Server server;
  server.add(slow);
  server.stop_on({SIGUSR2});
  server.stop_on({SIGUSR1});
  const std::string at = server.listen("tcp://127.0.0.1:0").text();
  std::thread running([&] { server.run(); });
  auto sum = std::async(std::launch::async, [&] { return adder::Client(at, {.timeout = 300ms}).add(2, 3); });
  slow.wait_for_call();
  ::kill(::getpid(), SIGUSR1);
  EXPECT_THROW(sum.get(), rpc::Error) << "it goes on waiting for the handler";
  ::kill(::getpid(), SIGUSR1);
  running.join();
}

}  // namespace
