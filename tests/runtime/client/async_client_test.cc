// Calls as coroutines, over real sockets: many at once, cancelled ones, and servers that are dead, silent or lying.
#include <onc/transport/listen.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/strand.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <optional>
#include <thread>
#include <vector>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/running_server.h"

#include <poll.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using adder::AsyncClient;
using transport::Clock;
using transport::Endpoint;
using transport::Socket;

constexpr auto short_time = 300ms;

// Runs `test` until nothing is left to do: an operation forgotten would keep it from ending.
void run(std::function<asio::awaitable<void>(asio::io_context&)> test) {
  asio::io_context context(1);
  std::optional<std::exception_ptr> ended;
  asio::co_spawn(context, test(context), [&](std::exception_ptr failure) { ended = failure; });
  context.run_for(20s);
  ASSERT_TRUE(ended) << "it still waits";
  EXPECT_TRUE(context.stopped()) << "something is left that waits";
  if (*ended) std::rethrow_exception(*ended);
}

template <class Result>
asio::awaitable<rpc::Error> error_of(asio::awaitable<Result> call) {
  try {
    co_await std::move(call);
  } catch (const rpc::Error& error) {
    co_return error;
  }
  ADD_FAILURE() << "the call succeeded";
  co_return rpc::Error(rpc::errc::timed_out, "");
}

// A TCP server of one connection at a time that behaves as told.
class Liar {
 public:
  explicit Liar(std::function<void(int connection)> behave)
      : listener_(transport::listen(Endpoint::parse("tcp://127.0.0.1:0"))),
        thread_([this, behave] { serve(behave); }) {}
  ~Liar() {
    ::shutdown(listener_.socket.get(), SHUT_RDWR);
    thread_.join();
  }

  std::string at() const { return listener_.endpoint.text(); }

 private:
  void serve(const std::function<void(int)>& behave) {
    pollfd wait{.fd = listener_.socket.get(), .events = POLLIN, .revents = 0};
    while (::poll(&wait, 1, -1) == 1 && (wait.revents & POLLHUP) == 0) {
      const Socket connection(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.get() >= 0) behave(connection.get());
    }
  }

  transport::Listener listener_;
  std::thread thread_;
};

// A call of add() has 52 bytes. Empty where the client has hung up.
constexpr std::size_t size_of_add = 52;
xdr::Bytes read_call(int connection, std::size_t size = size_of_add) {
  xdr::Bytes call(size);
  const ssize_t received = ::recv(connection, call.data(), call.size(), MSG_WAITALL);
  call.resize(received > 0 ? static_cast<std::size_t>(received) : 0);
  return call;
}

std::string xid_of(const xdr::Bytes& call) { return to_hex({call.data() + 4, 4}); }

void send_hex(int connection, const std::string& hex) {
  const xdr::Bytes bytes = from_hex(hex);
  ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string sum(const std::string& xid, const std::string& value) {
  return "8000001c" + xid + "00000001 00000000 00000000 00000000 00000000" + value;
}

void wait_for_the_end(int connection) {
  while (!read_call(connection).empty()) continue;
}

std::string local_endpoint() {
  return "local://" +
         (std::filesystem::temp_directory_path() / ("onc-async-client-" + std::to_string(::getpid()) + ".sock"))
             .string();
}

TEST(async_client, calls_over_every_transport) {
  adder::Server adder;
  const std::string local = local_endpoint();
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0", "tcp://[::1]:0", local.c_str()});
  for (std::size_t i = 0; i < 4; ++i) {
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, server.at(i));
      co_await client.null();
      EXPECT_EQ(co_await client.add(2, 3), 5) << server.at(i);
      EXPECT_EQ((co_await client.long_reply(60'000)).size(), 60'000U);
    });
  }
}

TEST(async_client, has_its_server_looked_up) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, "tcp://localhost:" + std::to_string(*server.endpoint().port));
    EXPECT_EQ(co_await client.add(2, 3), 5);
    AsyncClient lost(context, "tcp://no-such-host.invalid:1");
    const rpc::Error error = co_await error_of(lost.add(2, 3));
    EXPECT_EQ(error.code(), rpc::errc::unknown_host);
    EXPECT_FALSE(error.maybe_executed());
  });
}

TEST(async_client, gives_each_of_many_calls_its_own_reply) {
  adder::AsyncServer adder;
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    RunningServer server({&adder}, {endpoint});
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, server.at());
      int right = 0;
      for (int i = 0; i < 50; ++i)
        asio::co_spawn(
            context,
            [&, i]() -> asio::awaitable<void> {
              if (co_await client.add(i, 1) == i + 1) ++right;
            },
            asio::detached);
      const auto [held, released] = co_await (client.hold(77) && client.release(77));
      EXPECT_EQ(held + released, 154);
      while (right != 50) co_await client.null();
    });
  }
}

TEST(async_client, a_cancelled_call_leaves_the_others_alone) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    adder::AsyncServer adder;
    RunningServer server({&adder}, {endpoint});
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, server.at());
      for (int i = 0; i < 3; ++i) {
        const auto first = co_await (client.hold(1) || client.add(2, 3));
        EXPECT_EQ(std::get<1>(first), 5);
      }
      EXPECT_EQ(co_await client.release(1), 1);  // the late replies come before or after this one
      EXPECT_EQ(co_await client.add(2, 4), 6);
    });
  }
}

TEST(async_client, a_cancelled_call_says_whether_it_may_have_run) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, server.at());
    const auto cancelled = [&]() -> asio::awaitable<void> {
      const rpc::Error error = co_await error_of(client.hold(1));
      EXPECT_EQ(error.code(), std::errc::operation_canceled);
      EXPECT_TRUE(error.maybe_executed());
    };
    co_await (cancelled() || client.wait_for_held(1));
  });
}

TEST(async_client, a_call_cancelled_before_it_leaves_does_not_run) {
  constexpr std::size_t more_than_sockets_hold = std::size_t{64} << 20;
  std::promise<void> cancelled;
  Liar late_reader([&](int connection) {
    cancelled.get_future().wait();
    read_call(connection, more_than_sockets_hold + 48);
    send_hex(connection, sum(xid_of(read_call(connection)), "0000002a"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, late_reader.at());
    const xdr::Bytes much(more_than_sockets_hold);
    asio::co_spawn(context,
                   client.call(adder::procedures::null, [&](xdr::Encoder& out) { out.opaque(much, xdr::unbounded); }),
                   [](std::exception_ptr) {});
    const auto second = [&]() -> asio::awaitable<void> {
      EXPECT_FALSE((co_await error_of(client.add(7, 7))).maybe_executed());
    };
    const auto a_few_turns = []() -> asio::awaitable<void> {
      for (int i = 0; i < 10; ++i) co_await asio::post(asio::use_awaitable);
    };
    co_await (second() || a_few_turns());
    cancelled.set_value();
    EXPECT_EQ(co_await client.add(2, 3), 42);
    client.close();
  });
}

TEST(async_client, hangs_up_when_the_only_call_is_cancelled_while_connecting) {
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, "tcp://no-such-host.invalid:1");
    asio::steady_timer now(context, 0s);
    const auto cancelled = [&]() -> asio::awaitable<void> {
      const rpc::Error error = co_await error_of(client.add(2, 3));
      EXPECT_EQ(error.code(), std::errc::operation_canceled);
      EXPECT_FALSE(error.maybe_executed());
    };
    co_await (cancelled() || now.async_wait(asio::use_awaitable));
  });
}

TEST(async_client, keeps_no_context_from_ending_while_it_calls_nobody) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  asio::io_context context(1);
  AsyncClient client(context, server.at(), {.timeout = 1h});
  for (int i = 0; i < 2; ++i) {
    auto result = asio::co_spawn(context, client.add(i, 3), asio::use_future);
    context.run_for(20s);
    EXPECT_TRUE(context.stopped());
    EXPECT_EQ(result.get(), i + 3);
    context.restart();
  }
}

// It waits for nothing any more that began while it connected.
asio::awaitable<void> be_connected_and_idle(AsyncClient& client) {
  co_await client.null();
  co_await asio::post(asio::use_awaitable);
}

TEST(async_client, keeps_no_context_from_ending_however_its_calls_end) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    adder::AsyncServer adder;
    RunningServer server({&adder}, {endpoint});
    const rpc::ClientOptions patient{.timeout = 1h};               // longer than a test waits for the end
    run([&](asio::io_context& context) -> asio::awaitable<void> {  // answered, and then destroyed
      AsyncClient client(context, server.at(), patient);
      co_await be_connected_and_idle(client);
      EXPECT_EQ(co_await client.add(2, 3), 5);
    });
    run([&](asio::io_context& context) -> asio::awaitable<void> {  // cancelled
      AsyncClient client(context, server.at(), patient);
      co_await be_connected_and_idle(client);
      EXPECT_EQ(std::get<1>(co_await (client.hold(1) || client.add(2, 3))), 5);
    });
    run([&](asio::io_context& context) -> asio::awaitable<void> {  // closed
      AsyncClient client(context, server.at(), patient);
      co_await be_connected_and_idle(client);
      const auto close = [&]() -> asio::awaitable<void> {
        co_await client.null();
        client.close();
      };
      EXPECT_EQ((co_await (error_of(client.hold(2)) && close())).code(), rpc::errc::client_closed);
    });
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, server.at());
      co_await (client.release(1) && client.release(2));
    });
  }
}

TEST(async_client, keeps_a_deadline_that_comes_before_those_of_older_calls) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    adder::AsyncServer adder;
    RunningServer server({&adder}, {endpoint});
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, server.at(), {.timeout = 1h});
      co_await be_connected_and_idle(client);
      const auto impatient = [&]() -> asio::awaitable<void> {
        co_await client.wait_for_held(1);
        for (const auto timeout : {50ms, 20ms}) {
          const auto begin = Clock::now();
          EXPECT_EQ((co_await error_of(client.within(timeout).hold(2))).code(), rpc::errc::timed_out);
          EXPECT_GE(Clock::now() - begin, timeout);
        }
        co_await (client.release(2) && client.release(1));
      };
      co_await (client.hold(1) && impatient());
    });
  }
}

// Two replies come at once, first that to the call that throws and then the other way round, and a third waits longer.
// On a strand: what is thrown on a plain context Asio catches before it comes to the client.
TEST(async_client, goes_on_with_one_call_whatever_another_throws) {
  for (const bool throws_first : {true, false}) {
    Liar answers_two_at_once([=](int connection) {
      std::map<std::byte, std::string> sums;  // by the last argument
      const auto read_one = [&] {
        const xdr::Bytes call = read_call(connection);
        if (!call.empty()) sums[call.back()] = sum(xid_of(call), "000000" + to_hex({&call.back(), 1}));
      };
      const std::string xid_of_null = xid_of(read_call(connection, size_of_add - 8));
      send_hex(connection, "80000018" + xid_of_null + "00000001 00000000 00000000 00000000 00000000");
      for (int i = 0; i < 3; ++i) read_one();
      const std::string& of_throwing = sums[std::byte{1}];
      const std::string& of_other = sums[std::byte{2}];
      send_hex(connection, throws_first ? of_throwing + of_other : of_other + of_throwing);
      read_one();
      send_hex(connection, sums[std::byte{3}] + sums[std::byte{4}]);
      wait_for_the_end(connection);
    });
    asio::io_context context(1);
    const auto strand = asio::make_strand(context);
    AsyncClient client(strand, answers_two_at_once.at(), {.timeout = 1h});
    asio::co_spawn(strand, client.null(), asio::detached);
    context.run_for(20s);
    context.restart();
    struct Thrown {};
    asio::co_spawn(strand, client.add(1, 1), [](std::exception_ptr, std::int32_t) { throw Thrown(); });
    const auto twice = [&]() -> asio::awaitable<std::int32_t> {
      const std::int32_t first = co_await client.add(2, 2);
      co_return first * 10 + co_await client.add(3, 3);
    };
    auto other = asio::co_spawn(strand, twice(), asio::use_future);
    auto patient = asio::co_spawn(strand, client.add(4, 4), asio::use_future);
    EXPECT_THROW(context.run_for(20s), Thrown);
    context.run_for(20s);
    ASSERT_TRUE(context.stopped());
    EXPECT_EQ(other.get(), 23);
    EXPECT_EQ(patient.get(), 4);
  }
}

TEST(async_client, before_a_port_nobody_listens_on_fails_at_once) {
  std::string tcp, udp;
  {
    tcp = transport::listen(Endpoint::parse("tcp://127.0.0.1:0")).endpoint.text();
    udp = transport::listen(Endpoint::parse("udp://127.0.0.1:0")).endpoint.text();
  }
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    for (const std::string& uri : {tcp, udp}) {
      AsyncClient client(context, uri);
      const rpc::Error error = co_await error_of(client.add(2, 3));
      EXPECT_EQ(std::string(error.what()),
                "ADDER.add version 2 at " + uri + ": nobody listens there (connection refused); it did not run");
      EXPECT_FALSE(error.maybe_executed());
    }
    AsyncClient local(context, "local:///nonexistent/socket");
    EXPECT_EQ((co_await error_of(local.add(2, 3))).code(), std::errc::no_such_file_or_directory);
  });
}

TEST(async_client, before_a_silent_server_keeps_its_deadline) {
  const auto tcp = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));  // accepted by the kernel, never answered
  const auto udp = transport::listen(Endpoint::parse("udp://127.0.0.1:0"));
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    for (const auto& silent : {tcp.endpoint, udp.endpoint}) {
      AsyncClient client(context, silent.text(), {.timeout = short_time});
      for (int i = 0; i < 2; ++i) {
        const auto begin = Clock::now();
        const rpc::Error error = co_await error_of(client.add(2, 3));
        EXPECT_EQ(error.code(), rpc::errc::timed_out);
        EXPECT_TRUE(error.maybe_executed());
        EXPECT_GE(Clock::now() - begin, short_time);
        EXPECT_LT(Clock::now() - begin, 5s);
      }
    }
  });
}

TEST(async_client, a_call_given_up_on_does_not_end_those_that_wait_longer) {
  std::promise<void> given_up;
  Liar slow([&](int connection) {
    xdr::Bytes call = read_call(connection);
    while (call.back() != std::byte{3}) call = read_call(connection);
    given_up.get_future().wait();
    send_hex(connection, sum(xid_of(call), "0000002a"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, slow.at(), {.timeout = short_time});
    const auto impatient = [&]() -> asio::awaitable<void> {
      const rpc::Error error = co_await error_of(client.add(1, 1));
      EXPECT_EQ(error.code(), rpc::errc::timed_out);
      EXPECT_EQ(error.code(), std::errc::timed_out);
      given_up.set_value();
    };
    asio::co_spawn(context, impatient(), asio::detached);
    client.set_timeout(10s);
    EXPECT_EQ(co_await client.add(2, 3), 42);
  });
}

TEST(async_client, tells_every_call_when_the_connection_breaks) {
  Liar closer([](int connection) {
    read_call(connection);
    read_call(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, closer.at());
    const auto lost = [&]() -> asio::awaitable<void> {
      const rpc::Error error = co_await error_of(client.add(2, 3));
      EXPECT_EQ(error.code(), rpc::errc::connection_lost);
      EXPECT_TRUE(error.maybe_executed());
    };
    co_await (lost() && lost());
    co_await (lost() && lost());  // and connects again
  });
}

TEST(async_client, connects_again_after_a_failure) {
  int connections = 0;
  Liar moody([&](int connection) {
    const xdr::Bytes call = read_call(connection);
    if (++connections == 1) return;
    send_hex(connection, sum(xid_of(call), "0000002a"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, moody.at());
    EXPECT_EQ((co_await error_of(client.add(2, 3))).code(), rpc::errc::connection_lost);
    EXPECT_EQ(co_await client.add(2, 3), 42);
  });
}

TEST(async_client, connects_again_after_a_server_that_said_nothing_till_the_deadline) {
  int connections = 0;
  Liar dead_at_first([&](int connection) {
    if (++connections == 1) return wait_for_the_end(connection);
    send_hex(connection, sum(xid_of(read_call(connection)), "0000002a"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, dead_at_first.at(), {.timeout = short_time});
    EXPECT_EQ((co_await error_of(client.add(2, 3))).code(), rpc::errc::timed_out);
    client.set_timeout(10s);
    EXPECT_EQ(co_await client.add(2, 3), 42);
  });
}

TEST(async_client, passes_over_replies_that_nobody_waits_for) {
  Liar liar([](int connection) {
    const std::string xid = xid_of(read_call(connection));
    send_hex(connection,
             sum("deadbeef", "00000001") + sum("deadbeef", "00000002") + sum(xid, "0000002a") + sum(xid, "0000002b"));
    send_hex(connection, sum(xid_of(read_call(connection)), "0000002c"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, liar.at());
    EXPECT_EQ(co_await client.add(2, 3), 42);
    EXPECT_EQ(co_await client.add(2, 3), 44);
  });
}

TEST(async_client, survives_every_lie_of_a_server) {
  const struct {
    std::string reply;  // XID stands for the call's
    std::error_code code;
  } rows[] = {
      {"ffffffff 00000000", rpc::errc::record_too_long},
      {"7fffffff 00000000", rpc::errc::record_too_long},
      {"48545450 2f312e31 20323030", rpc::errc::record_too_long},
      {"80000000", rpc::errc::bad_reply},
      {"80000004 00000000", rpc::errc::bad_reply},
      {"80000008 XID 00000000", rpc::errc::bad_reply},                             // a call
      {"80000008 XID 00000001", rpc::errc::bad_reply},                             // ends there
      {"80000018 XID 00000001 00000000 00000000 ffffffff", rpc::errc::timed_out},  // and more is owed
      {"8000000c XID 00000001 00000007", rpc::errc::bad_reply},
      {"80000014 XID 00000001 00000000 00000000 ffffffff", rpc::errc::bad_reply},
      {"80000018 XID 00000001 00000000 00000000 00000000 00000000", rpc::errc::undecodable_reply},
      {"80000018 XID 00000001 00000000 00000000 00000000 00000005", rpc::errc::system_error},
      {"80000018 XID 00000001 00000000 00000000 00000000 00000063", rpc::errc::bad_reply},
      {"80000014 XID 00000001 00000001 00000001 00000005", rpc::errc::authentication_error},
  };
  for (const auto& row : rows) {
    Liar liar([&](int connection) {
      std::string reply = row.reply;
      const std::string xid = xid_of(read_call(connection));
      if (const auto place = reply.find("XID"); place != std::string::npos) reply.replace(place, 3, xid);
      send_hex(connection, reply);
      wait_for_the_end(connection);
    });
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, liar.at(), {.timeout = row.code == rpc::errc::timed_out ? short_time : 5'000ms});
      EXPECT_EQ((co_await error_of(client.add(2, 3))).code(), row.code) << row.reply;
    });
  }
}

TEST(async_client, a_reply_it_cannot_decode_fails_that_call_only) {
  Liar liar([](int connection) {
    const std::string first = xid_of(read_call(connection));
    const std::string second = xid_of(read_call(connection));
    send_hex(connection, "80000018" + first + "00000001 00000000 00000000 00000000 00000000" + sum(second, "0000002a"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, liar.at());
    const auto undecodable = [&]() -> asio::awaitable<void> {
      const rpc::Error error = co_await error_of(client.add(2, 3));
      EXPECT_EQ(error.code(), rpc::errc::undecodable_reply);
      EXPECT_TRUE(error.maybe_executed());
    };
    const auto decodable = [&]() -> asio::awaitable<void> { EXPECT_EQ(co_await client.add(2, 3), 42); };
    co_await (undecodable() && decodable());
  });
}

TEST(async_client, repeats_a_lost_datagram_with_the_same_xid) {
  const auto listener = transport::listen(Endpoint::parse("udp://127.0.0.1:0"));
  std::thread forgetful([&] {
    pollfd wait{.fd = listener.socket.get(), .events = POLLIN, .revents = 0};
    xdr::Bytes calls[2];
    transport::Address peer;
    for (xdr::Bytes& call : calls) {
      call.resize(100);
      if (::poll(&wait, 1, 20'000) != 1) return;
      socklen_t size = transport::Address::capacity();
      const ssize_t received = ::recvfrom(listener.socket.get(), call.data(), call.size(), 0, peer.data(), &size);
      call.resize(static_cast<std::size_t>(received));
      peer.resize(size);
    }
    EXPECT_EQ(to_hex(calls[0]), to_hex(calls[1]));
    const xdr::Bytes reply = from_hex(sum(to_hex({calls[1].data(), 4}), "0000002a").substr(8));
    ::sendto(listener.socket.get(), reply.data(), reply.size(), 0, peer.data(), peer.size());
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, listener.endpoint.text(), {.retransmit_after = 20ms});
    EXPECT_EQ(co_await client.add(2, 3), 42);
  });
  forgetful.join();
}

TEST(async_client, over_udp_says_at_once_what_fits_no_datagram) {
  const auto listener = transport::listen(Endpoint::parse("udp://127.0.0.1:0"));
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, listener.endpoint.text());
    const xdr::Bytes much(70'000);
    const rpc::Error error = co_await error_of(
        client.call(adder::procedures::null, [&](xdr::Encoder& out) { out.opaque(much, xdr::unbounded); }));
    EXPECT_EQ(error.code(), std::errc::message_size);
    EXPECT_FALSE(error.maybe_executed());
  });
}

// Sends back what it gets.
class Echoer : public rpc::AsyncService {
 public:
  Echoer() : AsyncService(adder::program) {}
  asio::awaitable<void> dispatch(std::uint32_t, xdr::Decoder& arguments, xdr::Encoder& results,
                                 const rpc::Caller&) override {
    const std::byte* const place = arguments.rest().data() + 4;
    xdr::Bytes value;
    arguments.opaque(value, xdr::unbounded);
    arguments.finish();
    all_stayed = all_stayed && value.data() == place;
    return rpc::answer(results, echo(std::move(value)),
                       [](xdr::Encoder& out, const xdr::Bytes& back) { out.opaque(back, xdr::unbounded); });
  }

  std::atomic<bool> all_stayed = true;

 private:
  static asio::awaitable<xdr::Bytes> echo(xdr::Bytes value) { co_return value; }
};

struct Echo {
  xdr::Bytes value;
  bool stayed = false;
};

TEST(async_client, and_server_leave_large_opaques_where_they_arrive) {
  Echoer echoer;
  RunningServer server({&echoer}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, server.at());
    const auto echo = [&](const xdr::Bytes& value) {
      return client.call<Echo>(
          adder::procedures::add, [&](xdr::Encoder& out) { out.opaque(value, xdr::unbounded); },
          [](xdr::Decoder& in, Echo& back) {
            const std::byte* const place = in.rest().data() + 4;
            in.opaque(back.value, xdr::unbounded);
            back.stayed = back.value.data() == place;
          });
    };
    const xdr::Bytes one(1 << 20, std::byte{1}), other(1 << 20, std::byte{2});
    for (int i = 0; i < 3; ++i) {
      const Echo back = co_await echo(one);
      EXPECT_TRUE(back.stayed);
      EXPECT_EQ(back.value, one);
    }
    EXPECT_TRUE(echoer.all_stayed);
    const auto [first, second] = co_await (echo(one) && echo(other));
    EXPECT_EQ(first.value, one);
    EXPECT_EQ(second.value, other);
  });
}

TEST(async_client, sends_large_calls_to_a_slow_reader_whole) {
  Liar slow([](int connection) {
    const xdr::Bytes large = read_call(connection, (8 << 20) + 48);
    const xdr::Bytes small = read_call(connection);
    if (large.size() == (8 << 20) + 48)
      send_hex(connection, sum(xid_of(small), "0000002a") + sum(xid_of(large), "00000000"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, slow.at());
    const xdr::Bytes much(8 << 20);
    auto large = client.call(adder::procedures::null, [&](xdr::Encoder& out) { out.opaque(much, xdr::unbounded); });
    EXPECT_EQ(co_await (std::move(large) && client.add(2, 3)), 42);
  });
}

// The memory of a call that is over is used again, but not while the call waits to leave.
TEST(async_client, sends_what_is_left_of_a_call_that_was_answered_too_early) {
  constexpr std::size_t more_than_sockets_hold = std::size_t{64} << 20;
  std::promise<void> early_is_queued, next_is_queued;
  Liar hasty([&](int connection) {
    early_is_queued.get_future().wait();
    xdr::Bytes beginning(8);
    ::recv(connection, beginning.data(), beginning.size(), MSG_PEEK | MSG_WAITALL);
    xdr::Encoder next_xid;
    next_xid.u32(xdr::Decoder(xdr::BytesView(beginning).last(4)).u32() + 1);
    send_hex(connection, sum(to_hex(next_xid.bytes()), "0000002a"));
    next_is_queued.get_future().wait();
    read_call(connection, more_than_sockets_hold + 48);
    const xdr::Bytes early = read_call(connection);
    const xdr::Bytes next = read_call(connection);
    EXPECT_EQ(to_hex(xdr::BytesView(early).last(8)), "00000001 00000002");
    EXPECT_EQ(to_hex(xdr::BytesView(next).last(8)), "00000003 00000004");
    send_hex(connection, sum(xid_of(next), "0000002b"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, hasty.at());
    const xdr::Bytes much(more_than_sockets_hold);
    asio::co_spawn(context,
                   client.call(adder::procedures::null, [&](xdr::Encoder& out) { out.opaque(much, xdr::unbounded); }),
                   [](std::exception_ptr) {});
    const auto a_few_turns_later = [](std::promise<void>& told) -> asio::awaitable<void> {
      for (int i = 0; i < 10; ++i) co_await asio::post(asio::use_awaitable);
      told.set_value();
    };
    EXPECT_EQ(co_await (client.add(1, 2) && a_few_turns_later(early_is_queued)), 42);
    EXPECT_EQ(co_await (client.add(3, 4) && a_few_turns_later(next_is_queued)), 43);
    client.close();
  });
}

TEST(async_client, closed_fails_its_calls) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    std::optional<AsyncClient> client(std::in_place, context, server.at());
    AsyncClient other(context, server.at());
    const auto fails = [&](int id) -> asio::awaitable<void> {
      const rpc::Error error = co_await error_of(client->hold(id));
      EXPECT_EQ(error.code(), rpc::errc::client_closed);
      EXPECT_EQ(error.code(), std::errc::operation_canceled);
      EXPECT_TRUE(
          std::string(error.what()).ends_with(": the client was closed here, before the reply came; it may have run"))
          << error.what();
    };
    const auto close = [&](int held) -> asio::awaitable<void> {
      co_await other.wait_for_held(held);
      client->close();
    };
    co_await (fails(1) && close(1));
    co_await (fails(2) && close(2));
    const auto destroy = [&]() -> asio::awaitable<void> {
      co_await other.wait_for_held(3);
      client.reset();
    };
    co_await (fails(3) && destroy());
    co_await other.release(1);
  });
}

TEST(async_client, may_go_before_a_call_is_awaited) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    std::optional<AsyncClient> client(std::in_place, context, server.at());
    auto never_awaited = client->add(2, 3);
    auto awaited = client->add(2, 3);
    AsyncClient moved(std::move(*client));
    client.reset();
    EXPECT_EQ(co_await moved.add(2, 4), 6);
    EXPECT_EQ(co_await std::move(awaited), 5);
  });
}

TEST(async_client, may_still_be_waiting_when_its_context_ends) {
  const auto tcp = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));
  const auto udp = transport::listen(Endpoint::parse("udp://127.0.0.1:0"));
  for (const std::string& uri :
       {tcp.endpoint.text(), udp.endpoint.text(), std::string("tcp://no-such-host.invalid:1")}) {
    auto context = std::make_unique<asio::io_context>(1);
    AsyncClient client(*context, uri);
    asio::co_spawn(*context, client.add(2, 3), asio::detached);
    asio::co_spawn(*context, client.add(2, 4), asio::detached);
    context->poll();
    client.close();
    asio::co_spawn(*context, client.add(2, 5), asio::detached);
    context->poll();
    // The client goes first, as it belongs to the context; its calls go with the context.
    AsyncClient(std::move(client));
    context.reset();
  }
}

// Nobody else holds them: what is not destroyed here is a leak.
TEST(async_client, goes_with_the_coroutines_of_a_context_that_ends) {
  const auto tcp = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));
  const auto udp = transport::listen(Endpoint::parse("udp://127.0.0.1:0"));
  for (const std::string& uri :
       {tcp.endpoint.text(), udp.endpoint.text(), std::string("tcp://no-such-host.invalid:1")}) {
    int destroyed = 0;
    struct Counts {
      int& destroyed;
      ~Counts() { ++destroyed; }
    };
    const auto call = [&](asio::io_context& context) -> asio::awaitable<void> {
      const Counts counts{destroyed};
      AsyncClient client(context, uri);
      co_await (client.add(2, 3) && client.add(2, 4));
    };
    {
      asio::io_context context(1);
      for (int i = 0; i < 8; ++i) asio::co_spawn(context, call(context), asio::detached);
      context.poll();
    }
    EXPECT_EQ(destroyed, 8);
  }
}

// More than wait by Asio: the others wait together.
constexpr int many = 12;

// `part` for each of them, all at once.
template <class Part>
asio::awaitable<void> all(asio::io_context& context, std::vector<AsyncClient>& clients, Part part) {
  std::size_t ended = 0;
  const auto ends = [&](std::exception_ptr failure) {
    ++ended;
    if (failure) std::rethrow_exception(failure);
  };
  for (AsyncClient& client : clients) asio::co_spawn(context, part(client), ends);
  while (ended != clients.size()) co_await asio::post(asio::use_awaitable);
}

std::vector<AsyncClient> many_clients(asio::io_context& context, const std::string& at) {
  std::vector<AsyncClient> clients;
  for (int i = 0; i < many; ++i) clients.emplace_back(context, at, rpc::ClientOptions{.timeout = 1h});
  return clients;
}

TEST(many_async_clients, get_each_its_own_replies) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"});
  for (const std::size_t transport : {0U, 1U}) {
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      std::vector<AsyncClient> clients = many_clients(context, server.at(transport));
      for (int round = 0; round < 3; ++round) {
        const auto call = [&](AsyncClient& client) -> asio::awaitable<void> {
          const auto number = static_cast<std::int32_t>(&client - clients.data());
          for (int i = 0; i < 20; ++i) EXPECT_EQ(co_await client.add(number, i), number + i);
        };
        co_await all(context, clients, call);
        co_await clients.back().null();  // alone
      }
    });
  }
}

TEST(many_async_clients, keep_no_context_from_ending_while_they_call_nobody) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  asio::io_context context(1);
  std::vector<AsyncClient> clients = many_clients(context, server.at());
  for (int i = 0; i < 3; ++i) {
    int answered = 0;
    for (AsyncClient& client : clients)
      asio::co_spawn(context, client.add(i, 3), [&](std::exception_ptr, std::int32_t sum) { answered += sum == i + 3; });
    context.run_for(20s);
    EXPECT_TRUE(context.stopped());
    EXPECT_EQ(answered, many);
    context.restart();
  }
}

TEST(many_async_clients, are_cancelled_closed_and_destroyed_one_by_one) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    adder::AsyncServer adder;
    RunningServer server({&adder}, {endpoint});
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      std::vector<AsyncClient> clients = many_clients(context, server.at());
      co_await all(context, clients, [](AsyncClient& client) { return be_connected_and_idle(client); });
      const auto cancel = [](AsyncClient& client) -> asio::awaitable<void> {
        EXPECT_EQ(std::get<1>(co_await (client.hold(1) || client.add(2, 3))), 5);
      };
      co_await all(context, clients, cancel);
      const auto close = [](AsyncClient& client) -> asio::awaitable<void> {
        const auto hang_up = [&]() -> asio::awaitable<void> {
          co_await client.null();
          client.close();
        };
        EXPECT_EQ((co_await (error_of(client.hold(1)) && hang_up())).code(), rpc::errc::client_closed);
        EXPECT_EQ(co_await client.add(2, 4), 6);
      };
      co_await all(context, clients, close);
      const auto destroy_all = [&](AsyncClient& client) -> asio::awaitable<void> {
        co_await client.null();
        clients.clear();  // whose replies may have come already
      };
      const auto outcome = [](AsyncClient& client) -> asio::awaitable<void> {
        try {
          co_await client.null();
        } catch (const rpc::Error& error) {
          EXPECT_EQ(error.code(), rpc::errc::client_closed);
        }
      };
      for (AsyncClient& client : clients) asio::co_spawn(context, outcome(client), asio::detached);
      asio::co_spawn(context, destroy_all(clients.back()), asio::detached);
      while (!clients.empty()) co_await asio::post(asio::use_awaitable);
      AsyncClient last(context, server.at());
      co_await last.release(1);
    });
  }
}

TEST(many_async_clients, hear_that_they_were_hung_up_on_while_others_call) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  std::promise<void> hang_up;
  std::shared_future<void> hung_up = hang_up.get_future().share();
  Liar closer([&](int connection) {
    send_hex(connection, sum(xid_of(read_call(connection)), "0000002a"));
    hung_up.wait();
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    std::vector<AsyncClient> clients = many_clients(context, server.at());
    co_await all(context, clients, [](AsyncClient& client) { return be_connected_and_idle(client); });
    AsyncClient left(context, closer.at());
    EXPECT_EQ(co_await left.add(2, 3), 42);
    hang_up.set_value();
    for (int i = 0; i < 100; ++i) co_await clients.back().null();
    const rpc::Error error = co_await error_of(left.add(2, 3));
    EXPECT_EQ(error.code(), rpc::errc::connection_lost);
    EXPECT_EQ(co_await left.add(2, 3), 42);
  });
}

TEST(many_async_clients, send_large_calls_to_slow_readers_whole) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  constexpr std::size_t more_than_sockets_hold = std::size_t{16} << 20;
  std::promise<void> read_on;
  std::size_t read = 0;
  Liar late_reader([&](int connection) {
    read_on.get_future().wait();
    read = read_call(connection, more_than_sockets_hold + 48).size();
    send_hex(connection, sum(xid_of(read_call(connection)), "0000002a"));
    wait_for_the_end(connection);
  });
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    std::vector<AsyncClient> clients = many_clients(context, server.at());
    co_await all(context, clients, [](AsyncClient& client) { return be_connected_and_idle(client); });
    AsyncClient client(context, late_reader.at());
    const xdr::Bytes much(more_than_sockets_hold);
    asio::co_spawn(context,
                   client.call(adder::procedures::null, [&](xdr::Encoder& out) { out.opaque(much, xdr::unbounded); }),
                   [](std::exception_ptr) {});
    for (int i = 0; i < 20; ++i) co_await clients.back().null();
    read_on.set_value();
    EXPECT_EQ(co_await client.add(2, 3), 42);
    EXPECT_EQ(read, more_than_sockets_hold + 48);
    client.close();
  });
}

TEST(async_client, refuses_what_is_no_endpoint_when_it_is_made) {
  asio::io_context context;
  EXPECT_THROW(AsyncClient(context, "tcp://host:port"), rpc::Error);
}

}  // namespace
