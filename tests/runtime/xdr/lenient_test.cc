// What a sloppy peer is let off, and what it is not.
#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include <functional>

#include "tests/runtime/hex.h"

namespace {

using namespace onc::xdr;
using Read = std::function<void(Decoder&)>;

// Nothing where the bytes are taken.
errc refusal_of(const char* hex, bool lenient, const Read& read) {
  const Bytes bytes = from_hex(hex);
  Decoder in(bytes, {.lenient = lenient});
  try {
    read(in);
    in.finish();
  } catch (const Error& error) {
    return static_cast<errc>(error.code().value());
  }
  return errc{};
}

void text(Decoder& in) {
  std::string value;
  in.string(value, 5);
  EXPECT_EQ(value, "hi");
}
void flag(Decoder& in) { EXPECT_TRUE(in.boolean()); }
void four_bytes(Decoder& in) { in.u32(); }
void three_bytes(Decoder& in) {
  std::array<std::byte, 3> value{};
  in.opaque(value);
}

TEST(lenient, takes_padding_that_is_not_zero) {
  EXPECT_EQ(refusal_of("00000002 68690001", false, text), errc::nonzero_padding);
  EXPECT_EQ(refusal_of("00000002 68690001", true, text), errc{});
  EXPECT_EQ(refusal_of("000000ff", false, three_bytes), errc::nonzero_padding);
  EXPECT_EQ(refusal_of("000000ff", true, three_bytes), errc{});
}

TEST(lenient, takes_any_other_number_for_true) {
  EXPECT_EQ(refusal_of("ffffffff", false, flag), errc::bad_boolean);
  EXPECT_EQ(refusal_of("ffffffff", true, flag), errc{});
}

TEST(lenient, takes_bytes_that_are_left_over) {
  EXPECT_EQ(refusal_of("00000000 00000000", false, four_bytes), errc::trailing_bytes);
  EXPECT_EQ(refusal_of("00000000 00000000", true, four_bytes), errc{});
}

TEST(lenient, is_what_the_errors_that_it_spares_name) {
  for (const errc code : {errc::nonzero_padding, errc::bad_boolean, errc::trailing_bytes})
    EXPECT_NE(make_error_code(code).message().find("Limits::lenient lets that pass"), std::string::npos);
  EXPECT_EQ(make_error_code(errc::too_long).message().find("lenient"), std::string::npos);
}

TEST(lenient, still_refuses_what_is_missing_too_long_or_unknown) {
  static constexpr Enumerators known{"Status", 0, 2};
  EXPECT_EQ(refusal_of("00000002 6869", true, text), errc::truncated);
  EXPECT_EQ(refusal_of("00000006 68690000 00000000", true, text), errc::too_long);
  EXPECT_EQ(refusal_of("00000003", true, [](Decoder& in) { in.enumerator(known); }), errc::no_such_enumerator);
}

}  // namespace
