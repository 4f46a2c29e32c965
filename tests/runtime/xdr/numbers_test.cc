#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include <functional>

#include "tests/runtime/hex.h"

namespace {

using namespace onc::xdr;

struct Row {
  const char* what;
  const char* bytes;
  std::function<void(Encoder&)> encode;
  std::function<bool(Decoder&)> decodes_to_the_same;
};

Quadruple quadruple() {
  Quadruple value;
  value.bytes[0] = std::byte{0x3f};
  value.bytes[15] = std::byte{0x01};
  return value;
}

const std::vector<Row>& rows() {
  static const std::vector<Row> all = {
      {"int", "fffffffe", [](Encoder& out) { out.i32(-2); }, [](Decoder& in) { return in.i32() == -2; }},
      {"unsigned", "80000001", [](Encoder& out) { out.u32(0x80000001); },
       [](Decoder& in) { return in.u32() == 0x80000001; }},
      {"hyper", "ffffffff fffffffd", [](Encoder& out) { out.i64(-3); }, [](Decoder& in) { return in.i64() == -3; }},
      {"unsigned hyper", "80000000 00000001", [](Encoder& out) { out.u64(0x8000000000000001); },
       [](Decoder& in) { return in.u64() == 0x8000000000000001; }},
      {"float", "3fc00000", [](Encoder& out) { out.f32(1.5F); }, [](Decoder& in) { return in.f32() == 1.5F; }},
      {"double", "c0040000 00000000", [](Encoder& out) { out.f64(-2.5); },
       [](Decoder& in) { return in.f64() == -2.5; }},
      {"quadruple", "3f000000 00000000 00000000 00000001", [](Encoder& out) { out.quadruple(quadruple()); },
       [](Decoder& in) { return in.quadruple() == quadruple(); }},
      {"true", "00000001", [](Encoder& out) { out.boolean(true); }, [](Decoder& in) { return in.boolean(); }},
      {"false", "00000000", [](Encoder& out) { out.boolean(false); }, [](Decoder& in) { return !in.boolean(); }},
      {"char", "ffffff80", [](Encoder& out) { out.i32(-128); }, [](Decoder& in) { return in.i8() == -128; }},
      {"short", "00007fff", [](Encoder& out) { out.i32(32767); }, [](Decoder& in) { return in.i16() == 32767; }},
      {"run", "00000001 00000000 00000002 00000001 61620000",
       [](Encoder& out) {
         auto run = out.run(20);
         run.u32(1);
         run.i64(2);
         run.boolean(true);
         run.opaque(std::array{std::byte{'a'}, std::byte{'b'}});
       },
       [](Decoder& in) {
         auto run = in.run(20);
         std::array<std::byte, 2> opaque{};
         const bool same = run.u32() == 1 && run.i64() == 2 && run.boolean();
         run.opaque(opaque);
         return same && opaque[1] == std::byte{'b'};
       }},
  };
  return all;
}

TEST(numbers, have_the_bytes_of_rfc_4506) {
  for (const Row& row : rows()) {
    Encoder out;
    row.encode(out);
    EXPECT_EQ(to_hex(out.bytes()), row.bytes) << row.what;
    Decoder in(out.bytes());
    EXPECT_TRUE(row.decodes_to_the_same(in)) << row.what;
    EXPECT_NO_THROW(in.finish()) << row.what;
  }
}

TEST(numbers, every_truncation_is_refused) {
  for (const Row& row : rows()) {
    const Bytes whole = from_hex(row.bytes);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      Decoder in(part);
      try {
        row.decodes_to_the_same(in);
        ADD_FAILURE() << row.what << " was read from " << size << " bytes";
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), errc::truncated) << row.what;
      }
    }
  }
}

TEST(numbers, that_do_not_fit_are_refused_where_they_stand) {
  const Bytes bytes = from_hex("00000000 00000100");
  Decoder in(bytes);
  in.u32();
  try {
    in.u8();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), errc::out_of_range);
    EXPECT_EQ(error.offset(), 4U);
  }
}

TEST(booleans, other_than_0_and_1_are_refused) {
  for (const char* bytes : {"00000002", "ffffffff", "01000000"}) {
    const Bytes wire = from_hex(bytes);
    Decoder in(wire);
    try {
      in.boolean();
      FAIL() << bytes;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), errc::bad_boolean);
      EXPECT_STREQ(error.what(), "a boolean is neither 0 nor 1 (RFC 4506 §4.4), byte 0");
    }
  }
}

TEST(decoder, bytes_left_over_are_refused) {
  const Bytes bytes = from_hex("00000001 00");
  Decoder in(bytes);
  in.u32();
  EXPECT_FALSE(in.finished());
  EXPECT_THROW(in.finish(), Error);
  EXPECT_FALSE(in.finished());
}

}  // namespace
