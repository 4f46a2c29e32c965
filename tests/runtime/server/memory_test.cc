// What peers cost a server in memory, and what it does without.
#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "tests/runtime/allocations.h"
#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"
#include "wide.x.h"

#include <unistd.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;

constexpr std::size_t megabyte = 1 << 20;

const std::string add_2_and_3 =
    "80000030 00000007 00000000 00000002 20000042 00000002 00000001 00000000 00000000 00000000 00000000"
    "00000002 00000003";
const std::string sum_5 = "8000001c 00000007 00000001 00000000 00000000 00000000 00000000 00000005";

std::size_t descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// Knows the thread that it is served on; workers take turns, for it keeps what it was called with.
class Adder : public adder::Server {
 public:
  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    const std::lock_guard turn(mutex_);
    thread = ::pthread_self();
    adder::Server::dispatch(procedure, arguments, results, caller);
  }

  std::atomic<pthread_t> thread{};

 private:
  std::mutex mutex_;
};

class AsyncAdder : public adder::AsyncServer {
 public:
  asio::awaitable<void> dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                                 const rpc::Caller& caller) override {
    thread = ::pthread_self();
    return adder::AsyncServer::dispatch(procedure, arguments, results, caller);
  }

  std::atomic<pthread_t> thread{};
};

// As the generated ones: takes and gives back what it is given.
class Echo : public wide::WIDE::v1::Server {
  wide::Wide echo(wide::Wide wide, const rpc::Caller&) override { return wide; }
  std::uint32_t count(const rpc::Caller&) override { return 7; }
  void fail(std::int32_t, const rpc::Caller&) override {}
};

// Until `is_so` is; each call takes the server once round its loop.
template <class Condition>
bool comes_true(adder::Client& client, Condition is_so) {
  for (int i = 0; i < 10'000; ++i) {
    if (is_so()) return true;
    client.add(2, 3);
  }
  return false;
}

// CVE-2017-8779: a claimed length was allocated before there was anything in it.
TEST(memory, of_a_thousand_lengths_without_their_bytes_is_not_taken) {
  Echo echo;
  RunningServer server({&echo}, {"tcp://127.0.0.1:0"});
  RawPeer peer(server.endpoint());
  const std::string header =
      "00000007 00000000 00000002 20000055 00000001 00000001 00000000 00000000 00000000 00000000";
  const std::string garbage_arguments = "80000018 00000007 00000001 00000000 00000000 00000000 00000004";
  const std::string kinds[] = {
      "8000002c" + header + "70000000",                                               // choices
      "80000034" + header + "00000001 ffffffff 70000000",                             // the text of one
      "80000034" + header + "00000000 00000000 70000000",                             // bytes
      "80000040" + header + "00000000 00000001 00000000 00000000 00000000 70000000",  // flags
  };
  const auto ask = [&](const std::string& call) {
    ASSERT_TRUE(peer.send(from_hex(call)));
    ASSERT_EQ(to_hex(peer.receive(28)), garbage_arguments) << call;
  };
  for (const auto& call : kinds) ask(call);
  const std::size_t before = allocations::live();
  allocations::reset();
  for (int i = 0; i < 250; ++i)
    for (const auto& call : kinds) ask(call);
  // Not even for a moment, or untouched.
  EXPECT_LT(allocations::peak(), before + megabyte / 4);
}

// The wire form of as many elements as possible, and how often the memory of one goes into its smallest wire form.
struct Dense {
  const char* what;
  xdr::Encoder wire;
  std::size_t factor;
};

std::vector<Dense> dense_messages(std::uint32_t count) {
  using namespace wide;
  std::vector<Dense> all(4);
  const auto begin = [&](std::size_t i, const char* what, std::size_t memory, std::size_t smallest) -> xdr::Encoder& {
    all[i].what = what;
    all[i].factor = (memory + smallest - 1) / smallest;
    return all[i].wire;
  };
  const auto rest = [](xdr::Encoder& out, int words) {
    for (int i = 0; i < words; ++i) out.u32(0);
  };
  auto& choices = begin(0, "unions without a value", sizeof(Choice), 4);
  choices.u32(count);
  for (std::uint32_t i = 0; i < count; ++i) choices.u32(7);
  rest(choices, 11);
  auto& entries = begin(1, "a list of empty strings", sizeof(Entry), 8);
  rest(entries, 3);
  for (std::uint32_t i = 0; i < count; ++i) entries.u64(std::uint64_t{1} << 32);
  rest(entries, 9);
  auto& flags = begin(2, "flags", 1, 4);
  rest(flags, 5);
  flags.u32(count);
  rest(flags, static_cast<int>(count) + 6);
  auto& doubles = begin(3, "doubles", 8, 8);
  rest(doubles, 10);
  doubles.u32(count);
  rest(doubles, 2 * static_cast<int>(count) + 1);
  return all;
}

TEST(memory, of_a_message_is_no_more_than_its_types_make_of_its_bytes) {
  for (const Dense& message : dense_messages(50'000)) {
    wide::Wide value;
    xdr::Decoder in(message.wire.bytes());
    const std::size_t before = allocations::live();
    allocations::reset();
    ASSERT_NO_THROW(value.decode(in)) << message.what;
    in.finish();
    // The vector of a list takes three times its elements while it grows; what `new` itself adds is not ours.
    EXPECT_LE(allocations::peak() - before, 3 * (message.factor + 1) * message.wire.size()) << message.what;
    EXPECT_GE(allocations::peak() - before, message.wire.size() / 40) << message.what;
  }
}

TEST(memory, of_a_message_is_bounded_whatever_its_types_make_of_its_bytes) {
  constexpr std::size_t limit = 1 * megabyte;
  for (const Dense& message : dense_messages(1'100'000)) {
    wide::Wide value;
    xdr::Decoder in(message.wire.bytes(), {.memory = limit});
    const std::size_t before = allocations::live();
    allocations::reset();
    try {
      value.decode(in);
      ADD_FAILURE() << message.what;
    } catch (const xdr::Error& error) {
      EXPECT_EQ(error.code(), xdr::errc::too_much_memory) << message.what;
    }
    EXPECT_LE(allocations::peak() - before, 3 * limit) << message.what;
  }
}

class Memory_of_closed_connections : public testing::TestWithParam<bool> {};

TEST_P(Memory_of_closed_connections, is_given_back) {
  Adder adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {}, {.on_workers = GetParam()});
  adder::Client client(server.at());
  client.add(2, 3);
  const std::size_t before = allocations::live();
  const std::size_t opened_before = descriptors();
  std::vector<std::unique_ptr<RawPeer>> peers;
  const xdr::Bytes part(64 << 10);
  for (int i = 0; i < 50; ++i) {
    peers.push_back(std::make_unique<RawPeer>(server.endpoint(), 4096));
    if (i % 2 == 0) {  // sends a part of a call
      ASSERT_TRUE(peers.back()->send(from_hex("00080000")));
      ASSERT_TRUE(peers.back()->send(part));
    } else {  // does not read its reply
      ASSERT_TRUE(peers.back()->send(
          from_hex("8000002c 00000007 00000000 00000002 20000042 00000002 00000005 00000000 00000000 00000000"
                   "00000000 00400000")));
    }
  }
  EXPECT_TRUE(comes_true(client, [&] { return allocations::live() > before + 20 * megabyte; }));
  peers.clear();
  // What all connections share is kept.
  EXPECT_TRUE(comes_true(client, [&] { return allocations::live() < before + 3 * megabyte; })) << allocations::live();
  EXPECT_TRUE(comes_true(client, [&] { return descriptors() == opened_before; }));
}

INSTANTIATE_TEST_SUITE_P(memory, Memory_of_closed_connections, testing::Bool(),
                         [](const auto& row) { return row.param ? "of_workers" : "of_handlers"; });

TEST(memory, of_a_closed_connection_is_given_back_though_its_handler_still_runs) {
  for (const bool peer_hangs_up : {true, false}) {
    adder::AsyncServer adder;
    RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}, {.max_connections = 1});
    adder::Client client(server.at(1));
    client.add(2, 3);
    const std::size_t before = allocations::live();
    std::optional<RawPeer> peer(std::in_place, server.endpoint());
    const std::string hold =
        "8000002c 00000007 00000000 00000002 20000042 00000002 0000000a 00000000 00000000 00000000 00000000 00000007";
    ASSERT_TRUE(peer->send(from_hex(hold + "00400000")));
    ASSERT_TRUE(peer->send(xdr::Bytes(2 * megabyte)));
    EXPECT_TRUE(comes_true(client, [&] { return allocations::live() > before + 2 * megabyte; }));
    client.add(2, 3);
    std::optional<RawPeer> another;
    if (peer_hangs_up)
      peer.reset();
    else
      another.emplace(server.endpoint());  // for which the server closes the only one there is
    EXPECT_TRUE(comes_true(client, [&] { return allocations::live() < before + megabyte / 2; })) << allocations::live();
  }
}

TEST(memory, of_replies_that_nobody_reads_is_no_more_than_is_made_before_it_is_seen) {
  struct Row {
    int calls;
    const char* size;  // of each reply
  };
  for (const Row& row : {Row{50, "00400000"}, Row{400, "00030000"}}) {
    adder::AsyncServer adder;
    RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"});
    adder::Client client(server.at(1));
    RawPeer peer(server.endpoint(), 4096);
    allocations::reset();
    const std::size_t before = allocations::live();
    std::string all;
    for (int i = 0; i < row.calls; ++i)
      all += "8000002c 00000007 00000000 00000002 20000042 00000002 00000005 00000000 00000000 00000000 00000000" +
             std::string(row.size);
    ASSERT_TRUE(peer.send(from_hex(all)));
    for (int i = 0; i < 2 * row.calls; ++i) client.add(2, 3);
    EXPECT_LT(allocations::peak(), before + 32 * megabyte) << row.size;
  }
}

class Without_memory : public testing::Test {
 protected:
  Without_memory() { steady_.add(2, 3); }

  // True where a new peer is served. It stays.
  bool is_served() {
    RawPeer& peer = *peers_.emplace_back(std::make_unique<RawPeer>(server_.endpoint()));
    return peer.send(from_hex(add_2_and_3)) && to_hex(peer.receive(32)) == sum_5;
  }

  Adder adder_;
  RunningServer server_{{&adder_}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}};
  const rpc::ClientOptions steady_options_{.timeout = 5s};
  adder::Client steady_{server_.at(), steady_options_};
  std::vector<std::unique_ptr<RawPeer>> peers_;
};

// CVE-2018-14621, -14622: a listener that used what it had not got.
TEST_F(Without_memory, at_any_moment_of_accepting_a_peer_only_that_peer_is_lost) {
  const std::size_t opened = descriptors();
  const std::size_t live = allocations::live();
  long failed = 0;
  for (long after = 0, times = 1; times != 0; ++after) {
    const allocations::Failing failing(adder_.thread, after, 1);
    const bool served = is_served();
    times = failing.count();
    failed += times;
    EXPECT_TRUE(served || times != 0);
    ASSERT_EQ(steady_.add(2, 3), 5) << "after " << after << " allocations";
  }
  EXPECT_GT(failed, 2);
  EXPECT_TRUE(is_served());
  peers_.clear();
  EXPECT_TRUE(comes_true(steady_, [&] { return descriptors() == opened && allocations::live() <= live + 64 * 1024; }))
      << descriptors() << " for " << opened << ", " << allocations::live() << " for " << live;
}

TEST_F(Without_memory, for_new_peers_it_serves_those_it_has_and_does_not_spin) {
  std::list<adder::Client> steady;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(steady.emplace_back(server_.at(), steady_options_).add(2, 3), 5);
  const auto cpu = [&] {
    clockid_t clock{};
    timespec time{};
    ::pthread_getcpuclockid(adder_.thread, &clock);
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  };
  ASSERT_TRUE(is_served());
  const double before = cpu();
  {
    const allocations::Failing failing(adder_.thread);
    std::vector<std::unique_ptr<RawPeer>> peers;
    for (int i = 0; i < 5; ++i) peers.push_back(std::make_unique<RawPeer>(server_.endpoint()));
    for (const auto& peer : peers) EXPECT_TRUE(peer->is_closed());
    for (int i = 0; i < 3; ++i)
      for (auto& client : steady) EXPECT_EQ(client.add(2, 3), 5);
    EXPECT_GE(failing.count(), 5);
    EXPECT_LE(failing.count(), 500) << "it spins";
  }
  EXPECT_LT(cpu() - before, 0.2) << "it spins";
  EXPECT_TRUE(is_served());
}

TEST_F(Without_memory, datagrams_are_lost_and_later_ones_are_not) {
  const xdr::Bytes call = from_hex(add_2_and_3.substr(9));
  for (long after = 0; after < 10; ++after) {
    RawPeer peer(server_.endpoint(1));
    {
      const allocations::Failing failing(adder_.thread, after);
      for (int i = 0; i < 10; ++i) ASSERT_TRUE(peer.send(call));
      EXPECT_EQ(steady_.add(2, 3), 5);
    }
    EXPECT_EQ(adder::Client(server_.at(1)).add(2, 3), 5) << after;
  }
}

TEST(without_memory, at_any_moment_of_a_coroutine_only_its_peer_is_lost) {
  AsyncAdder adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"});
  std::list<RawPeer> others;  // as many as are waited for otherwise than those after them
  for (int i = 0; i < 4; ++i) others.emplace_back(server.endpoint());
  for (const std::size_t endpoint : {0U, 1U}) {
    EXPECT_EQ(adder::Client(server.at(endpoint)).add(2, 3), 5);
    for (long after = 0; after < 40; ++after) {
      {
        const allocations::Failing failing(adder.thread, after, 1);
        adder::Client client(server.at(endpoint), {.timeout = 5s, .retransmit_after = 10ms});
        try {
          EXPECT_EQ(client.add(2, 3), 5);
        } catch (const rpc::Error& error) {
          EXPECT_NE(error.code(), rpc::errc::timed_out) << server.at(endpoint) << " after " << after;
        }
      }
      ASSERT_EQ(adder::Client(server.at(endpoint)).add(2, 3), 5) << server.at(endpoint) << " after " << after;
    }
  }
}

}  // namespace
