// Real sockets on loopback: every transport, and peers that misbehave.
#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>

#include "tests/runtime/adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

#include <sys/resource.h>
#include <sys/wait.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;

const std::string add_2_and_3 =
    "00000007 00000000 00000002 20000042 00000002 00000001 00000000 00000000 00000000 00000000 00000002 00000003";
const std::string sum_5 = "00000007 00000001 00000000 00000000 00000000 00000000 00000005";
const std::string null_call =
    "00000007 00000000 00000002 20000042 00000002 00000000 00000000 00000000 00000000 00000000";

std::string word(std::uint32_t value) {
  char text[9];
  std::snprintf(text, sizeof text, "%08x", value);
  return text;
}

std::string socket_path() {
  return (std::filesystem::temp_directory_path() / ("onc-test-" + std::to_string(::getpid()) + ".sock")).string();
}

TEST(server, answers_over_every_transport) {
  adder::Server adder;
  const std::string local = "local://" + socket_path();
  RunningServer server({&adder},
                       {"tcp://127.0.0.1:0", "udp://127.0.0.1:0", "tcp://[::1]:0", "udp://[::1]:0", local.c_str()});
  for (std::size_t i = 0; i < 5; ++i) {
    adder::Client client(server.at(i));
    EXPECT_EQ(client.add(2, 3), 5) << server.at(i);
    EXPECT_EQ(client.add(20, 3), 23) << server.at(i);
  }
}

TEST(server, replies_from_the_address_it_was_asked_at) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://0.0.0.0:0"});
  // The client's socket is connected, and hears only the address it sent to.
  adder::Client client("udp://127.0.0.77:" + std::to_string(*server.endpoint().port));
  EXPECT_EQ(client.add(2, 3), 5);
}

TEST(server, leaves_no_local_socket_behind_and_replaces_a_dead_one) {
  adder::Server adder;
  const std::string uri = "local://" + socket_path();
  const auto path = socket_path();
  {
    const transport::Socket dead(::socket(AF_UNIX, SOCK_STREAM, 0));
    const auto address = transport::Address::path(path);
    ASSERT_EQ(::bind(dead.get(), address.data(), address.size()), 0);
  }
  {
    RunningServer server({&adder}, {uri.c_str()});
    EXPECT_EQ(adder::Client(uri).add(2, 3), 5);
    rpc::Server second;
    EXPECT_THROW(second.listen(uri), rpc::Error) << "the first still answers there";
    EXPECT_EQ(adder::Client(uri).add(2, 3), 5);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(server, leaves_alone_what_is_not_a_dead_socket_of_its_kind) {
  const auto path = socket_path();
  const auto address = transport::Address::path(path);
  const transport::Socket datagrams(::socket(AF_UNIX, SOCK_DGRAM, 0));
  ASSERT_EQ(::bind(datagrams.get(), address.data(), address.size()), 0);
  rpc::Server server;
  EXPECT_THROW(server.listen("local://" + path), rpc::Error);
  EXPECT_TRUE(std::filesystem::exists(path));
  std::filesystem::remove(path);
}

TEST(server, says_what_to_do_when_a_port_is_taken) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"});
  for (const std::size_t i : {0U, 1U}) {
    rpc::Server second;
    try {
      second.listen(server.at(i));
      FAIL();
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), std::errc::address_in_use);
      EXPECT_EQ(std::string(error.what()),
                "cannot listen on " + server.at(i) +
                    ": Address already in use; stop the other server, or choose another port (0 takes a free one)");
    }
  }
}

TEST(server, that_listens_nowhere_does_not_run) {
  adder::Server adder;
  rpc::Server server;
  server.add(adder);
  EXPECT_THROW(server.run(), std::logic_error);
}

TEST(server, serves_on_where_one_more_endpoint_cannot_be_had) {
  adder::Server adder;
  rpc::Server taken;
  const std::string tcp = taken.listen("tcp://127.0.0.1:0").text();
  const std::string udp = taken.listen("udp://127.0.0.1:0").text();
  for (const std::size_t threads : {1U, 2U}) {
    rpc::ServerOptions options;
    options.threads = threads;
    rpc::Server server(options);
    server.add(adder);
    const std::string first = server.listen("tcp://127.0.0.1:0").text();
    for (const std::string& cannot_be :
         {tcp, udp, std::string("tcp://192.0.2.1:0"), "local:///nonexistent/" + std::string(10, 'x'),
          "local:///" + std::string(200, 'x'), std::string("carrier://pigeon"), std::string("tcp://127.0.0.1:65536")})
      EXPECT_THROW(server.listen(cannot_be), rpc::Error) << cannot_be;
    const std::string second = server.listen("udp://127.0.0.1:0").text();
    EXPECT_EQ(server.endpoints().size(), 2U);
    std::thread running([&] { server.run(); });
    EXPECT_EQ(adder::Client(first).add(2, 3), 5);
    EXPECT_EQ(adder::Client(second).add(2, 3), 5);
    server.stop();
    running.join();
  }
}

// CVE-2022-23218, -23219: they were copied into 108 bytes.
TEST(server, and_client_refuse_paths_that_no_socket_can_have) {
  for (std::size_t length = 108; length <= 4096; ++length) {
    const std::string uri = "local:///" + std::string(length - 1, 'x');
    EXPECT_THROW(rpc::Server().listen(uri), rpc::Error) << length;
    EXPECT_THROW(adder::Client(uri, {.timeout = 5s}).add(2, 3), rpc::Error) << length;
  }
  const std::string folder = std::filesystem::temp_directory_path().string() + "/";
  const std::string longest = folder + std::string(107 - folder.size(), 'x');
  adder::Server adder;
  RunningServer server({&adder}, {("local://" + longest).c_str()});
  EXPECT_EQ(adder::Client("local://" + longest).add(2, 3), 5);
}

TEST(server, answers_calls_that_arrive_in_one_piece_or_many) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  const xdr::Bytes call = from_hex("80000030" + add_2_and_3);
  xdr::Bytes calls;
  for (int i = 0; i < 100; ++i) calls.insert(calls.end(), call.begin(), call.end());
  RawPeer at_once(server.endpoint());
  ASSERT_TRUE(at_once.send(calls));
  const std::string replies = to_hex(at_once.receive(100 * 32));
  RawPeer bytewise(server.endpoint());
  for (const std::byte& byte : call) ASSERT_TRUE(bytewise.send({&byte, 1}));
  EXPECT_EQ(to_hex(bytewise.receive(32)), "8000001c " + sum_5);
  EXPECT_EQ(replies.size(), to_hex(xdr::Bytes(3200)).size());
}

TEST(server, answers_calls_in_fragments) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  RawPeer peer(server.endpoint());
  const std::string digits = to_hex(from_hex(add_2_and_3));
  ASSERT_TRUE(peer.send(from_hex("00000000 00000004" + digits.substr(0, 8) + "8000002c" + digits.substr(9))));
  EXPECT_EQ(to_hex(peer.receive(32)), "8000001c " + sum_5);
}

TEST(server, drops_a_stream_that_is_not_rpc_and_goes_on) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.max_record = 4096});
  for (const std::string& garbage : {
           std::string("47455420 2f204854 54502f31 2e310d0a"),  // "GET / HT": as a mark, a record of a gigabyte
           std::string("80000004 00000007"),                    // shorter than a call
           std::string("8000000c 00000007 00000001 00000000"),  // a reply
           std::string("80001001"),                             // over the limit
           std::string("ffffffff"),
       }) {
    RawPeer peer(server.endpoint());
    ASSERT_TRUE(peer.send(from_hex(garbage)));
    EXPECT_TRUE(peer.is_closed()) << garbage;
  }
  EXPECT_EQ(adder::Client(server.at()).add(2, 3), 5);
}

TEST(server, passes_over_datagrams_that_are_not_rpc) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  RawPeer peer(server.endpoint());
  const xdr::Bytes call = from_hex(null_call);
  for (std::size_t size = 0; size < call.size(); ++size) ASSERT_TRUE(peer.send({call.data(), size}));
  ASSERT_TRUE(peer.send(from_hex(add_2_and_3)));
  EXPECT_EQ(to_hex(peer.receive(28)).substr(0, 8), "00000007");
  EXPECT_EQ(adder::Client(server.at()).add(2, 3), 5);
}

TEST(server, is_not_held_up_by_peers_that_stop_half_way) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  std::vector<std::unique_ptr<RawPeer>> stalled;
  for (int i = 0; i < 100; ++i) {
    stalled.push_back(std::make_unique<RawPeer>(server.endpoint()));
    ASSERT_TRUE(stalled.back()->send(from_hex(i % 2 ? "8000" : "80000030 00000007 00000000")));
  }
  adder::Client client(server.at(), {.timeout = 5s});
  for (int i = 0; i < 100; ++i) ASSERT_EQ(client.add(i, 3), i + 3);
}

TEST(server, closes_connections_that_stay_silent) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.idle = 0s, .partial = 0s});
  RawPeer idle(server.endpoint());
  RawPeer half_way(server.endpoint());
  ASSERT_TRUE(half_way.send(from_hex("8000")));
  EXPECT_TRUE(idle.is_closed());
  EXPECT_TRUE(half_way.is_closed());
}

TEST(server, makes_room_by_closing_the_longest_idle_connection) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.max_connections = 2});
  RawPeer first(server.endpoint());
  ASSERT_TRUE(first.send(from_hex("80000030" + add_2_and_3)));
  first.receive(32);
  RawPeer second(server.endpoint());
  ASSERT_TRUE(second.send(from_hex("80000030" + add_2_and_3)));
  second.receive(32);
  ASSERT_TRUE(first.send(from_hex("80000030" + add_2_and_3)));
  first.receive(32);
  EXPECT_EQ(adder::Client(server.at()).add(2, 3), 5);
  EXPECT_TRUE(second.is_closed());
  ASSERT_TRUE(first.send(from_hex("80000030" + add_2_and_3)));
  EXPECT_EQ(to_hex(first.receive(32)), "8000001c " + sum_5);
}

// Says how many calls it has served, this one among them.
class Counter : public adder::Server {
 public:
  static constexpr std::uint32_t count = 100;

  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    if (procedure != count) return adder::Server::dispatch(procedure, arguments, results, caller);
    arguments.finish();
    results.i32(++calls);
  }
};

TEST(server, stops_reading_from_a_peer_that_does_not_read_its_replies) {
  Counter adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  RawPeer greedy(server.endpoint(), 4096);
  // Each asks for 64 KiB.
  const xdr::Bytes call = from_hex(
      "8000002c 00000007 00000000 00000002 20000042 00000002 00000005 00000000 00000000 00000000 00000000 00010000");
  xdr::Bytes calls;
  for (int i = 0; i < 100; ++i) calls.insert(calls.end(), call.begin(), call.end());
  adder::Client other(server.at());
  // Another peer's call takes the server once round its loop: had it wanted to serve more, it would have.
  const auto served = [&] {
    std::int32_t count = 0;
    other.call(
        {adder::program, Counter::count, "count"}, [](xdr::Encoder&) {}, [&](xdr::Decoder& in) { count = in.i32(); });
    return count;
  };
  constexpr int more_than_sockets_hold = 1000;  // 64 MiB of replies
  std::size_t sent = 0;
  std::int32_t of_greedy = 0;
  for (int asked = 1, in_vain = 0; in_vain < 500 && of_greedy < more_than_sockets_hold; ++asked) {
    sent += greedy.send_what_fits({calls.data() + sent % call.size(), calls.size() - call.size()});
    const std::int32_t now = served() - asked;
    in_vain = now == of_greedy ? in_vain + 1 : 0;
    of_greedy = now;
  }
  EXPECT_GT(of_greedy, 0);
  EXPECT_LT(of_greedy, more_than_sockets_hold) << "it goes on serving";
}

TEST(server, answers_what_came_before_garbage) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  for (const char* garbage : {"80000004 00000007", "ffffffff"}) {
    RawPeer peer(server.endpoint());
    ASSERT_TRUE(peer.send(from_hex("80000030" + add_2_and_3 + garbage)));
    EXPECT_EQ(to_hex(peer.receive(32)), "8000001c " + sum_5);
    EXPECT_TRUE(peer.is_closed());
  }
}

TEST(server, closes_the_largest_where_all_together_hold_too_much) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.max_buffered = 1 << 20});
  RawPeer small(server.endpoint());
  ASSERT_TRUE(small.send(from_hex("80000030 00000007")));
  RawPeer large(server.endpoint());
  large.send(from_hex("80400000"));
  const xdr::Bytes megabyte(1 << 20);
  while (large.send(megabyte)) continue;
  EXPECT_TRUE(large.is_closed());
  ASSERT_TRUE(small.send(from_hex(add_2_and_3.substr(8))));
  EXPECT_EQ(to_hex(small.receive(32)), "8000001c " + sum_5);
}

// The memory that calls arrive in grows with the longest. A part of a short one must not be taken for as much.
TEST(server, counts_what_has_arrived_and_not_the_room_there_was_for_it) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.max_buffered = 2 << 20});
  constexpr std::uint32_t of_a_megabyte = 0x80100000;
  xdr::Bytes call = from_hex(word(of_a_megabyte) + add_2_and_3);
  call.resize(4 + (1 << 20));
  xdr::Bytes part = from_hex(word(of_a_megabyte - 0x20000));
  part.resize(20'000);
  std::vector<RawPeer> peers;
  for (int i = 0; i < 8; ++i) {
    RawPeer& peer = peers.emplace_back(server.endpoint());
    ASSERT_TRUE(peer.send(call));
    ASSERT_EQ(peer.receive(28).size(), 28U);
    ASSERT_TRUE(peer.send(part));
  }
  adder::Client other(server.at());
  EXPECT_EQ(other.add(2, 3), 5);
  for (RawPeer& peer : peers) EXPECT_FALSE(peer.has_been_closed());
}

// A server in a process of its own, which may open no more than `descriptors`.
class PoorServer {
 public:
  explicit PoorServer(rlim_t descriptors) {
    start();
    // Calls before the limit holds: UBSan looks at each class it meets for the first time through a pipe of its own.
    for (int i = 0; i < 3; ++i)
      for (const auto& endpoint : {over_ip4(), over_ip6()}) EXPECT_EQ(adder::Client(endpoint.text()).add(2, 3), 5);
    const rlimit few{descriptors, descriptors};
    EXPECT_EQ(::prlimit(child_, RLIMIT_NOFILE, &few, nullptr), 0);
  }
  ~PoorServer() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

  transport::Endpoint over_ip4() const { return {transport::Protocol::tcp, "127.0.0.1", ports_[0]}; }
  transport::Endpoint over_ip6() const { return {transport::Protocol::tcp, "::1", ports_[1]}; }
  // Processor time so far, in seconds.
  double cpu() const {
    clockid_t clock{};
    timespec time{};
    ::clock_getcpuclockid(child_, &clock);
    ::clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
  }

 private:
  void start() {
    int pipe[2];
    if (::pipe(pipe) != 0 || (child_ = ::fork()) < 0) throw std::system_error(errno, std::generic_category());
    if (child_ == 0) serve(pipe[1]);
    ports_.resize(2);
    EXPECT_EQ(::read(pipe[0], ports_.data(), 2 * sizeof ports_[0]), static_cast<ssize_t>(2 * sizeof ports_[0]));
    ::close(pipe[0]);
    ::close(pipe[1]);
  }

  [[noreturn]] static void serve(int ready) {
    adder::Server adder;
    rpc::Server server;
    server.add(adder);
    const std::uint16_t ports[] = {*server.listen("tcp://127.0.0.1:0").port, *server.listen("tcp://[::1]:0").port};
    if (::write(ready, ports, sizeof ports) != sizeof ports) ::_exit(1);
    server.run();
    ::_exit(0);
  }

  pid_t child_ = 0;
  std::vector<std::uint16_t> ports_;
};

TEST(server, without_descriptors_makes_room_whichever_listener_is_called) {
  for (const rlim_t descriptors : {20U, 64U}) {
    const PoorServer server(descriptors);
    std::vector<std::unique_ptr<RawPeer>> idle;
    for (int i = 0; i < 100; ++i) idle.push_back(std::make_unique<RawPeer>(server.over_ip4()));
    // Once the last is served, all before it have been let in.
    ASSERT_TRUE(idle.back()->send(from_hex("80000030" + add_2_and_3)));
    EXPECT_EQ(to_hex(idle.back()->receive(32)), "8000001c " + sum_5);
    for (const auto& endpoint : {server.over_ip6(), server.over_ip4(), server.over_ip6()}) {
      adder::Client client(endpoint.text(), {.timeout = 2s});
      EXPECT_EQ(client.add(2, 3), 5) << endpoint.text();
      EXPECT_EQ(client.add(2, 4), 6) << "it closed the peer that it had just let in";
    }
    EXPECT_LT(server.cpu(), 1.0) << "it spins";
  }
}

TEST(server, finishes_long_replies_to_a_slow_reader) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  adder::Client client(server.at());
  EXPECT_EQ(client.long_reply(8 << 20).size(), std::size_t{8} << 20);
  EXPECT_EQ(client.add(2, 3), 5);
}

TEST(server, over_udp_says_system_err_where_a_reply_fits_no_datagram) {
  adder::Server adder;
  std::string told;
  rpc::Server server;
  server.add(adder);
  server.on_failure([&](const rpc::Program&, std::uint32_t, const std::string& what) { told = what; });
  const std::string at = server.listen("udp://127.0.0.1:0").text();
  std::thread running([&] { server.run(); });
  adder::Client client(at);
  EXPECT_EQ(client.long_reply(60'000).size(), 60'000U);
  try {
    client.long_reply(70'000);
    ADD_FAILURE();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), rpc::errc::system_error);
  }
  server.stop();
  running.join();
  EXPECT_EQ(told,
            "the reply is longer than the 65507 bytes that its transport carries (ServerOptions::max_record; over UDP "
            "65507)");
}

std::string count_call(const std::string& xid) {
  return xid + "00000000 00000002 20000042 00000002 00000009 00000000 00000000 00000000 00000000";
}
std::string counted(const std::string& xid, const std::string& calls) {
  return xid + " 00000001 00000000 00000000 00000000 00000000 " + calls;
}
// Over UDP: the reply to one datagram.
std::string ask(RawPeer& peer, const std::string& message) {
  EXPECT_TRUE(peer.send(from_hex(message)));
  return to_hex(peer.receive(28));
}

TEST(server, answers_each_of_many_datagrams_that_wait_together) {
  adder::Server adder;
  rpc::Server server;
  server.add(adder);
  const auto at = server.listen("udp://127.0.0.1:0");
  std::vector<RawPeer> peers;
  for (int i = 0; i < 3; ++i) peers.emplace_back(at);
  constexpr std::uint32_t calls = 30;
  for (std::uint32_t call = 0; call < calls; ++call)
    for (std::uint32_t i = 0; i < peers.size(); ++i)
      // Each third breaks off, and has an answer shorter than the others'.
      ASSERT_TRUE(peers[i].send(from_hex(word(call) + add_2_and_3.substr(8, add_2_and_3.size() - 26) +
                                         (call % 3 == 0 ? "" : word(i) + word(call)))));
  std::thread running([&] { server.run(); });
  for (std::uint32_t call = 0; call < calls; ++call)
    for (std::uint32_t i = 0; i < peers.size(); ++i) {
      const bool broken = call % 3 == 0;
      EXPECT_EQ(to_hex(peers[i].receive(broken ? 24 : 28)),
                to_hex(from_hex(word(call) + "00000001 00000000 00000000 00000000" +
                                (broken ? word(4) : word(0) + word(i + call)))));
    }
  server.stop();
  running.join();
}

TEST(server, runs_a_call_repeated_over_udp_once) {
  for (const char* endpoint : {"udp://127.0.0.1:0", "udp://[::1]:0"}) {
    adder::Server adder;
    RunningServer server({&adder}, {endpoint});
    RawPeer peer(server.endpoint());
    EXPECT_EQ(ask(peer, count_call("00000007")), counted("00000007", "00000001"));
    EXPECT_EQ(ask(peer, count_call("00000008")), counted("00000008", "00000002"));
    EXPECT_EQ(ask(peer, count_call("00000007")), counted("00000007", "00000001"));
    RawPeer other(server.endpoint());
    EXPECT_EQ(ask(other, count_call("00000007")), counted("00000007", "00000003"));
  }
}

TEST(server, runs_it_again_where_that_is_asked_for) {
  const struct {
    const char* why;
    rpc::ServerOptions options;
    rpc::ServiceOptions of_service;
  } rows[] = {{"idempotent", {}, {.idempotent = {9}}},
              {"nothing is remembered", {.reply_cache_bytes = 0}, {}},
              {"it is remembered for no time", {.reply_cache_age = 0s}, {}}};
  for (const auto& row : rows) {
    adder::Server adder;
    RunningServer server({&adder}, {"udp://127.0.0.1:0"}, row.options, row.of_service);
    RawPeer peer(server.endpoint());
    EXPECT_EQ(ask(peer, count_call("00000007")), counted("00000007", "00000001"));
    EXPECT_EQ(ask(peer, count_call("00000007")), counted("00000007", "00000002")) << row.why;
  }
}

TEST(server, over_tcp_takes_no_call_for_a_repeat) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  for (const char* calls : {"00000001", "00000003"}) {
    RawPeer peer(server.endpoint());
    ASSERT_TRUE(peer.send(from_hex("80000028" + count_call("00000007") + "80000028" + count_call("00000007"))));
    EXPECT_EQ(to_hex(peer.receive(32)), "8000001c " + counted("00000007", calls));
    peer.receive(32);
  }
}

TEST(server, does_not_answer_one_way_calls) {
  adder::Server adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}, {}, {.one_way = {1}});
  RawPeer stream(server.endpoint(0));
  ASSERT_TRUE(stream.send(from_hex("80000030" + add_2_and_3 + "80000028" + count_call("00000008"))));
  EXPECT_EQ(to_hex(stream.receive(32)), "8000001c " + counted("00000008", "00000002"));
  RawPeer datagrams(server.endpoint(1));
  ASSERT_TRUE(datagrams.send(from_hex(add_2_and_3)));
  EXPECT_EQ(ask(datagrams, count_call("00000008")), counted("00000008", "00000004"));
}

}  // namespace
