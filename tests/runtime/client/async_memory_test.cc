// What one call of an AsyncClient does to another when there is no memory for it.
#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <future>
#include <optional>

#include "tests/runtime/allocations.h"
#include "tests/runtime/async_adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

// One that is answered when release() is called, so that it waits while the other begins.
TEST(async_client, a_call_without_memory_harms_no_other) {
  for (const std::size_t over : {0U, 1U}) {
    bool has_failed = true;
    for (long after = 0; has_failed; ++after) {
      SCOPED_TRACE((over == 0 ? "tcp, after " : "udp, after ") + std::to_string(after));
      adder::AsyncServer adder;
      RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"});
      asio::io_context context(1);
      adder::AsyncClient client(context, server.at(over));
      auto held = asio::co_spawn(context, client.hold(1), asio::use_future);
      auto waits = asio::co_spawn(context, client.wait_for_held(1), asio::use_future);
      while (waits.wait_for(0s) != std::future_status::ready) context.run_one();
      std::optional<allocations::Failing> failing;  // while the call begins
      const auto starve = [&]() -> asio::awaitable<std::int32_t> {
        co_await asio::post(context, asio::use_awaitable);
        failing.emplace(::pthread_self(), after, 1);
        co_return co_await client.within(1s).add(2, 3);  // the first to be due
      };
      auto without_memory = asio::co_spawn(context, starve, asio::use_future);
      while (!failing) context.run_one();
      has_failed = failing->count() != 0;
      failing.reset();
      context.restart();
      auto released = asio::co_spawn(context, client.release(1), asio::use_future);
      context.run();
      ASSERT_EQ(held.wait_for(0s), std::future_status::ready);
      EXPECT_NO_THROW(held.get());
      EXPECT_NO_THROW(released.get());
      if (has_failed) continue;
      EXPECT_EQ(without_memory.get(), 5);
    }
  }
}

// Runs until nothing is left to do, also where memory was short.
void run(asio::io_context& context) {
  for (;;) try {
      context.run();
      return;
    } catch (const std::bad_alloc&) {
    }
}

TEST(async_client, without_memory_every_call_of_a_connection_that_ends_ends) {
  bool has_failed = true;
  for (long after = 0; has_failed; ++after) {
    SCOPED_TRACE(after);
    std::promise<void> has_both;
    std::promise<void> may_end;
    Liar server([&](int connection) {
      read_call(connection);
      read_call(connection);
      has_both.set_value();
      may_end.get_future().wait();
    });
    asio::io_context context(1);
    adder::AsyncClient client(context, server.at());
    auto one = asio::co_spawn(context, client.within(20s).add(2, 3), asio::use_future);
    auto other = asio::co_spawn(context, client.within(20s).add(2, 3), asio::use_future);
    auto both_read = has_both.get_future();
    while (both_read.wait_for(0s) != std::future_status::ready) context.run_one_for(1ms);
    {
      const allocations::Failing failing(::pthread_self(), after, 1);
      may_end.set_value();
      run(context);
      has_failed = failing.count() != 0;
    }
    for (auto* call : {&one, &other}) {
      ASSERT_EQ(call->wait_for(0s), std::future_status::ready);
      EXPECT_ANY_THROW(call->get());
    }
  }
}

}  // namespace
