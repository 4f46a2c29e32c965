// As call_options_test.cc, for coroutines and over sockets.
#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>

#include <numeric>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using adder::AsyncClient;

// Runs `test` until nothing is left to do: an operation forgotten would keep it from ending.
void run(std::function<asio::awaitable<void>(asio::io_context&)> test) {
  asio::io_context context(1);
  std::exception_ptr failure;
  asio::co_spawn(context, test(context), [&](std::exception_ptr thrown) { failure = thrown; });
  context.run_for(20s);
  ASSERT_TRUE(context.stopped()) << "something is left that waits";
  if (failure) std::rethrow_exception(failure);
}

TEST(async_call_options, a_timeout_and_a_deadline_are_for_one_call) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, server.at(), {.timeout = 1h});
    for (const bool absolute : {false, true}) {
      try {
        if (absolute)
          co_await client.until(std::chrono::steady_clock::now() + 50ms).hold(7);
        else
          co_await client.within(50ms).hold(7);
        ADD_FAILURE() << "nobody released it";
      } catch (const rpc::Error& error) {
        EXPECT_EQ(error.code(), rpc::errc::timed_out);
        EXPECT_TRUE(std::string(error.what()).find("no reply within 0.0") != std::string::npos) << error.what();
      }
    }
    EXPECT_EQ(co_await client.add(2, 3), 5);
  });
}

// What the server saw of `calls`, once it has ended.
struct Seen {
  std::vector<std::int32_t> noted;
  std::optional<rpc::SysParameters> last_sys;
};
Seen serve(const char* endpoint, std::function<asio::awaitable<void>(AsyncClient&)> calls) {
  adder::Server adder;
  {
    RunningServer server({&adder}, {endpoint}, {}, {.one_way = {adder::procedures::note.number}});
    run([&](asio::io_context& context) -> asio::awaitable<void> {
      AsyncClient client(context, server.at());
      co_await calls(client);
    });
  }
  return {adder.noted, adder.last_sys};
}

TEST(async_call_options, a_credential_is_for_one_call) {
  const rpc::SysParameters someone{.machine_name = "far", .uid = 1000, .gid = 100, .gids = {}};
  const auto call_as_someone = [&](AsyncClient& client) -> asio::awaitable<void> {
    co_await client.as(rpc::Credential::sys(someone)).null();
  };
  EXPECT_TRUE(serve("tcp://127.0.0.1:0", call_as_someone).last_sys);
  EXPECT_FALSE(serve("tcp://127.0.0.1:0", [&](AsyncClient& client) -> asio::awaitable<void> {
                 co_await call_as_someone(client);
                 co_await client.null();
               }).last_sys);
}

TEST(async_one_way, calls_arrive_in_order_before_the_next_ordinary_one) {
  constexpr int count = 1000;
  const Seen seen = serve("tcp://127.0.0.1:0", [](AsyncClient& client) -> asio::awaitable<void> {
    for (int i = 0; i < count; ++i) co_await client.one_way().note(i);
    EXPECT_EQ(co_await client.add(2, 3), 5);
  });
  std::vector<std::int32_t> all(count);
  std::iota(all.begin(), all.end(), 0);
  EXPECT_EQ(seen.noted, all);
}

TEST(async_one_way, a_call_has_left_when_it_ends) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    const Seen seen = serve(endpoint, [](AsyncClient& client) -> asio::awaitable<void> {
      co_await client.one_way().note(1);
      client.close();
      co_await client.null();  // over another connection, after the first in the server's queue
    });
    EXPECT_EQ(seen.noted, std::vector<std::int32_t>{1}) << endpoint;
  }
}

TEST(async_one_way, a_procedure_with_results_is_refused_before_anything_is_sent) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    AsyncClient client(context, server.at());
    EXPECT_THROW(static_cast<void>(client.one_way().add(2, 3)), std::logic_error);
    EXPECT_EQ(co_await client.add(2, 3), 5);
  });
}

}  // namespace
