// Handlers that are coroutines, over real sockets: their order, their failures, and peers that do not wait for them.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "tests/runtime/async_adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/raw_peer.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

// A call as it goes over a stream; `xid` to know its reply by.
xdr::Bytes record(std::uint32_t xid, std::uint32_t procedure, std::initializer_list<std::uint32_t> arguments) {
  xdr::Encoder out;
  const std::uint32_t size = static_cast<std::uint32_t>(4 * (10 + arguments.size()));
  for (const std::uint32_t word : {0x80000000 | size, xid, 0U, 2U, 0x20000042U, 2U, procedure, 0U, 0U, 0U, 0U})
    out.u32(word);
  for (const std::uint32_t argument : arguments) out.u32(argument);
  return xdr::to_bytes(out.bytes());
}

std::string accepted(const std::string& xid, const std::string& rest) {
  return xid + " 00000001 00000000 00000000 00000000 " + rest;
}

// Calls without waiting for replies: what a peer may send in one piece.
class Caller : public RawPeer {
 public:
  using RawPeer::RawPeer;

  void call(std::initializer_list<xdr::Bytes> records) {
    xdr::Bytes all;
    for (const xdr::Bytes& record : records) all.insert(all.end(), record.begin(), record.end());
    ASSERT_TRUE(send(all));
  }
  // The next reply, without its mark.
  std::string reply(std::size_t size = 28) { return to_hex(receive(4 + size)).substr(9); }
};

// Something to ask a server in a test's own thread.
struct Controller {
  explicit Controller(const std::string& server) : client(server) {}

  std::int32_t release(std::int32_t id) { return ask(adder::procedures::release, id); }
  std::int32_t wait_for_held(std::int32_t count) { return ask(adder::procedures::wait_for_held, count); }

  std::int32_t ask(const rpc::Procedure& procedure, std::int32_t argument) {
    std::int32_t result = 0;
    client.call(
        procedure, [&](xdr::Encoder& out) { out.i32(argument); }, [&](xdr::Decoder& in) { result = in.i32(); });
    return result;
  }

  adder::Client client;
};

TEST(async_service, answers_over_every_transport) {
  adder::AsyncServer adder;
  const std::string local =
      "local://" +
      (std::filesystem::temp_directory_path() / ("onc-async-" + std::to_string(::getpid()) + ".sock")).string();
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0", "udp://[::1]:0", local.c_str()});
  for (std::size_t i = 0; i < 4; ++i) {
    adder::Client client(server.at(i));
    client.null();
    for (int n = 0; n < 100; ++n) ASSERT_EQ(client.add(2, n), 2 + n) << server.at(i);
    EXPECT_EQ(client.long_reply(60'000).size(), 60'000U);
  }
}

TEST(async_service, replies_leave_in_the_order_in_which_handlers_end) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Caller peer(server.endpoint());
  peer.call({record(1, 10, {77}), record(2, 1, {2, 3}), record(3, 11, {77})});
  EXPECT_EQ(peer.reply(), accepted("00000002", "00000000 00000005"));
  EXPECT_EQ(peer.reply(), accepted("00000003", "00000000 0000004d"));
  EXPECT_EQ(peer.reply(), accepted("00000001", "00000000 0000004d"));
}

TEST(async_service, replies_over_udp_go_to_whoever_asked) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  Caller first(server.endpoint());
  Caller second(server.endpoint());
  first.send(xdr::BytesView(record(1, 10, {77})).subspan(4));
  second.send(xdr::BytesView(record(2, 10, {77})).subspan(4));
  Controller(server.at()).wait_for_held(2);
  Controller(server.at()).release(77);
  xdr::Bytes reply = first.receive(28);
  EXPECT_EQ(to_hex(reply), accepted("00000001", "00000000 0000004d"));
  reply = second.receive(28);
  EXPECT_EQ(to_hex(reply), accepted("00000002", "00000000 0000004d"));
}

TEST(async_service, a_running_call_absorbs_its_repeats) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  Caller peer(server.endpoint());
  const xdr::Bytes hold = record(1, 10, {77});
  for (int times = 0; times < 3; ++times) peer.send(xdr::BytesView(hold).subspan(4));
  Controller controller(server.at());
  EXPECT_EQ(controller.wait_for_held(1), 1) << "it runs more than once";
  controller.release(77);
  const xdr::Bytes reply = peer.receive(28);
  EXPECT_EQ(to_hex(reply), accepted("00000001", "00000000 0000004d"));
  peer.send(xdr::BytesView(record(2, 1, {2, 3})).subspan(4));
  EXPECT_EQ(to_hex(peer.receive(28)), accepted("00000002", "00000000 00000005")) << "it was answered more than once";
  peer.send(xdr::BytesView(hold).subspan(4));
  EXPECT_EQ(peer.receive(28), reply) << "the reply is not remembered";
  EXPECT_EQ(controller.wait_for_held(0), 1);
}

TEST(async_service, a_repeat_of_a_failed_call_gets_its_failure) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  Caller peer(server.endpoint());
  for (int times = 0; times < 2; ++times) {
    peer.send(xdr::BytesView(record(2, 2, {})).subspan(4));
    EXPECT_EQ(to_hex(peer.receive(24)), accepted("00000002", "00000005"));
  }
}

TEST(async_service, idempotent_calls_run_as_often_as_they_come) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"}, {}, {.idempotent = {10}});
  Caller peer(server.endpoint());
  for (int times = 0; times < 2; ++times) peer.send(xdr::BytesView(record(1, 10, {77})).subspan(4));
  Controller controller(server.at());
  EXPECT_EQ(controller.wait_for_held(2), 2);
  controller.release(77);
  for (int times = 0; times < 2; ++times)
    EXPECT_EQ(to_hex(peer.receive(28)), accepted("00000001", "00000000 0000004d"));
}

TEST(async_service, one_way_calls_run_and_are_not_answered) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {}, {.one_way = {2, 11}});
  Caller peer(server.endpoint());
  peer.call({record(1, 10, {77}), record(2, 2, {}), record(3, 11, {}), record(4, 11, {77})});
  EXPECT_EQ(peer.reply(), accepted("00000001", "00000000 0000004d"));
  peer.call({record(5, 1, {2, 3})});
  EXPECT_EQ(peer.reply(), accepted("00000005", "00000000 00000005"));
}

TEST(async_service, every_failure_has_the_answer_of_the_rfc) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Caller peer(server.endpoint());
  peer.call({record(2, 2, {})});  // throws
  EXPECT_EQ(peer.reply(24), accepted("00000002", "00000005"));
  peer.call({record(3, 3, {})});  // refuses
  EXPECT_EQ(peer.reply(20), "00000003 00000001 00000001 00000001 00000005");
  peer.call({record(4, 4, {}), record(5, 1, {1})});  // says nothing; lacks an argument
  EXPECT_EQ(peer.reply(24), accepted("00000005", "00000004"));
  peer.call({record(6, 1, {1, 2, 3})});  // has one too many
  EXPECT_EQ(peer.reply(24), accepted("00000006", "00000004"));
  peer.call({record(7, 99, {})});  // is none
  EXPECT_EQ(peer.reply(24), accepted("00000007", "00000003"));
}

TEST(async_service, a_reply_longer_than_the_transport_carries_becomes_system_err) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  adder::Client client(server.at());
  try {
    client.long_reply(70'000);
    FAIL();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), rpc::errc::system_error);
  }
}

TEST(async_service, its_owner_is_told_what_a_handler_threw) {
  adder::AsyncServer adder;
  rpc::Server server;
  server.add(adder);
  std::string told;
  server.on_failure([&](const rpc::Program& program, std::uint32_t procedure, const std::string& what) {
    told = program.name + std::to_string(procedure) + what;
    server.stop();
  });
  Caller peer(server.listen("tcp://127.0.0.1:0"));
  peer.call({record(2, 2, {})});
  server.run();
  EXPECT_EQ(told, "ADDER2out of luck");
}

TEST(async_service, stands_beside_blocking_ones_but_not_twice) {
  adder::AsyncServer adder;
  adder::Server same;
  adder::Server other({0x20000043, 1, "OTHER", "v1"});
  rpc::Server server;
  server.add(adder);
  server.add(other);
  EXPECT_THROW(server.add(same), std::invalid_argument);
  EXPECT_EQ(server.programs().size(), 2U);
}

TEST(async_service, goes_on_when_a_caller_hangs_up_meanwhile) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Controller controller(server.at());
  {
    Caller leaver(server.endpoint());
    leaver.call({record(1, 10, {77})});
    controller.wait_for_held(1);
  }
  EXPECT_EQ(controller.client.add(2, 3), 5);
  EXPECT_EQ(controller.release(77), 77);
  EXPECT_EQ(controller.client.add(2, 3), 5);
}

TEST(async_service, of_one_connection_runs_no_more_handlers_than_allowed) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.max_unanswered = 2});
  Controller controller(server.at());
  Caller peer(server.endpoint());
  peer.call({record(1, 10, {71}), record(2, 10, {72}), record(3, 10, {73}), record(4, 1, {2, 3})});
  EXPECT_EQ(controller.wait_for_held(2), 2) << "it began the third";
  EXPECT_EQ(controller.client.add(2, 3), 5) << "others are held up";
  controller.release(71);
  EXPECT_EQ(peer.reply(), accepted("00000001", "00000000 00000047"));
  EXPECT_EQ(controller.wait_for_held(3), 3);
  controller.release(73);
  EXPECT_EQ(peer.reply(), accepted("00000003", "00000000 00000049"));
  EXPECT_EQ(peer.reply(), accepted("00000004", "00000000 00000005"));
}

TEST(async_service, of_one_connection_holds_no_more_bytes_of_calls_than_allowed) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"}, {.max_record = 44, .max_buffered = 400});
  Controller controller(server.at());
  Caller peer(server.endpoint());
  // Of 44 bytes each, where an eighth of 400 is allowed.
  peer.call({record(1, 10, {71}), record(2, 10, {72}), record(3, 10, {73})});
  EXPECT_EQ(controller.wait_for_held(2), 2) << "it began the third";
  controller.release(71);
  EXPECT_EQ(peer.reply(), accepted("00000001", "00000000 00000047"));
  EXPECT_EQ(controller.wait_for_held(3), 3);
  controller.release(72);
  controller.release(73);
}

TEST(async_service, answers_who_says_no_more_and_waits) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0"});
  Controller controller(server.at());
  Caller peer(server.endpoint());
  peer.call({record(1, 10, {71}), record(2, 10, {72})});
  peer.say_no_more();
  controller.wait_for_held(2);
  for (int turns = 0; turns < 5; ++turns) controller.client.null();  // it has heard of it by then
  controller.release(71);
  EXPECT_EQ(peer.reply(), accepted("00000001", "00000000 00000047"));
  controller.release(72);
  EXPECT_EQ(peer.reply(), accepted("00000002", "00000000 00000048"));
  EXPECT_TRUE(peer.is_closed());
}

TEST(async_service, of_all_connections_runs_no_more_handlers_than_allowed_and_of_one_host_half_as_many) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0", "tcp://[::1]:0"},
                       {.max_unanswered_of_all = 4});
  Controller controller(server.at(1));  // over UDP, which is counted by itself
  {
    Caller leaver(server.endpoint());
    leaver.call({record(1, 10, {71}), record(2, 10, {72})});
    controller.wait_for_held(2);
  }
  Caller peer(server.endpoint());
  peer.call({record(3, 10, {73})});
  for (int turns = 0; turns < 20; ++turns) controller.client.null();
  EXPECT_EQ(controller.wait_for_held(2), 2) << "those whose callers have left are not counted";
  Caller other(server.endpoint(2));
  other.call({record(4, 10, {74}), record(5, 10, {75}), record(6, 10, {76})});
  EXPECT_EQ(controller.wait_for_held(4), 4) << "another host has none";
  for (int turns = 0; turns < 20; ++turns) controller.client.null();
  EXPECT_EQ(controller.wait_for_held(4), 4) << "there are more than all may have";
  controller.release(71);
  EXPECT_EQ(controller.wait_for_held(5), 5);
  controller.release(73);
  EXPECT_EQ(peer.reply(), accepted("00000003", "00000000 00000049"));
}

TEST(async_service, keeps_a_connection_open_that_waits_for_its_reply) {
  adder::AsyncServer adder;
  RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}, {.idle = 0s, .partial = 0s});
  Caller waiting(server.endpoint());
  waiting.call({record(1, 10, {77})});
  Controller controller(server.at(1));
  controller.wait_for_held(1);
  Caller idle(server.endpoint());
  EXPECT_TRUE(idle.is_closed());
  controller.release(77);
  EXPECT_EQ(waiting.reply(), accepted("00000001", "00000000 0000004d"));
}

TEST(async_service, may_still_be_waiting_when_the_server_ends) {
  adder::AsyncServer adder;
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    std::optional<RunningServer> server(std::in_place, std::initializer_list<rpc::AsyncService*>{&adder},
                                        std::initializer_list<const char*>{endpoint});
    Controller controller(server->at());
    controller.client.set_timeout(50ms);
    EXPECT_THROW(controller.ask(adder::procedures::hold, 99), rpc::Error);
    server.reset();
  }
}

}  // namespace
