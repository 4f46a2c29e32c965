// A server with several threads.
#include <onc/rpc/error.h>
#include <onc/server/server.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <csignal>
#include <future>
#include <thread>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

rpc::ServerOptions threads(std::size_t count) {
  rpc::ServerOptions options;
  options.threads = count;
  return options;
}

// Its first call waits until another has come.
class Meeting : public adder::Server {
 public:
  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    first_has_come = true;
    first_has_come.notify_all();
    both_.arrive_and_wait();
    adder::Server().dispatch(procedure, arguments, results, caller);
  }

  std::atomic<bool> first_has_come = false;

 private:
  std::barrier<> both_{2};
};

TEST(reactors, run_handlers_at_the_same_time) {
  const std::string path = "local:///tmp/onc-reactors-" + std::to_string(::getpid());
  for (const char* endpoint : {"tcp://127.0.0.1:0", path.c_str()}) {
    Meeting meeting;
    const RunningServer server({&meeting}, {endpoint}, threads(2));
    auto sum = std::async(std::launch::async, [&] { return adder::Client(server.at()).add(2, 3); });
    meeting.first_has_come.wait(false);  // now only the other thread can take a second connection
    EXPECT_EQ(adder::Client(server.at()).add(4, 5), 9);
    EXPECT_EQ(sum.get(), 5);
  }
}

TEST(reactors, take_turns_with_udp_sockets) {
  Meeting meeting;
  const RunningServer server({&meeting}, {"udp://127.0.0.1:0", "udp://127.0.0.1:0"}, threads(2));
  auto sum = std::async(std::launch::async, [&] { return adder::Client(server.at(0)).add(2, 3); });
  EXPECT_EQ(adder::Client(server.at(1)).add(4, 5), 9);
  EXPECT_EQ(sum.get(), 5);
}

TEST(reactors, that_coroutines_run_on_answer_where_they_were_asked) {
  adder::AsyncServer adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, threads(2));
  for (int i = 0; i < 6; ++i) EXPECT_EQ(adder::Client(server.at()).add(i, 1), i + 1);
}

TEST(reactors, finish_what_they_have_begun) {
  Meeting meeting;
  rpc::Server server(threads(2));
  server.add(meeting);
  const std::string at = server.listen("tcp://127.0.0.1:0").text();
  std::thread running([&] { server.run(); });
  auto one = std::async(std::launch::async, [&] { return adder::Client(at).add(2, 3); });
  meeting.first_has_come.wait(false);
  adder::Client other(at);
  EXPECT_EQ(other.add(4, 5), 9);
  server.finish();
  EXPECT_EQ(one.get(), 5);
  running.join();
  EXPECT_THROW(adder::Client(at).add(1, 1), rpc::Error);
}

// Whether the server there still takes calls.
bool finishes_later(const std::string& at) {
  try {
    adder::Client(at).within(100ms).add(1, 1);
    return true;
  } catch (const rpc::Error&) {
    return false;
  }
}

TEST(reactors, that_have_finished_still_hear_the_second_signal) {
  adder::AsyncServer adder;
  rpc::ServerOptions options = threads(2);
  options.finishing = 1000s;
  rpc::Server server(options);
  server.add(adder);
  server.listen("udp://127.0.0.1:0");
  const std::string at = server.listen("udp://127.0.0.1:0").text();  // on the second thread
  server.stop_on({SIGUSR1});
  std::thread running([&] { server.run(); });
  asio::io_context context;
  adder::AsyncClient client(context, at);
  asio::co_spawn(context, client.hold(7), asio::detached);  // which nobody releases
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        co_await client.wait_for_held(1);
        client.close();
      },
      asio::detached);
  context.run();
  ::kill(::getpid(), SIGUSR1);
  // The second must come after the first was heard: a finishing server takes no more calls.
  while (finishes_later(at)) continue;
  ::kill(::getpid(), SIGUSR1);
  running.join();
}

TEST(reactors, can_run_again) {
  adder::Server adder;
  rpc::Server server(threads(2));
  server.add(adder);
  const std::string at = server.listen("tcp://127.0.0.1:0").text();
  for (int i = 0; i < 2; ++i) {
    std::thread running([&] { server.run(); });
    EXPECT_EQ(adder::Client(at).add(2, 3), 5);
    server.stop();
    running.join();
  }
}

TEST(reactors, end_together) {
  adder::Server adder;
  rpc::Server server(threads(4));
  server.add(adder);
  server.listen("tcp://127.0.0.1:0");
  std::thread running([&] { server.run(); });
  server.stop();
  running.join();
}

TEST(reactors, share_the_limit_of_connections) {
  adder::Server adder;
  rpc::ServerOptions options = threads(2);
  options.max_connections = 4;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, options);
  const auto is_served = [](RawPeer& peer) {
    return peer.send(from_hex("80000028 00000007 00000000 00000002 20000042 00000002 00000000 00000000 00000000"
                              "00000000 00000000")) &&
           peer.receive(28).size() == 28;
  };
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(is_served(*peers.emplace_back(std::make_unique<RawPeer>(server.endpoint()))));
  for (const auto& peer : peers) EXPECT_TRUE(is_served(*peer));
  RawPeer fifth(server.endpoint());
  EXPECT_TRUE(is_served(fifth));
  // On whichever thread it was: that may take a moment.
  std::size_t closed = 0;
  for (int i = 0; i < 10'000 && closed == 0; ++i)
    closed = std::erase_if(peers, [&](auto& peer) { return !is_served(*peer); });
  EXPECT_EQ(closed, 1U);
  for (const auto& peer : peers) EXPECT_TRUE(is_served(*peer));
}

// Of threads that accept at the same time, each may see that there is room for one more.
TEST(reactors, pass_the_limit_of_connections_for_a_moment_only) {
  adder::Server adder;
  rpc::ServerOptions options = threads(4);
  options.max_connections = 4;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, options);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::unique_ptr<RawPeer>> peers(16);
    std::barrier at_once(4);
    const auto connect_four = [&](std::size_t first) {
      at_once.arrive_and_wait();
      for (std::size_t i = first; i < first + 4; ++i) peers[i] = std::make_unique<RawPeer>(server.endpoint());
    };
    {
      std::vector<std::future<void>> connecting;
      for (const std::size_t first : {0U, 4U, 8U, 12U})
        connecting.push_back(std::async(std::launch::async, connect_four, first));
    }
    for (int i = 0; i < 100'000 && peers.size() > 4; ++i)
      std::erase_if(peers, [](const auto& peer) { return peer->has_been_closed(); });
    ASSERT_LE(peers.size(), 4U) << "in round " << round;
  }
}

std::string refusal_of(const rpc::ServerOptions& options) {
  try {
    rpc::Server server(options);
    return "";
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(server_options, out_of_range_are_refused_with_the_range) {
  EXPECT_EQ(refusal_of(threads(1)), "");
  EXPECT_EQ(refusal_of(threads(0)), "ServerOptions::threads is 0; it can be from 1 to 1024");
  rpc::ServerOptions options;
  options.patience = 0s;
  EXPECT_EQ(refusal_of(options), "ServerOptions::patience is 0; it can be from 1 to 31536000");
  options = {};
  options.idle = -1s;
  EXPECT_EQ(refusal_of(options), "ServerOptions::idle is negative; it can be from 0 to 31536000 s");
  options = {};
  options.max_record = std::size_t{1} << 31;
  EXPECT_EQ(refusal_of(options), "ServerOptions::max_record is 2147483648; it can be from 40 to 2147483647");
}

}  // namespace
