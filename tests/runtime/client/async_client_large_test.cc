// Calls that no socket holds at once.
#include <asio/co_spawn.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <future>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/client/running_coroutine.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using adder::AsyncClient;

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

}  // namespace
