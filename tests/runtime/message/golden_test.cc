// Messages that no encoder of ours wrote, one of each status, as they are, cut off at every byte and with every bit
// flipped: what a server answers and what a client makes of it is an error or a valid value, never anything else.
#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/server/async_service.h>
#include <onc/server/dispatcher.h>
#include <onc/transport/late_reply.h>
#include <onc/transport/memory.h>

#include <gtest/gtest.h>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <cstring>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "tests/runtime/hex.h"
#include "wide.x.async.h"
#include "wide.x.h"

namespace {

using namespace onc;
using rpc::errc;
using wide::Wide;

std::map<std::string, xdr::Bytes> golden(const std::string& wanted) {
  std::map<std::string, xdr::Bytes> messages;
  std::ifstream file(ONC_GOLDEN_MESSAGES);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string kind, name, hex;
    if (words >> kind >> name >> hex && kind == wanted) messages[name] = from_hex(hex);
  }
  return messages;
}

// Each of its truncations, and each of its bits flipped.
void for_each_damage(const xdr::Bytes& message, const std::function<void(xdr::BytesView, const std::string&)>& tried) {
  for (std::size_t size = 0; size < message.size(); ++size)
    tried({message.data(), size}, "cut off at byte " + std::to_string(size));
  xdr::Bytes damaged = message;
  for (std::size_t bit = 0; bit < 8 * message.size(); ++bit) {
    const std::byte mask{static_cast<unsigned char>(1 << bit % 8)};
    damaged[bit / 8] ^= mask;
    tried(damaged, "bit " + std::to_string(bit) + " flipped");
    damaged[bit / 8] ^= mask;
  }
}

void misbehave(std::int32_t how) {
  if (how == 1) throw std::runtime_error("out of luck");
  if (how == 2) throw rpc::Refusal{rpc::AuthStatus::too_weak};
  if (how == 3) throw rpc::NoReply();
}

class Service : public wide::WIDE::v1::Server {
  Wide echo(Wide wide, const rpc::Caller&) override { return wide; }
  std::uint32_t count(const rpc::Caller&) override { return 7; }
  void fail(std::int32_t how, const rpc::Caller&) override { misbehave(how); }
};

class LateService : public wide::WIDE::v2::AsyncServer {
  asio::awaitable<Wide> echo(Wide wide, const rpc::Caller&) override {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return wide;
  }
  asio::awaitable<std::uint32_t> count(const rpc::Caller&) override { co_return 7; }
  asio::awaitable<void> fail(std::int32_t how, const rpc::Caller&) override {
    misbehave(how);
    co_return;
  }
};

class golden_calls : public testing::Test, private transport::Deferring {
 protected:
  golden_calls() {
    dispatcher_.add(service_);
    dispatcher_.add(late_service_);
  }

  // The reply; nothing where the connection is to be closed.
  std::optional<xdr::Bytes> answer(xdr::BytesView message) {
    const transport::Address address = transport::Address::ip("127.0.0.1", 700);
    const transport::Arrival arrival{transport::Protocol::tcp, address, address, std::nullopt,
                                     std::size_t{1} << 20,     this};
    late_reply_.reset();
    xdr::Encoder reply;
    if (dispatcher_.answer(message, arrival, reply) == transport::Verdict::drop) return std::nullopt;
    context_.restart();
    context_.poll();
    return late_reply_ ? late_reply_ : xdr::to_bytes(reply.bytes());
  }

 private:
  class Late final : public transport::LateReply {
   public:
    explicit Late(golden_calls& test) : test_(test) {}
    asio::any_io_executor executor() override { return test_.context_.get_executor(); }
    void send(xdr::Encoder reply) override {
      test_.late_reply_ = xdr::to_bytes(reply.bytes().subspan(transport::mark_size));
    }

   private:
    golden_calls& test_;
  };
  std::unique_ptr<transport::LateReply> defer() override { return std::make_unique<Late>(*this); }

  Service service_;
  LateService late_service_;
  rpc::Dispatcher dispatcher_;
  asio::io_context context_{1};
  std::optional<xdr::Bytes> late_reply_;
};

TEST_F(golden_calls, get_the_answers_of_the_rfc) {
  const std::map<std::string, errc> refused{
      {"fail", errc::system_error},
      {"fail_late", errc::system_error},
      {"refused", errc::authentication_error},
      {"auth_sys_too_short", errc::authentication_error},
      {"auth_short", errc::authentication_error},
      {"auth_gss", errc::authentication_error},
      {"no_such_program", errc::program_unavailable},
      {"no_such_version", errc::version_mismatch},
      {"no_such_procedure", errc::procedure_unavailable},
      {"garbage_arguments", errc::garbage_arguments},
      {"rpc_version_3", errc::rpc_mismatch},
  };
  const auto calls = golden("call");
  ASSERT_EQ(calls.size(), 20U);
  for (const auto& [name, call] : calls) {
    const auto reply = answer(call);
    ASSERT_TRUE(reply) << name;
    if (name == "silent") {
      EXPECT_TRUE(reply->empty());
      continue;
    }
    xdr::Decoder in(*reply);
    const rpc::ReplyHeader header = rpc::decode_reply(in);
    const auto expected = refused.find(name);
    EXPECT_EQ(header.failure, expected == refused.end() ? std::nullopt : std::optional(expected->second)) << name;
    if (name.starts_with("echo")) {
      EXPECT_EQ(to_hex(in.rest()), to_hex(xdr::BytesView(call).subspan(40))) << name;
    }
  }
}

TEST_F(golden_calls, that_are_damaged_get_an_answer_or_none) {
  for (const auto& [name, call] : golden("call")) {
    for_each_damage(call, [&, name = name](xdr::BytesView damaged, const std::string& how) {
      const auto reply = answer(damaged);
      if (!reply || reply->empty()) return;
      ASSERT_EQ(std::memcmp(reply->data(), damaged.data(), 4), 0) << name << ", " << how << ": its xid";
      xdr::Decoder in(*reply);
      const rpc::ReplyHeader header = rpc::decode_reply(in);
      if (header.failure) return in.finish();
      xdr::Decoder arguments(damaged);
      rpc::CallHeader asked;
      rpc::decode_call(arguments, asked);
      if (asked.procedure == 1) {
        ASSERT_EQ(to_hex(in.rest()), to_hex(arguments.rest())) << name << ", " << how;
      } else {
        ASSERT_EQ(in.rest().size(), asked.procedure == 2 ? 4U : 0U) << name << ", " << how;
      }
    });
  }
}

// A client whose server answers every call with that reply, and knows its xid.
class Deceived {
 public:
  explicit Deceived(bool reliable = true) : reliable_(reliable) {}

  // What a call made of it: nothing where it was a value. `damage` is done once the xid is right.
  std::error_code outcome(std::uint32_t procedure, const xdr::Bytes& reply,
                          const std::function<xdr::Bytes(xdr::Bytes)>& damage) {
    const auto peer = [&](xdr::BytesView message) {
      xdr::Bytes answer = reply;
      std::memcpy(answer.data(), message.data(), 4);
      return std::vector<transport::MemoryChannel::Delivery>{{damage(std::move(answer))}};
    };
    wide::WIDE::v1::Client client(std::make_unique<transport::MemoryChannel>(reliable_, peer));
    try {
      if (procedure == 1)
        check(client.echo({}));
      else if (procedure == 2)
        client.count();
      else
        client.fail(0);
      return {};
    } catch (const rpc::Error& error) {
      return error.code();
    }
  }

 private:
  static void check(const Wide& wide) {
    xdr::Encoder out;
    wide.encode(out);
    xdr::Decoder in(out.bytes());
    Wide again;
    again.decode(in);
    in.finish();
  }

  bool reliable_;
};

TEST(golden_replies, are_understood) {
  const std::map<std::string, std::pair<std::uint32_t, std::error_code>> expected{
      {"success_void", {3, {}}},
      {"success_wide", {1, {}}},
      {"success_empty", {1, {}}},
      {"success_count", {2, {}}},
      {"success_verifier", {2, {}}},
      {"prog_unavail", {2, make_error_code(errc::program_unavailable)}},
      {"prog_mismatch", {2, make_error_code(errc::version_mismatch)}},
      {"proc_unavail", {2, make_error_code(errc::procedure_unavailable)}},
      {"garbage_args", {2, make_error_code(errc::garbage_arguments)}},
      {"system_err", {2, make_error_code(errc::system_error)}},
      {"rpc_mismatch", {2, make_error_code(errc::rpc_mismatch)}},
  };
  Deceived client;
  const auto whole = [](xdr::Bytes reply) { return reply; };
  const auto replies = golden("reply");
  ASSERT_EQ(replies.size(), expected.size() + 8);
  for (const auto& [name, reply] : replies) {
    if (name.starts_with("auth_"))
      EXPECT_EQ(client.outcome(2, reply, whole), make_error_code(errc::authentication_error)) << name;
    else
      EXPECT_EQ(client.outcome(expected.at(name).first, reply, whole), expected.at(name).second) << name;
  }
}

TEST(golden_replies, that_say_they_are_calls_are_none) {
  for (auto [name, reply] : golden("reply")) {
    reply[7] = std::byte{0};  // msg_type
    xdr::Decoder in(reply);
    EXPECT_THROW(rpc::decode_reply(in), xdr::Error) << name;
  }
}

TEST(golden_replies, that_are_damaged_are_a_value_or_an_error) {
  for (const bool reliable : {true, false}) {
    Deceived client(reliable);
    for (const auto& [name, reply] : golden("reply")) {
      const std::uint32_t procedure = name == "success_void"                              ? 3
                                      : name == "success_wide" || name == "success_empty" ? 1
                                                                                          : 2;
      for_each_damage(reply, [&, name = name, reply = reply](xdr::BytesView damaged, const std::string& how) {
        std::error_code code;
        // The same damage, to the reply with the right xid.
        const auto damage = [&](xdr::Bytes right) {
          for (std::size_t i = 0; i < reply.size(); ++i)
            right[i] ^= i < damaged.size() ? damaged[i] ^ reply[i] : std::byte{0};
          right.resize(damaged.size());
          return right;
        };
        ASSERT_NO_THROW(code = client.outcome(procedure, reply, damage)) << name << ", " << how;
        if (damaged.size() < reply.size()) {
          EXPECT_TRUE(code) << name << ", " << how;
        }
      });
    }
  }
}

}  // namespace
