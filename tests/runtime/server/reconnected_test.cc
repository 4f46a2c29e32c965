// Peers whose connection broke, and who repeat over another what they do not know the end of.
#include <onc/rpc/error.h>
#include <onc/rpc/observer.h>

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;

constexpr std::uint32_t null = 0;
constexpr std::uint32_t add = 1;
constexpr std::uint32_t count = 9;
constexpr std::uint32_t hold = 10;
constexpr std::uint32_t release = 11;

const rpc::ServiceOptions once{.once_across_connections = true};

std::string accepted(const std::string& xid, const std::string& rest = "") {
  return "800000" + std::string(rest.empty() ? "18 " : "1c ") + xid + " 00000001 00000000 00000000 00000000 00000000" +
         (rest.empty() ? "" : " " + rest);
}

class Peer : public RawPeer {
 public:
  explicit Peer(const RunningServer& server) : RawPeer(server.endpoint(), 0, 0) {}
  // From the port of `before`, whose connection breaks.
  Peer(const RunningServer& server, Peer& before) : RawPeer(server.endpoint(), 0, before.leave()) {}

  void call(std::uint32_t xid, std::uint32_t procedure, std::initializer_list<std::uint32_t> arguments = {}) {
    xdr::Encoder out;
    const std::uint32_t size = static_cast<std::uint32_t>(4 * (10 + arguments.size()));
    for (const std::uint32_t word : {0x80000000 | size, xid, 0U, 2U, 0x20000042U, 2U, procedure, 0U, 0U, 0U, 0U})
      out.u32(word);
    for (const std::uint32_t argument : arguments) out.u32(argument);
    ASSERT_TRUE(send(out.bytes()));
  }
  // With its mark. One of null() has no results.
  std::string reply() { return to_hex(receive(32)); }
  std::string reply_of_null() { return to_hex(receive(28)); }

 private:
  std::uint16_t leave() {
    const std::uint16_t own = port();
    reset();
    return own;
  }
};

TEST(reconnected, a_repeat_gets_the_first_reply) {
  adder::Server adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {}, once);
  Peer first(server);
  first.call(7, count);
  EXPECT_EQ(first.reply(), accepted("00000007", "00000001"));
  Peer second(server, first);
  second.call(7, count);
  EXPECT_EQ(second.reply(), accepted("00000007", "00000001"));
  second.call(8, count);
  EXPECT_EQ(second.reply(), accepted("00000008", "00000002"));
}

TEST(reconnected, a_service_that_does_not_ask_runs_every_call) {
  adder::Server adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Peer first(server);
  first.call(7, count);
  EXPECT_EQ(first.reply(), accepted("00000007", "00000001"));
  Peer second(server, first);
  second.call(7, count);
  EXPECT_EQ(second.reply(), accepted("00000007", "00000002"));
}

TEST(reconnected, a_repeat_waits_for_a_coroutine_that_still_runs) {
  adder::AsyncServer adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {}, once);
  Peer first(server);
  first.call(7, hold, {5});
  first.call(8, null);
  EXPECT_EQ(first.reply_of_null(), accepted("00000008")) << "the handler is under way";
  Peer second(server, first);
  second.call(7, hold, {5});
  second.call(9, release, {5});
  std::set<std::string> replies;
  for (int i = 0; i < 2; ++i) replies.insert(second.reply());
  EXPECT_EQ(replies, (std::set{accepted("00000007", "00000005"), accepted("00000009", "00000005")}));
  second.call(10, adder::procedures::wait_for_held.number, {0});
  EXPECT_EQ(second.reply(), accepted("0000000a", "00000001")) << "it was run again";
}

TEST(reconnected, a_repeat_gets_the_failure_of_a_call_that_still_runs) {
  adder::AsyncServer adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {}, once);
  Peer peer(server);
  // The handler goes round the loop before it fails.
  peer.call(7, adder::procedures::fail.number);
  peer.call(7, adder::procedures::fail.number);
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(to_hex(peer.receive(28)), "80000018 00000007 00000001 00000000 00000000 00000000 00000005");
}

// Its add() waits until it is let through.
class Gate : public adder::Server {
 public:
  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    if (procedure == null) return arguments.finish();
    if (procedure == add) {
      ++runs;
      is_running = true;
      is_running.notify_all();
      open.wait();
    }
    adder::Server::dispatch(procedure, arguments, results, caller);
  }

  std::atomic<int> runs = 0;
  std::atomic<bool> is_running = false;
  std::latch open{1};
};

void repeat_while_the_first_runs(const rpc::ServerOptions& options, const rpc::ServiceOptions& of_service) {
  Gate gate;
  {
    const RunningServer server({&gate}, {"tcp://127.0.0.1:0"}, options, of_service);
    Peer first(server);
    first.call(7, add, {2, 3});
    gate.is_running.wait(false);
    Peer second(server, first);
    second.call(7, add, {2, 3});
    second.call(8, null);
    EXPECT_EQ(second.reply_of_null(), accepted("00000008")) << "the repeat has come before it";
    gate.open.count_down();
    EXPECT_EQ(second.reply(), accepted("00000007", "00000005"));
  }
  EXPECT_EQ(gate.runs, 1);
}

TEST(reconnected, a_repeat_waits_for_a_worker_that_still_runs) {
  repeat_while_the_first_runs({}, {.on_workers = true, .once_across_connections = true});
}

TEST(reconnected, a_repeat_waits_for_the_other_thread) {
  rpc::ServerOptions two;
  two.threads = 2;
  repeat_while_the_first_runs(two, once);  // which the busy one cannot accept
}

TEST(reconnected, a_reply_is_known_to_all_threads) {
  Gate gate;
  rpc::ServerOptions two;
  two.threads = 2;
  const RunningServer server({&gate}, {"tcp://127.0.0.1:0"}, two, once);
  Peer first(server);
  first.call(7, count);
  EXPECT_EQ(first.reply(), accepted("00000007", "00000001"));
  first.call(8, add, {2, 3});
  gate.is_running.wait(false);  // now only the other thread can take a second connection
  Peer second(server, first);
  second.call(7, count);
  EXPECT_EQ(second.reply(), accepted("00000007", "00000001"));
  gate.open.count_down();
}

// Its hold() never ends.
class Endless : public rpc::AsyncService {
 public:
  Endless() : AsyncService(adder::program) {}

  asio::awaitable<void> dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder&,
                                 const rpc::Caller&) override {
    if (procedure == hold) arguments.u32();
    arguments.finish();
    return procedure == hold ? wait() : rpc::no_results();
  }

 private:
  asio::awaitable<void> wait() {
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::hours(1));
    co_await never.async_wait(asio::use_awaitable);
  }
};

// Whichever thread the first runs on, and its repeat waits on.
TEST(reconnected, may_still_be_waiting_when_the_server_ends) {
  Endless endless;
  rpc::ServerOptions two;
  two.threads = 2;
  const RunningServer server({&endless}, {"tcp://127.0.0.1:0"}, two, once);
  std::vector<std::unique_ptr<Peer>> repeating;
  for (int i = 0; i < 16; ++i) {
    Peer first(server);
    first.call(7, hold, {5});
    first.call(8, null);
    EXPECT_EQ(first.reply_of_null(), accepted("00000008"));
    Peer& second = *repeating.emplace_back(std::make_unique<Peer>(server, first));
    second.call(7, hold, {5});
    second.call(8, null);
    EXPECT_EQ(second.reply_of_null(), accepted("00000008"));
  }
}

TEST(reconnected, whoever_watches_sees_how_a_waiting_repeat_ends) {
  class Watcher : public rpc::Observer {
   public:
    void ended(const rpc::ObservedCall& call, const rpc::ObservedEnd& end) override {
      if (call.procedure == hold && !end.failure && end.bytes == 28) ++held;
    }
    std::atomic<int> held = 0;
  } watcher;
  {
    adder::AsyncServer adder;
    rpc::Server server;
    server.add(adder, once);
    server.observe(watcher);
    const transport::Endpoint at = server.listen("tcp://127.0.0.1:0");
    std::thread running([&] { server.run(); });
    RawPeer peer(at);
    const xdr::Bytes held = from_hex(
        "8000002c 00000007 00000000 00000002 20000042 00000002 0000000a 00000000 00000000"
        "00000000 00000000 00000005");
    const xdr::Bytes released = from_hex(
        "8000002c 00000008 00000000 00000002 20000042 00000002 0000000b 00000000"
        "00000000 00000000 00000000 00000005");
    for (const xdr::Bytes* call : {&held, &held, &released}) ASSERT_TRUE(peer.send(*call));
    EXPECT_EQ(peer.receive(3 * 32).size(), 3U * 32);
    server.stop();
    running.join();
  }
  EXPECT_EQ(watcher.held, 2);
}

}  // namespace
