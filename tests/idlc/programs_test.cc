// Generated servers, called as the runtime calls them.
#include "tests/runtime/hex.h"

#include "program.x.h"
#include "program_names.x.h"

#include <gtest/gtest.h>

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

TEST(programs, have_their_numbers_and_names) {
  EXPECT_EQ(v2::program.number, 0x20000001u);
  EXPECT_EQ(v2::program.version, 2u);
  EXPECT_STREQ(v2::program.version_name, "v2");
  EXPECT_EQ(Files().program().number, v2::program.number);
}

}  // namespace
