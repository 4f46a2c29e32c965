// What a server answers to whatever bytes it is sent (RFC 5531 §9).
#include <onc/server/dispatcher.h>

#include <gtest/gtest.h>

#include "tests/runtime/adder.h"
#include "tests/runtime/hex.h"

namespace {

using namespace onc;
using transport::Address;
using transport::Verdict;

constexpr const char* no_reply = "";
constexpr const char* dropped = "dropped";

class Dispatching : public testing::Test {
 protected:
  Dispatching() { dispatcher_.add(server_); }

  std::string answer_to(const xdr::Bytes& message) {
    xdr::Encoder reply;
    const Address peer = Address::ip("127.0.0.1", 1023);
    const transport::Arrival arrival{transport::Protocol::tcp, peer, peer, std::nullopt, max_reply_};
    if (dispatcher_.answer(message, arrival, reply) == Verdict::drop) return dropped;
    return to_hex(reply.bytes());
  }
  std::string answer_to(const std::string& hex) { return answer_to(from_hex(hex)); }

  adder::Server server_;
  rpc::Dispatcher dispatcher_;
  std::size_t max_reply_ = 1000;
};

// xid 00000007, CALL, RPC version 2, ADDER 0x20000042 version 2
const std::string to_adder = "00000007 00000000 00000002 20000042 00000002 ";
const std::string no_credential = "00000000 00000000 00000000 00000000 ";
const std::string two_and_three = "00000002 00000003";
// xid 00000007, REPLY, MSG_ACCEPTED, verifier AUTH_NONE
const std::string accepted = "00000007 00000001 00000000 00000000 00000000 ";
const std::string denied = "00000007 00000001 00000001 ";

TEST_F(Dispatching, a_call_gets_its_results) {
  EXPECT_EQ(answer_to(to_adder + "00000001" + no_credential + two_and_three), accepted + "00000000 00000005");
}

TEST_F(Dispatching, procedure_0_is_answered) {
  EXPECT_EQ(answer_to(to_adder + "00000000" + no_credential), accepted + "00000000");
}

TEST_F(Dispatching, a_lenient_one_takes_arguments_with_bytes_left_over) {
  const std::string sloppy = to_adder + "00000001" + no_credential + two_and_three + " 00000000";
  EXPECT_EQ(answer_to(sloppy), accepted + "00000004");
  dispatcher_ = rpc::Dispatcher({.lenient = true});
  dispatcher_.add(server_);
  EXPECT_EQ(answer_to(sloppy), accepted + "00000000 00000005");
}

TEST_F(Dispatching, a_check_of_the_servers_own_decides_whom_it_serves) {
  const std::string call = to_adder + "00000001" + no_credential + two_and_three;
  std::uint32_t asked_about = 0;
  rpc::CheckedCredential verdict;
  dispatcher_.check_credentials([&](const rpc::Presented& presented) {
    asked_about = presented.procedure;
    return presented.peer.is_loopback() ? verdict : rpc::CheckedCredential{rpc::AuthStatus::too_weak};
  });
  verdict.principal = "operator@example";
  EXPECT_EQ(answer_to(call), accepted + "00000000 00000005");
  EXPECT_EQ(asked_about, 1U);
  EXPECT_EQ(server_.last_principal, "operator@example");
  verdict.refused = rpc::AuthStatus::rejected_credential;
  EXPECT_EQ(answer_to(call), denied + "00000001 00000002");
  EXPECT_EQ(server_.calls, 1);
}

TEST_F(Dispatching, a_check_that_throws_lets_nobody_in) {
  std::string told;
  dispatcher_.on_failure([&](const rpc::Program&, std::uint32_t, const std::string& what) { told = what; });
  dispatcher_.check_credentials(
      [](const rpc::Presented&) -> rpc::CheckedCredential { throw std::runtime_error("no way to the directory"); });
  EXPECT_EQ(answer_to(to_adder + "00000001" + no_credential + two_and_three), denied + "00000001 00000007");
  EXPECT_EQ(server_.calls, 0);
  EXPECT_EQ(told, "no way to the directory");
}

TEST_F(Dispatching, a_check_may_refuse_as_a_handler_does_and_throw_anything) {
  dispatcher_.on_failure([&](const rpc::Program&, std::uint32_t, const std::string&) { throw 43; });
  dispatcher_.check_credentials(
      [](const rpc::Presented&) -> rpc::CheckedCredential { throw rpc::Refusal{rpc::AuthStatus::too_weak}; });
  EXPECT_EQ(answer_to(to_adder + "00000001" + no_credential + two_and_three), denied + "00000001 00000005");
  dispatcher_.check_credentials([](const rpc::Presented&) -> rpc::CheckedCredential { throw 42; });
  EXPECT_EQ(answer_to(to_adder + "00000001" + no_credential + two_and_three), denied + "00000001 00000007");
  EXPECT_EQ(server_.calls, 0);
}

TEST_F(Dispatching, every_mistake_has_the_answer_of_the_rfc) {
  const std::string call = "00000007 00000000 ";
  const struct {
    const char* what;
    std::string message;
    std::string reply;
  } rows[] = {
      {"RPC version 1", call + "00000001 20000042 00000002 00000001" + no_credential + two_and_three,
       denied + "00000000 00000002 00000002"},
      {"RPC version 0", call + "00000000 20000042 00000002 00000001" + no_credential + two_and_three,
       denied + "00000000 00000002 00000002"},
      {"RPC version 3", call + "00000003 20000042 00000002 00000001" + no_credential + two_and_three,
       denied + "00000000 00000002 00000002"},
      {"RPC version 0, nothing after it", call + "00000000", denied + "00000000 00000002 00000002"},
      {"unknown program", call + "00000002 20000043 00000002 00000001" + no_credential, accepted + "00000001"},
      {"unknown version", call + "00000002 20000042 00000003 00000001" + no_credential,
       accepted + "00000002 00000002 00000002"},
      {"unknown procedure", to_adder + "00000063" + no_credential, accepted + "00000003"},
      {"the largest program", call + "00000002 ffffffff 00000002 00000001" + no_credential, accepted + "00000001"},
      {"program 0", call + "00000002 00000000 00000000 00000000" + no_credential, accepted + "00000001"},
      {"the largest version", call + "00000002 20000042 ffffffff 00000001" + no_credential,
       accepted + "00000002 00000002 00000002"},
      {"version 0", call + "00000002 20000042 00000000 00000001" + no_credential,
       accepted + "00000002 00000002 00000002"},
      {"as a signed number, procedure -2^31", to_adder + "80000000" + no_credential, accepted + "00000003"},
      {"the largest procedure", to_adder + "ffffffff" + no_credential, accepted + "00000003"},
      {"arguments cut off", to_adder + "00000001" + no_credential + "00000002 0000", accepted + "00000004"},
      {"no arguments", to_adder + "00000001" + no_credential, accepted + "00000004"},
      {"too many arguments", to_adder + "00000001" + no_credential + two_and_three + "00000000", accepted + "00000004"},
      {"a handler that throws", to_adder + "00000002" + no_credential, accepted + "00000005"},
      {"a handler that throws an int", to_adder + "00000007" + no_credential, accepted + "00000005"},
      {"a handler whose own call failed", to_adder + "00000006" + no_credential, accepted + "00000005"},
      {"a handler that refuses", to_adder + "00000003" + no_credential, denied + "00000001 00000005"},
      {"a handler that asks for silence", to_adder + "00000004" + no_credential, no_reply},
      {"an unknown credential flavor", to_adder + "00000001 00000063 00000000 00000000 00000000" + two_and_three,
       denied + "00000001 00000002"},
      {"AUTH_SHORT, which nobody was given", to_adder + "00000001 00000002 00000004 12345678 00000000 00000000",
       denied + "00000001 00000002"},
      {"AUTH_SYS cut off", to_adder + "00000001 00000001 00000004 00000000 00000000 00000000" + two_and_three,
       denied + "00000001 00000001"},
      {"a credential of 401 bytes", to_adder + "00000001 00000000 00000191", denied + "00000001 00000001"},
      {"a credential of 4 GB", to_adder + "00000001 00000001 ffffffff", denied + "00000001 00000001"},
      {"a verifier of 4 GB", to_adder + "00000001 00000000 00000000 00000000 ffffffff", denied + "00000001 00000003"},
      {"a credential with padding other than zero", to_adder + "00000001 00000001 00000001 00000001 00000000 00000000",
       denied + "00000001 00000001"},
  };
  for (const auto& row : rows) EXPECT_EQ(answer_to(row.message), row.reply) << row.what;
}

TEST_F(Dispatching, what_is_no_call_is_dropped) {
  for (const char* message : {"", "00", "00000007", "00000007 00000000", "00000007 00000001 00000000",
                              "00000007 00000002 00000002", "47455420 2f204854 54502f31"})
    EXPECT_EQ(answer_to(std::string(message)), dropped) << message;
  EXPECT_EQ(server_.calls, 0);
}

TEST_F(Dispatching, every_truncation_of_a_call_is_refused_or_dropped) {
  const xdr::Bytes whole = from_hex(to_adder + "00000001" + no_credential + two_and_three);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const std::string reply = answer_to(xdr::Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_TRUE(reply == dropped || reply == accepted + "00000004") << size << ": " << reply;
  }
}

TEST_F(Dispatching, a_flipped_bit_never_does_more_than_change_the_answer) {
  const xdr::Bytes whole = from_hex(to_adder + "00000001" + no_credential + two_and_three);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    xdr::Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_NE(answer_to(flipped), no_reply) << bit;
  }
}

TEST_F(Dispatching, a_reply_longer_than_the_transport_carries_becomes_system_err) {
  const auto call_for = [](const std::string& size) { return to_adder + "00000005" + no_credential + size; };
  EXPECT_EQ(answer_to(call_for("000003cc")).size(), to_hex(xdr::Bytes(1000)).size());
  EXPECT_EQ(answer_to(call_for("000003cd")), accepted + "00000005");
}

TEST_F(Dispatching, a_mismatch_names_the_lowest_and_the_highest_version) {
  adder::Server fifth({adder::program.number, 5, "ADDER", "v5"});
  dispatcher_.add(fifth);
  EXPECT_EQ(answer_to("00000007 00000000 00000002 20000042 00000003 00000001" + no_credential),
            accepted + "00000002 00000002 00000005");
}

TEST_F(Dispatching, a_program_and_version_is_served_once) {
  adder::Server again;
  EXPECT_THROW(dispatcher_.add(again), std::invalid_argument);
}

TEST_F(Dispatching, options_that_do_not_go_with_the_program_are_refused) {
  const auto print = [](xdr::Decoder&, xdr::Printer&) {};
  static constexpr rpc::CallPrint procedures[] = {{2, "two", nullptr, nullptr}, {4, "four", nullptr, print}};
  static constexpr rpc::CallPrints prints(procedures);
  const auto refusal = [](const rpc::ServiceOptions& options, const rpc::CallPrints* known) -> std::string {
    rpc::Dispatcher dispatcher;
    adder::Server service({adder::program.number, 5, "ADDER", "v5", known});
    try {
      dispatcher.add(service, options);
      return "";
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
  };
  EXPECT_EQ(refusal({.idempotent = {2, 7}}, &prints),
            "ServiceOptions::idempotent names procedure 7, which ADDER version 5 has not");
  EXPECT_EQ(refusal({.one_way = {3, 7}}, &prints),
            "ServiceOptions::one_way names procedure 3, which ADDER version 5 has not");
  EXPECT_EQ(refusal({.idempotent = {0, 2}, .one_way = {0, 2}}, &prints), "");
  EXPECT_EQ(refusal({.idempotent = {4}, .one_way = {2, 4}}, &prints),
            "ServiceOptions::one_way names procedure 4, four of ADDER version 5, which has a result: leave it out, or "
            "make that void in the .x");
  EXPECT_EQ(refusal({.idempotent = {7}, .one_way = {4, 7}}, nullptr), "") << "nobody knows what it has";
}

TEST_F(Dispatching, the_owner_is_told_what_a_handler_threw) {
  std::string told;
  dispatcher_.on_failure([&](const rpc::Program& program, std::uint32_t procedure, const std::string& what) {
    told = std::string(program.name) + " " + std::to_string(procedure) + " " + what;
  });
  answer_to(to_adder + "00000002" + no_credential);
  EXPECT_EQ(told, "ADDER 2 out of luck");
}

TEST_F(Dispatching, a_handler_learns_who_calls_by_auth_sys) {
  answer_to(to_adder +
            "00000000"
            "00000001 0000001c 00000009 00000002 68690000 000003e8 00000064 00000001 00000065"
            "00000000 00000000");
  ASSERT_TRUE(server_.last_sys);
  EXPECT_EQ(*server_.last_sys, (rpc::SysParameters{9, "hi", 1000, 100, {101}}));
}

}  // namespace
