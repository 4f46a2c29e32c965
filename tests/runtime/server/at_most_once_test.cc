// Calls that come twice, and calls that want no answer, through a server without its sockets.
#include <onc/server/dispatcher.h>
#include <onc/transport/late_reply.h>

#include <gtest/gtest.h>

#include "tests/runtime/adder.h"
#include "tests/runtime/hex.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using transport::Address;
using transport::Protocol;

constexpr const char* no_reply = "";

// To ADDER; the last word is the argument of those that take one.
std::string call(const std::string& xid, const std::string& procedure, const std::string& argument = "",
                 const std::string& credential = "00000000 00000000") {
  return xid + "00000000 00000002 20000042 00000002" + procedure + credential + "00000000 00000000" + argument;
}
const std::string of_user_1000 = "00000001 00000014 00000000 00000000 000003e8 00000064 00000000";
const std::string of_user_1001 = "00000001 00000014 00000000 00000000 000003e9 00000064 00000000";
const std::string of_nobody_known = "00000063 00000000";

std::string counted(const std::string& xid, const std::string& calls) {
  return xid + " 00000001 00000000 00000000 00000000 00000000 " + calls;
}

class Repeating : public testing::Test {
 protected:
  void serve(rpc::ServiceOptions options = {}) { dispatcher_.add(server_, std::move(options)); }

  std::string answer_to(const std::string& message) {
    xdr::Encoder reply;
    if (protocol_ == Protocol::tcp) reply.keep_large(1000);
    arrival_.protocol = protocol_;
    dispatcher_.answer(from_hex(message), arrival_, reply);
    reply.gather();
    return to_hex(reply.bytes());
  }

  adder::Server server_;
  rpc::Dispatcher dispatcher_{{}, {.bytes = 1 << 20, .age = 120s}};
  Protocol protocol_ = Protocol::udp;
  Address peer_ = Address::ip("192.0.2.1", 700);
  const Address local_ = Address::ip("192.0.2.9", 111);
  transport::Arrival arrival_{protocol_, peer_, local_, std::nullopt, 1000};
};

TEST_F(Repeating, a_repeated_call_gets_the_first_reply) {
  serve();
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000001"));
  EXPECT_EQ(answer_to(call("00000008", "00000009")), counted("00000008", "00000002"));
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000001"));
  EXPECT_EQ(server_.calls, 2);
}

TEST_F(Repeating, the_reply_of_a_failure_too) {
  serve();
  for (const char* procedure : {"00000002", "00000003", "00000004", "00000006", "00000007"}) {
    const std::string first = answer_to(call("00000007", procedure));
    const int calls = server_.calls;
    EXPECT_EQ(answer_to(call("00000007", procedure)), first) << procedure;
    EXPECT_EQ(server_.calls, calls) << procedure;
  }
}

class Whys : public rpc::Observer {
 public:
  void ended(const rpc::ObservedCall&, const rpc::ObservedEnd& end) override { all.emplace_back(end.why); }

  std::vector<std::string> all;
};

TEST_F(Repeating, observers_are_told_why_a_repeat_is_not_answered) {
  Whys whys;
  dispatcher_.observe(whys);
  serve();
  for (int times = 0; times < 2; ++times) answer_to(call("00000007", "00000009"));
  for (int times = 0; times < 2; ++times) answer_to(call("00000008", "00000004"));
  EXPECT_EQ(whys.all, (std::vector<std::string>{"", "", "its handler chose to send no reply",
                                                "it is repeated, and was not answered before either"}));
}

// CVE-2026-31402 kept them in a buffer made for another operation's.
TEST_F(Repeating, a_reply_of_any_length_is_repeated_whole) {
  serve();
  for (std::uint32_t size = 0; size <= 972; ++size) {
    char argument[9];
    std::snprintf(argument, sizeof argument, "%08x", size);
    const std::string first = answer_to(call("00000007", "00000005", argument));
    EXPECT_EQ(from_hex(first).size(), 28 + size + xdr::padding(size));
    EXPECT_EQ(answer_to(call("00000007", "00000005", argument)), first) << size;
  }
  EXPECT_EQ(server_.calls, 973);
}

TEST_F(Repeating, another_credential_is_another_call) {
  serve();
  const std::string first = answer_to(call("00000007", "00000009", "", of_user_1000));
  EXPECT_EQ(answer_to(call("00000007", "00000009", "", of_user_1001)), counted("00000007", "00000002"));
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000003"));
  EXPECT_EQ(answer_to(call("00000007", "00000009", "", of_user_1000)), first);
}

TEST_F(Repeating, other_arguments_are_another_call) {
  serve();
  EXPECT_EQ(answer_to(call("00000007", "00000001", "00000002 00000003")), counted("00000007", "00000005"));
  EXPECT_EQ(answer_to(call("00000007", "00000001", "00000002 00000004")), counted("00000007", "00000006"));
  EXPECT_EQ(server_.calls, 2);
}

TEST_F(Repeating, another_peer_is_another_caller) {
  serve();
  answer_to(call("00000007", "00000009"));
  peer_ = peer_.with_port(701);
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000002"));
  peer_ = Address::ip("192.0.2.2", 700);
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000003"));
}

TEST_F(Repeating, over_a_connection_every_call_runs_by_default) {
  serve();
  for (const Protocol protocol : {Protocol::tcp, Protocol::local}) {
    protocol_ = protocol;
    const int before = server_.calls;
    for (int times = 0; times < 3; ++times) answer_to(call("00000007", "00000009"));
    EXPECT_EQ(server_.calls, before + 3);
  }
}

TEST_F(Repeating, idempotent_procedures_run_again) {
  serve({.idempotent = {9, 12345}});
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000001"));
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000002"));
}

TEST_F(Repeating, procedure_0_is_one) {
  serve({.one_way = {0}});
  for (int times = 1; times < 3; ++times) {
    EXPECT_EQ(answer_to(call("00000007", "00000000")), "00000007 00000001 00000000 00000000 00000000 00000000");
    EXPECT_EQ(server_.calls, times);
  }
}

// They change nothing, and cost no memory.
TEST_F(Repeating, what_did_not_run_is_not_remembered) {
  serve();
  for (const auto& never : {call("00000007", "00000001", "00000002"), call("00000007", "00000063")}) {
    const int before = server_.calls;
    answer_to(never);
    answer_to(never);
    EXPECT_EQ(server_.calls, before + 2);
  }
}

TEST_F(Repeating, without_a_cache_every_call_runs) {
  rpc::Dispatcher forgetful;
  forgetful.add(server_);
  dispatcher_ = std::move(forgetful);
  answer_to(call("00000007", "00000009"));
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000002"));
}

// What is not remembered for want of room.
TEST_F(Repeating, of_a_reply_too_long_to_keep_the_caller_is_told) {
  serve();
  const std::string too_long = call("00000007", "00000005", "00020000");
  arrival_.max_reply = 1 << 20;
  EXPECT_GT(answer_to(too_long).size(), 0x20000U);
  EXPECT_EQ(answer_to(too_long), "00000007 00000001 00000000 00000000 00000000 00000005");
  EXPECT_EQ(server_.calls, 1);
}

class Reconnecting : public Repeating, private transport::Deferring {
 protected:
  Reconnecting() {
    protocol_ = Protocol::tcp;
    arrival_.later = this;
    arrival_.max_reply = 1 << 20;
    dispatcher_.remember_across_connections(replies_);
  }

  // Nothing runs here when a repeat comes.
  std::unique_ptr<transport::LateReply> defer() override { return nullptr; }

  rpc::SharedReplies replies_{{.bytes = 1 << 20, .age = 120s}};
};

TEST_F(Reconnecting, a_client_from_the_same_port_gets_the_first_reply) {
  serve({.once_across_connections = true});
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000001"));
  EXPECT_EQ(answer_to(call("00000008", "00000009")), counted("00000008", "00000002"));
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000001"));
  EXPECT_EQ(server_.calls, 2);
}

TEST_F(Reconnecting, a_stranger_is_served) {
  serve({.once_across_connections = true});
  answer_to(call("00000007", "00000009", "", of_user_1000));
  peer_ = peer_.with_port(701);
  EXPECT_EQ(answer_to(call("00000007", "00000009", "", of_user_1000)), counted("00000007", "00000002"))
      << "from another port, behind the same router";
  peer_ = Address::ip("192.0.2.2", 700);
  EXPECT_EQ(answer_to(call("00000007", "00000009", "", of_user_1000)), counted("00000007", "00000003"))
      << "from another host";
  peer_ = Address::ip("192.0.2.1", 700);
  EXPECT_EQ(answer_to(call("00000007", "00000009", "", of_user_1001)), counted("00000007", "00000004"))
      << "by another credential";
  EXPECT_EQ(answer_to(call("10000007", "00000009", "", of_user_1000)), counted("10000007", "00000005"))
      << "with other xids, as when the client was restarted";
}

TEST_F(Reconnecting, datagrams_are_other_calls) {
  serve({.once_across_connections = true});
  answer_to(call("00000007", "00000009"));
  protocol_ = Protocol::udp;
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000002"));
}

TEST_F(Reconnecting, over_a_local_socket_every_call_runs) {
  serve({.once_across_connections = true});
  protocol_ = Protocol::local;
  peer_ = Address();
  for (int times = 1; times < 4; ++times) {
    answer_to(call("00000007", "00000009"));
    EXPECT_EQ(server_.calls, times);
  }
}

TEST_F(Reconnecting, idempotent_procedures_run_again) {
  serve({.idempotent = {9}, .once_across_connections = true});
  answer_to(call("00000007", "00000009"));
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000002"));
}

TEST_F(Reconnecting, one_way_calls_run_once_too) {
  serve({.one_way = {1}, .once_across_connections = true});
  for (int times = 0; times < 2; ++times)
    EXPECT_EQ(answer_to(call("00000007", "00000001", "00000002 00000003")), no_reply);
  EXPECT_EQ(server_.calls, 1);
}

TEST_F(Reconnecting, what_did_not_run_is_not_remembered) {
  serve({.once_across_connections = true});
  for (const auto& never : {call("00000007", "00000001", "00000002"), call("00000007", "00000063")}) {
    const int before = server_.calls;
    answer_to(never);
    EXPECT_NE(answer_to(never), no_reply);
    EXPECT_EQ(server_.calls, before + 2);
  }
}

// What a connection sends from where it lies is remembered all the same.
TEST_F(Reconnecting, a_reply_with_large_opaques_is_remembered_whole) {
  serve({.once_across_connections = true});
  const std::string large = call("00000007", "00000005", "00010000");
  const std::string first = answer_to(large);
  EXPECT_GT(first.size(), 0x10000U);
  EXPECT_EQ(answer_to(large), first);
  EXPECT_EQ(server_.calls, 1);
}

class OneWay : public Repeating {
 protected:
  OneWay() {
    serve({.one_way = {1, 2, 3, 4, 5, 7, 99}});
    dispatcher_.on_failure([this](const rpc::Program&, std::uint32_t procedure, const std::string& what) {
      told_ += std::to_string(procedure) + ": " + what + "\n";
    });
  }

  std::string told_;
};

TEST_F(OneWay, a_call_is_run_and_not_answered) {
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp, Protocol::local}) {
    protocol_ = protocol;
    server_.calls = 0;
    EXPECT_EQ(answer_to(call("00000007", "00000001", "00000002 00000003")), no_reply);
    EXPECT_EQ(answer_to(call("00000007", "00000005", "00100000")), no_reply) << "of a reply too long";
    EXPECT_EQ(server_.calls, 2);
  }
  EXPECT_EQ(told_, "");
}

TEST_F(OneWay, a_failure_is_told_to_the_owner_only) {
  for (const std::string& failing :
       {call("00000007", "00000002"), call("00000007", "00000003"), call("00000007", "00000007"),
        call("00000007", "00000063"), call("00000007", "00000001", "00000002"),
        call("00000007", "00000001", "00000002 00000003", of_nobody_known)})
    EXPECT_EQ(answer_to(failing), no_reply) << failing;
  EXPECT_EQ(told_,
            "2: out of luck\n"
            "3: its caller is refused: AUTH_TOOWEAK\n"
            "7: it threw what is no std::exception\n"
            "99: ADDER v2 (536870978 version 2): the program has no such procedure\n"
            "1: the bytes end inside a value, byte 44\n"
            "1: its caller is refused: AUTH_REJECTEDCRED\n");
}

TEST_F(OneWay, other_procedures_are_answered) {
  EXPECT_EQ(answer_to(call("00000007", "00000009")), counted("00000007", "00000001"));
  EXPECT_EQ(answer_to(call("00000007", "00000062")), "00000007 00000001 00000000 00000000 00000000 00000003");
}

TEST_F(OneWay, runs_once) {
  answer_to(call("00000007", "00000001", "00000002 00000003"));
  EXPECT_EQ(answer_to(call("00000007", "00000001", "00000002 00000003")), no_reply);
  EXPECT_EQ(server_.calls, 1);
}

}  // namespace
