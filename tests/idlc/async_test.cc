// Generated asynchronous clients and servers, talking to each other.
#include "tests/runtime/running_server.h"

#include "comments.x.async.h"
#include "names_of_ours.x.async.h"
#include "namespace.x.async.h"
#include "program.x.async.h"
#include "program_names.x.async.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <type_traits>

namespace {

using namespace program::FILES;

// What the handlers get they look at only after they have waited: it must be theirs.
class Files : public v2::AsyncServer {
 public:
  asio::awaitable<program::Attributes> look_up(program::Name name, program::Status status,
                                               program::Attributes attributes,
                                               const onc::rpc::Caller& caller) override {
    co_await asio::post(asio::use_awaitable);
    EXPECT_EQ(caller.protocol, onc::transport::Protocol::tcp);
    EXPECT_EQ(caller.peer.host(), "127.0.0.1");
    co_return program::Attributes{attributes.size + static_cast<int>(name.size()) + static_cast<int>(status)};
  }
  asio::awaitable<program::Entries> list(const onc::rpc::Caller&) override { co_return program::Entries{{"a"}, {"b"}}; }
  asio::awaitable<std::string> title(std::uint32_t number, const onc::rpc::Caller&) override {
    co_await asio::post(asio::use_awaitable);
    co_return std::to_string(number);
  }
  asio::awaitable<onc::xdr::Bytes> read(program::Pair a, program::Pair b, const onc::rpc::Caller&) override {
    co_return onc::xdr::Bytes(static_cast<std::size_t>(a[0] + b[1]));
  }
  asio::awaitable<bool> ping_(program::Attributes, const onc::rpc::Caller&) override { co_return true; }
  asio::awaitable<onc::xdr::Quadruple> exact(onc::xdr::Quadruple value, double, const onc::rpc::Caller&) override {
    co_return value;
  }
};

class OldFiles : public v1::AsyncServer {
 public:
  int notified = 0;

  asio::awaitable<void> null(const onc::rpc::Caller&) override { co_return; }
  // Not a coroutine itself, and fails at once.
  asio::awaitable<program::Status> remove(program::Name, const onc::rpc::Caller&) override {
    throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
  }
  asio::awaitable<void> notify(std::string, const onc::rpc::Caller&) override {
    ++notified;
    co_return;
  }
};

void run(std::function<asio::awaitable<void>(asio::io_context&)> test) {
  asio::io_context context(1);
  std::exception_ptr failure;
  asio::co_spawn(context, test(context), [&](std::exception_ptr thrown) { failure = thrown; });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

TEST(async, clients_and_servers_exchange_every_kind_of_value) {
  Files files;
  RunningServer server({&files}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    v2::AsyncClient client(context, server.at());
    EXPECT_EQ((co_await client.look_up("hi", program::Status::bad, {5})).size, 8);
    EXPECT_EQ((co_await client.list()).size(), 2U);
    EXPECT_EQ(co_await client.title(42), "42");
    EXPECT_EQ((co_await client.read({1, 2}, {3, 4})).size(), 5U);
    EXPECT_TRUE(co_await client.ping_({}));
    const onc::xdr::Quadruple exact{{std::byte{1}, std::byte{2}}};
    EXPECT_EQ(co_await client.exact(exact, 0.5), exact);
  });
}

TEST(async, clients_call_blocking_servers_and_blocking_clients_async_ones) {
  OldFiles old;
  RunningServer server({&old}, {"tcp://127.0.0.1:0"});
  v1::Client client(server.at());
  client.null();
  client.notify("hi");
  EXPECT_EQ(old.notified, 1);
  try {
    client.remove("x");
    FAIL();
  } catch (const onc::rpc::Error& error) {
    EXPECT_EQ(error.code(), onc::rpc::errc::authentication_error);
  }
}

TEST(async, clients_ask_whether_their_version_is_served) {
  OldFiles old;
  RunningServer server({&old}, {"tcp://127.0.0.1:0"});
  v1::Client(server.at()).ping();
  const auto refused = [](const onc::rpc::Error& error) {
    EXPECT_EQ(error.code(), onc::rpc::errc::version_mismatch);
    EXPECT_TRUE(std::string(error.what()).starts_with("FILES.ping version 2 at tcp://127.0.0.1:")) << error.what();
  };
  try {
    v2::Client(server.at()).ping();
    FAIL();
  } catch (const onc::rpc::Error& error) {
    refused(error);
  }
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    co_await v1::AsyncClient(context, server.at()).ping();
    v2::AsyncClient newer(context, server.at());
    try {
      co_await newer.ping();
      ADD_FAILURE();
    } catch (const onc::rpc::Error& error) {
      refused(error);
    }
  });
}

TEST(async, a_client_says_before_anything_is_sent_that_an_argument_breaks_its_bound) {
  asio::io_context context;
  v1::AsyncClient client(context, "tcp://127.0.0.1:1");
  EXPECT_THROW((void)client.remove(std::string(65, 'x')), onc::xdr::Error);
}

TEST(async, servers_answer_procedure_0_without_being_told) {
  Files files;
  RunningServer server({&files}, {"tcp://127.0.0.1:0"});
  run([&](asio::io_context& context) -> asio::awaitable<void> {
    onc::rpc::AsyncClient client(context, server.at());
    const onc::rpc::Procedure null{v2::program, 0, "null"};
    co_await client.call(null, [](onc::xdr::Encoder&) {});
    const onc::rpc::Procedure unknown{v2::program, 99, "unknown"};
    onc::rpc::errc code{};
    try {
      co_await client.call(unknown, [](onc::xdr::Encoder&) {});
    } catch (const onc::rpc::Error& error) {
      code = static_cast<onc::rpc::errc>(error.code().value());
    }
    EXPECT_EQ(code, onc::rpc::errc::procedure_unavailable);
  });
}

// Whatever the .x calls its procedures and types.
TEST(async, classes_stand_beside_every_name) {
  EXPECT_TRUE((std::is_base_of_v<onc::rpc::AsyncClient, program_names::NAMES::v1::AsyncClient>));
  EXPECT_TRUE((std::is_base_of_v<onc::rpc::AsyncService, names_of_ours::Service_::dispatch_::AsyncServer>));
}

}  // namespace
