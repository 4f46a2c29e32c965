// Generated servers, called as the runtime calls them.
#include "tests/runtime/hex.h"

#include <onc/server/dispatcher.h>

#include "large_results.x.h"
#include "program.x.h"
#include "program_names.x.h"
#include "union_argument.x.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace program::FILES;

class Files : public v2::Server {
 public:
  program::Attributes look_up(program::Name name, program::Status status, program::Attributes attributes,
                              const onc::rpc::Caller&) override {
    return {attributes.size + static_cast<int>(name.size()) + static_cast<int>(status)};
  }
  program::Entries list(const onc::rpc::Caller&) override { return {{"a"}, {"b"}}; }
  std::string title(std::uint32_t number, const onc::rpc::Caller&) override { return std::to_string(number); }
  onc::xdr::Bytes read(program::Pair a, program::Pair b, const onc::rpc::Caller&) override {
    return from_hex(a == b ? "01" : "02");
  }
  bool ping_(program::Attributes, const onc::rpc::Caller&) override { return true; }
  onc::xdr::Quadruple exact(onc::xdr::Quadruple value, double, const onc::rpc::Caller&) override { return value; }
};

std::string answer(onc::rpc::Service& service, std::uint32_t procedure, const std::string& arguments) {
  const onc::xdr::Bytes bytes = from_hex(arguments);
  onc::xdr::Decoder in(bytes);
  onc::xdr::Encoder out;
  const onc::transport::Address nowhere;
  service.dispatch(procedure, in, out, {onc::transport::Protocol::tcp, nowhere, nowhere, {}, {}});
  EXPECT_TRUE(in.finished());
  return to_hex(out.bytes());
}

TEST(servers, read_arguments_and_write_results) {
  Files files;
  EXPECT_EQ(answer(files, 1, "00000002 68690000 00000001 00000005"), "00000008");
  EXPECT_EQ(answer(files, 2, ""), "00000001 00000001 61000000 00000001 00000001 62000000 00000000");
  EXPECT_EQ(answer(files, 3, "0000002a"), "00000002 34320000");
  EXPECT_EQ(answer(files, 4, "00000001 00000002 00000001 00000002"), "00000001 01000000");
  EXPECT_EQ(answer(files, 7, "00000000"), "00000001");
}

TEST(servers, answer_procedure_0_without_being_told) {
  Files files;
  EXPECT_EQ(answer(files, 0, ""), "");
  EXPECT_THROW(answer(files, 0, "00000000"), onc::xdr::Error);
}

TEST(servers, refuse_what_is_no_procedure_or_no_arguments) {
  Files files;
  EXPECT_THROW(answer(files, 99, ""), onc::rpc::Error);
  EXPECT_THROW(answer(files, 3, ""), onc::xdr::Error);
  EXPECT_THROW(answer(files, 3, "0000002a 00000000"), onc::xdr::Error);
}

class Shelf : public large_results::SHELF::v1::Server {
 public:
  std::size_t size = large_results::large;

 private:
  using Caller = onc::rpc::Caller;

  large_results::Document look(const Caller&) override {
    return {.entry = {"a", onc::xdr::Bytes(large_results::small)}, .pages = {onc::xdr::Bytes(size)}};
  }
  large_results::Found find(std::string, const Caller& caller) override {
    return large_results::Found::with_document(look(caller));
  }
  large_results::Part cut(const Caller&) override {
    return {.branches = large_results::Branch{.leaf = onc::xdr::Bytes(size)}, .number = 7};
  }
  large_results::Page turn(const Caller&) override { return onc::xdr::Bytes(size); }
  large_results::Entry list(const Caller&) override { return {}; }
  std::optional<large_results::Entry> some(const Caller&) override { return std::nullopt; }
  std::optional<large_results::Document> any(const Caller&) override { return std::nullopt; }
};

TEST(servers, give_their_large_results_away) {
  Shelf shelf;
  onc::rpc::Service& service = shelf;
  const auto answer = [&](std::uint32_t procedure, std::size_t from) {
    const onc::xdr::Bytes arguments = from_hex(procedure == 2 ? "00000000" : "");
    onc::xdr::Decoder in(arguments);
    onc::xdr::Encoder out;
    out.keep_large(from);
    const onc::transport::Address nowhere;
    service.dispatch(procedure, in, out, {onc::transport::Protocol::tcp, nowhere, nowhere, {}, {}});
    return out;
  };
  for (const std::uint32_t procedure : {1U, 2U, 3U, 4U}) {
    onc::xdr::Encoder copied = answer(procedure, shelf.size + 1);
    onc::xdr::Encoder given = answer(procedure, shelf.size);
    EXPECT_FALSE(copied.has_large()) << procedure;
    EXPECT_TRUE(given.has_large()) << procedure;
    given.gather();
    EXPECT_TRUE(std::ranges::equal(given.bytes(), copied.bytes())) << procedure;
  }
}

// Takes every question for one by number.
class Careless : public union_argument::ASK::v1::Server {
  std::int32_t ask(union_argument::Question question, const onc::rpc::Caller&) override { return question.number(); }
};

TEST(servers, whose_caller_sends_an_arm_that_they_did_not_expect_answer_system_err_and_go_on) {
  Careless careless;
  onc::rpc::Dispatcher dispatcher;
  dispatcher.add(careless);
  std::string told;
  dispatcher.on_failure([&](const auto&, std::uint32_t, const std::string& what) { told = what; });
  const auto reply_to = [&](const std::string& question) {
    const onc::xdr::Bytes call = from_hex(
        "00000007 00000000 00000002 20000070 00000001 00000001 00000000 00000000 00000000 00000000" + question);
    const auto peer = onc::transport::Address::ip("127.0.0.1", 1023);
    const onc::transport::Arrival arrival{onc::transport::Protocol::tcp, peer, peer, std::nullopt, 1000};
    onc::xdr::Encoder reply;
    dispatcher.answer(call, arrival, reply);
    return to_hex(reply.bytes());
  };
  const std::string accepted = "00000007 00000001 00000000 00000000 00000000 ";
  EXPECT_EQ(reply_to("00000001 00000001 61000000"), accepted + "00000005");
  EXPECT_EQ(told.substr(0, told.find(':')), "Question.number, while it holds name");
  EXPECT_EQ(reply_to("00000000 0000002a"), accepted + "00000000 0000002a");
}

TEST(programs, have_their_numbers_and_names) {
  EXPECT_EQ(v2::program.number, 0x20000001u);
  EXPECT_EQ(v2::program.version, 2u);
  EXPECT_STREQ(v2::program.version_name, "v2");
  EXPECT_EQ(Files().program().number, v2::program.number);
}

}  // namespace
