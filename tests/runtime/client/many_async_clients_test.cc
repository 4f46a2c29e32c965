// Clients of one context that are more than wait by Asio: the others wait together.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <gtest/gtest.h>

#include <future>
#include <vector>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/client/running_coroutine.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using adder::AsyncClient;

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
      asio::co_spawn(context, client.add(i, 3),
                     [&](std::exception_ptr, std::int32_t sum) { answered += sum == i + 3; });
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

}  // namespace
