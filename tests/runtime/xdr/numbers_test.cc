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

TEST(numbers, of_one_width_are_moved_together_in_a_run) {
  const std::array<std::uint32_t, 5> some = {6, 7, 8, 9, 10};
  Encoder out;
  auto writing = out.run(60);
  writing.numbers(std::int32_t{-1}, std::uint32_t{2}, std::int32_t{3}, 1.5F, std::int32_t{5});
  writing.numbers(some);
  writing.numbers(std::int64_t{-2}, -2.5);
  writing.u32(11);
  EXPECT_EQ(to_hex(out.bytes()),
            "ffffffff 00000002 00000003 3fc00000 00000005 00000006 00000007 00000008 00000009 0000000a "
            "ffffffff fffffffe c0040000 00000000 0000000b");
  std::array<std::int32_t, 3> integers{};
  std::uint32_t natural = 0;
  float real = 0;
  std::array<std::uint32_t, 5> others{};
  std::int64_t hyper = 0;
  double large = 0;
  Decoder in(out.bytes());
  auto reading = in.run(60);
  reading.numbers(integers[0], natural, integers[1], real, integers[2]);
  reading.numbers(others);
  reading.numbers(hyper, large);
  EXPECT_EQ(reading.u32(), 11U);
  EXPECT_EQ(integers, (std::array<std::int32_t, 3>{-1, 3, 5}));
  EXPECT_EQ(natural, 2U);
  EXPECT_EQ(real, 1.5F);
  EXPECT_EQ(others, some);
  EXPECT_EQ(hyper, -2);
  EXPECT_EQ(large, -2.5);
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
      EXPECT_STREQ(error.what(),
                   "a boolean is neither 0 nor 1 (RFC 4506 §4.4; Limits::lenient lets that pass), byte 0");
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
