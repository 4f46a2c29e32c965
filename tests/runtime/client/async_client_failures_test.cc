// Calls to servers that are dead, silent or lying.
#include <onc/transport/listen.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/experimental/awaitable_operators.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/client/running_coroutine.h"
#include "tests/runtime/hex.h"

#include <poll.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;
using namespace asio::experimental::awaitable_operators;
using adder::AsyncClient;
using transport::Clock;
using transport::Endpoint;

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

}  // namespace
