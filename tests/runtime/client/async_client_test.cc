// Calls as coroutines, over real sockets: many at once, and again after a failure.
#include <onc/transport/listen.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/strand.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/client/running_coroutine.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/running_server.h"

#include <unistd.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using adder::AsyncClient;
using transport::Clock;
using transport::Endpoint;

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

TEST(async_client, refuses_what_is_no_endpoint_when_it_is_made) {
  asio::io_context context;
  EXPECT_THROW(AsyncClient(context, "tcp://host:port"), rpc::Error);
}

}  // namespace
