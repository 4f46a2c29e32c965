// What tests of AsyncClient do with coroutines.
#pragma once

#include <onc/rpc/error.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <optional>
#include <utility>

#include "tests/runtime/async_adder.h"

inline constexpr auto short_time = std::chrono::milliseconds(300);

// Runs `test` until nothing is left to do: an operation forgotten would keep it from ending.
inline void run(const std::function<asio::awaitable<void>(asio::io_context&)>& test) {
  asio::io_context context(1);
  std::optional<std::exception_ptr> ended;
  asio::co_spawn(context, test(context), [&](std::exception_ptr failure) { ended = failure; });
  context.run_for(std::chrono::seconds(20));
  ASSERT_TRUE(ended) << "it still waits";
  EXPECT_TRUE(context.stopped()) << "something is left that waits";
  if (*ended) std::rethrow_exception(*ended);
}

template <class Result>
asio::awaitable<onc::rpc::Error> error_of(asio::awaitable<Result> call) {
  try {
    co_await std::move(call);
  } catch (const onc::rpc::Error& error) {
    co_return error;
  }
  ADD_FAILURE() << "the call succeeded";
  co_return onc::rpc::Error(onc::rpc::errc::timed_out, "");
}

// The client waits for nothing any more that began while it connected.
inline asio::awaitable<void> be_connected_and_idle(adder::AsyncClient& client) {
  co_await client.null();
  co_await asio::post(asio::use_awaitable);
}
