// How calls end that are cancelled, closed or left behind: nothing of them keeps a context from ending.
#include <onc/transport/listen.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <optional>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/client/running_coroutine.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using adder::AsyncClient;
using transport::Endpoint;

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

}  // namespace
