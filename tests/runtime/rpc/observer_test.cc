// What observers of servers and clients are told.
#include <onc/rpc/observer.h>
#include <onc/rpc/trace.h>
#include <onc/server/in_memory.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <mutex>
#include <thread>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

struct Seen {
  rpc::ObservedCall call;
  std::optional<rpc::ObservedEnd> end;
  xdr::Bytes arguments;
  xdr::Bytes results;
  std::string why = {};
};

class Recorder : public rpc::Observer {
 public:
  void started(const rpc::ObservedCall& call) override {
    const std::lock_guard lock(mutex_);
    seen_.push_back({call, {}, xdr::to_bytes(call.arguments), {}, {}});
  }
  void ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) override {
    const std::lock_guard lock(mutex_);
    for (Seen& seen : seen_)
      if (seen.call.xid == call.xid) {
        EXPECT_FALSE(seen.end) << "told twice";
        seen.end = end;
        seen.results = xdr::to_bytes(end.results);
        seen.why = end.why;
      }
  }
  void refused(const std::string& peer, const std::string& why) override { refused_.push_back(peer + ": " + why); }

  std::vector<Seen> seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  Seen last() const { return seen().at(seen().size() - 1); }
  const std::vector<std::string>& refused() const { return refused_; }

 private:
  mutable std::mutex mutex_;
  std::vector<Seen> seen_;
  std::vector<std::string> refused_;
};

class observer : public testing::Test {
 protected:
  observer() {
    network.add(adder);
    network.observe(at_server);
  }
  rpc::ClientOptions watched() {
    rpc::ClientOptions options;
    options.observer = &at_client;
    return options;
  }

  adder::Server adder;
  rpc::InMemory network;
  Recorder at_server;
  Recorder at_client;
  adder::Client client{network.connect(), watched()};
};

constexpr std::size_t empty_call = 40;
constexpr std::size_t empty_reply = 24;

TEST_F(observer, of_a_server_is_told_of_a_call_and_of_its_end) {
  client.add(2, 3);
  const Seen seen = at_server.last();
  EXPECT_EQ(seen.call.side, rpc::ObservedCall::Side::server);
  EXPECT_EQ(seen.call.program, adder::program);
  EXPECT_STREQ(seen.call.program.name, "ADDER");
  EXPECT_EQ(seen.call.procedure, 1U);
  EXPECT_EQ(seen.call.peer, "tcp://127.0.0.1:1");
  EXPECT_EQ(seen.call.bytes, empty_call + 8);
  EXPECT_EQ(seen.arguments.size(), 8U);
  ASSERT_TRUE(seen.end);
  EXPECT_FALSE(seen.end->failure);
  EXPECT_EQ(seen.end->bytes, empty_reply + 4);
  EXPECT_EQ(seen.results.size(), 4U);
  EXPECT_GT(seen.end->took, 0ns);
}

TEST_F(observer, of_a_client_is_told_the_same) {
  client.add(2, 3);
  const Seen seen = at_client.last();
  EXPECT_EQ(seen.call.side, rpc::ObservedCall::Side::client);
  EXPECT_STREQ(seen.call.procedure_name, "add");
  EXPECT_EQ(seen.call.xid, at_server.last().call.xid);
  EXPECT_EQ(seen.call.bytes, empty_call + 8);
  EXPECT_EQ(seen.arguments, at_server.last().arguments);
  ASSERT_TRUE(seen.end);
  EXPECT_EQ(seen.end->bytes, empty_reply + 4);
  EXPECT_EQ(seen.results, at_server.last().results);
}

TEST_F(observer, is_told_why_a_call_was_not_served) {
  const auto fails = [&](std::uint32_t procedure, rpc::errc why) {
    const rpc::Procedure called{adder::program, procedure, "called"};
    EXPECT_THROW(client.call(called, [](xdr::Encoder&) {}, {}), rpc::Error);
    EXPECT_EQ(at_server.last().end->failure, why);
    EXPECT_EQ(at_client.last().end->failure, why);
    EXPECT_EQ(at_client.last().end->bytes, at_server.last().end->bytes);
  };
  fails(1, rpc::errc::garbage_arguments);
  EXPECT_EQ(at_server.last().why, "the server could not decode the arguments: the bytes end inside a value, byte 40");
  fails(2, rpc::errc::system_error);
  EXPECT_EQ(at_server.last().why, "the server failed while it served the call: out of luck");
  EXPECT_EQ(at_client.last().why, "the server failed while it served the call; it may have run");
  fails(3, rpc::errc::authentication_error);
  EXPECT_EQ(at_server.last().why, "the server refused the credential (AUTH_TOOWEAK)");
  EXPECT_EQ(at_client.last().why, "the server refused the credential (AUTH_TOOWEAK); it did not run");
  fails(99, rpc::errc::procedure_unavailable);
  EXPECT_EQ(at_server.last().why, "the program has no such procedure");
  client.add(2, 3);
  EXPECT_EQ(at_server.last().why, "");
}

class Talkative : public rpc::Service {
 public:
  Talkative() : Service(adder::program) {}

 private:
  void dispatch(std::uint32_t, xdr::Decoder&, xdr::Encoder&, const rpc::Caller&) override {
    throw std::runtime_error(std::string(100'000, '!'));
  }
};

TEST(observer_of_a_talkative_handler, is_told_no_more_than_fits_a_line) {
  Talkative talkative;
  Recorder recorder;
  rpc::InMemory network;
  network.add(talkative);
  network.observe(recorder);
  EXPECT_THROW(adder::Client(network.connect()).null(), rpc::Error);
  EXPECT_TRUE(recorder.last().why.starts_with("the server failed while it served the call: !!!"));
  EXPECT_EQ(recorder.last().why.size(), rpc::longest_why);
}

TEST_F(observer, of_a_client_is_told_why_there_was_no_way_to_the_server) {
  adder::Client lost("local:///nowhere/at/all", watched());
  EXPECT_THROW(lost.add(2, 3), rpc::Error);
  EXPECT_EQ(at_client.last().why, "there is no such socket, so no server either; it did not run");
}

TEST_F(observer, is_told_why_a_one_way_call_was_not_served) {
  rpc::InMemory unanswered;
  unanswered.add(adder, {.one_way = {1, 2, 3, 8, 99}});
  unanswered.observe(at_server);
  adder::Client caller(unanswered.connect(), {});
  std::string whys;
  for (const auto& [procedure, why] : {std::pair(1U, make_error_code(rpc::errc::garbage_arguments)),
                                       {2U, make_error_code(rpc::errc::system_error)},
                                       {3U, make_error_code(rpc::errc::authentication_error)},
                                       {99U, make_error_code(rpc::errc::procedure_unavailable)}}) {
    caller.one_way().call({adder::program, procedure, "called"}, [](xdr::Encoder&) {}, {});
    caller.flush();
    EXPECT_EQ(at_server.last().end->failure, why);
    EXPECT_EQ(at_server.last().end->bytes, 0U);
    whys += at_server.last().why + "\n";
  }
  EXPECT_EQ(whys,
            "the server could not decode the arguments: the bytes end inside a value, byte 40\n"
            "the server failed while it served the call: out of luck\n"
            "the server refused the credential: AUTH_TOOWEAK\n"
            "the program has no such procedure\n");
  caller.one_way().note(1);
  caller.flush();
  EXPECT_FALSE(at_server.last().end->failure);
  EXPECT_EQ(at_server.last().why, "it is one-way");
}

TEST_F(observer, knows_no_names_of_a_program_that_is_not_served) {
  const rpc::Program strange{0xffffffff, 0xffffffff, "STRANGE", "v1"};
  EXPECT_THROW(client.call({strange, 0xffffffff, "x"}, [](xdr::Encoder&) {}, {}), rpc::Error);
  const Seen seen = at_server.last();
  EXPECT_FALSE(seen.call.is_known());
  EXPECT_EQ(seen.call.program.number, 0xffffffff);
  EXPECT_EQ(seen.call.procedure_name, nullptr);
  EXPECT_EQ(seen.end->failure, rpc::errc::program_unavailable);
}

TEST_F(observer, is_told_of_silence) {
  EXPECT_THROW(client.within(10ms).call(adder::procedures::stay_silent, [](xdr::Encoder&) {}, {}), rpc::Error);
  EXPECT_FALSE(at_server.last().end->failure);
  EXPECT_EQ(at_server.last().end->bytes, 0U);
  EXPECT_EQ(at_server.last().why, "its handler chose to send no reply");
  EXPECT_EQ(at_client.last().end->failure, rpc::errc::timed_out);
}

TEST_F(observer, of_a_server_is_told_of_what_is_no_call) {
  const auto channel = network.connect();
  xdr::Encoder message;
  for (const std::uint32_t word : {0U, 1U, 1U, 0U}) message.u32(word);
  channel->send(message, transport::Clock::now() + 1s);
  EXPECT_TRUE(at_server.seen().empty());
  ASSERT_EQ(at_server.refused().size(), 1U);
  EXPECT_EQ(at_server.refused()[0], "tcp://127.0.0.1:1: its message is not a call (RFC 5531 §9)");
}

class Thrower : public rpc::Observer {
  void started(const rpc::ObservedCall&) override { throw 42; }
  void ended(const rpc::ObservedCall&, const rpc::ObservedEnd&) override { throw std::runtime_error("full disk"); }
};

TEST_F(observer, that_throws_harms_no_call) {
  Thrower thrower;
  network.observe(thrower);
  EXPECT_EQ(client.add(2, 3), 5);
  EXPECT_TRUE(at_server.last().end);
}

// Who binds a local socket chooses its path.
TEST_F(observer, of_peers_whose_address_is_a_line_writes_one) {
  std::vector<std::string> lines;
  rpc::Trace trace([&](const std::string& line) { lines.push_back(line); });
  const std::string peer = "local:///x\n[1] call from nobody\r\x1b[2J\x7f";
  trace.refused(peer, "why");
  client.add(2, 3);
  rpc::ObservedCall call = at_server.last().call;
  call.peer = peer;
  trace.started(call);
  ASSERT_EQ(lines.size(), 2U);
  for (const std::string& line : lines) {
    EXPECT_NE(line.find("local:///x?[1] call from nobody??[2J?"), std::string::npos) << line;
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c != 127) << line;
  }
}

// A long reply is told of in pieces, and seen whole.
TEST_F(observer, sees_long_results_whole) {
  for (const bool on_workers : {false, true}) {
    adder::Server served;
    Recorder recorder;
    rpc::Server server;
    server.add(served, {.on_workers = on_workers});
    server.observe(recorder);
    const std::string at = server.listen("tcp://127.0.0.1:0").text();
    std::thread running([&] { server.run(); });
    EXPECT_EQ(adder::Client(at).long_reply(1 << 20).size(), 1U << 20);
    server.stop();
    running.join();
    EXPECT_EQ(recorder.last().results.size(), (1U << 20) + 4);
    EXPECT_EQ(recorder.last().end->bytes, empty_reply + 4 + (1U << 20));
  }
}

// What happens after the handler was started: the same, with arguments that are gone by then.
TEST(observer_of_coroutines, is_told_when_they_have_answered) {
  adder::AsyncServer slow;
  Recorder recorder;
  rpc::InMemory network;
  network.add(slow);
  network.observe(recorder);
  adder::Client client(network.connect());
  client.add(2, 3);
  EXPECT_EQ(recorder.last().end->bytes, empty_reply + 4);
  EXPECT_EQ(recorder.last().results.size(), 4U);
  EXPECT_THROW(client.call(adder::procedures::fail, [](xdr::Encoder&) {}, {}), rpc::Error);
  EXPECT_EQ(recorder.last().end->failure, rpc::errc::system_error);
  EXPECT_EQ(recorder.last().why, "the server failed while it served the call: out of luck");
  EXPECT_THROW(client.call(adder::procedures::add, [](xdr::Encoder&) {}, {}), rpc::Error);
  EXPECT_EQ(recorder.last().end->failure, rpc::errc::garbage_arguments);
}

TEST(observer_of_coroutines, is_told_of_those_that_the_end_of_the_server_cuts_short) {
  adder::AsyncServer slow;
  Recorder recorder;
  {
    rpc::Server server;
    server.add(slow);
    server.observe(recorder);
    const std::string at = server.listen("tcp://127.0.0.1:0").text();
    std::thread running([&] { server.run(); });
    asio::io_context context;
    adder::AsyncClient client(context, at);
    asio::co_spawn(context, client.hold(7), asio::detached);
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          co_await client.wait_for_held(1);
          client.close();
        },
        asio::detached);
    context.run();
    server.stop();
    running.join();
  }
  ASSERT_EQ(recorder.seen().size(), 2U);
  EXPECT_EQ(recorder.seen()[0].end->failure, std::errc::operation_canceled);
  EXPECT_FALSE(recorder.seen()[1].end->failure);
}

TEST(observer_of_an_async_client, is_told_of_calls_that_outlive_it) {
  adder::AsyncServer adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Recorder recorder;
  rpc::ClientOptions options;
  options.observer = &recorder;
  asio::io_context context;
  auto client = std::make_unique<adder::AsyncClient>(context, server.at(), options);
  asio::co_spawn(context, client->hold(7), asio::detached);
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        co_await client->wait_for_held(1);
        client.reset();
      },
      asio::detached);
  context.run();
  EXPECT_EQ(recorder.seen()[0].end->failure, rpc::errc::client_closed);
}

TEST(observer_of_a_server, is_told_of_peers_that_are_hung_up_on) {
  adder::Server adder;
  Recorder recorder;
  rpc::ServerOptions options;
  options.max_record = 100;
  rpc::Server server(options);
  server.add(adder);
  server.observe(recorder);
  const auto endpoint = server.listen("tcp://127.0.0.1:0");
  std::thread running([&] { server.run(); });
  {
    RawPeer peer(endpoint);
    peer.send(from_hex("800000c8 00000000"));
    EXPECT_TRUE(peer.is_closed());
  }
  server.stop();
  running.join();
  ASSERT_EQ(recorder.refused().size(), 1U);
  EXPECT_TRUE(recorder.refused()[0].starts_with("tcp://127.0.0.1:")) << recorder.refused()[0];
}

TEST(observer_of_an_async_client, is_told_of_calls_and_their_ends) {
  adder::AsyncServer adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Recorder recorder;
  rpc::ClientOptions options;
  options.observer = &recorder;
  asio::io_context context;
  adder::AsyncClient client(context, server.at(), options);
  auto sum = asio::co_spawn(context, client.add(2, 3), asio::use_future);
  auto failing = asio::co_spawn(context, client.call(adder::procedures::fail, [](xdr::Encoder&) {}), asio::use_future);
  auto noted = asio::co_spawn(context, client.one_way().note(1), asio::use_future);
  context.run();
  EXPECT_EQ(sum.get(), 5);
  ASSERT_EQ(recorder.seen().size(), 3U);
  const Seen added = recorder.seen()[0];
  EXPECT_EQ(added.call.side, rpc::ObservedCall::Side::client);
  EXPECT_EQ(added.call.peer, server.at());
  EXPECT_EQ(added.arguments.size(), 8U);
  EXPECT_EQ(added.results.size(), 4U);
  EXPECT_EQ(added.end->bytes, empty_reply + 4);
  EXPECT_EQ(recorder.seen()[1].end->failure, rpc::errc::system_error);
  EXPECT_FALSE(recorder.seen()[2].end->failure);
  EXPECT_EQ(recorder.seen()[2].end->bytes, 0U);
}

}  // namespace
