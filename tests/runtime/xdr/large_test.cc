#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include "tests/runtime/hex.h"

namespace {

using namespace onc::xdr;

Bytes long_value() { return Bytes(9, std::byte{0xab}); }

std::string written(const Encoder& out) {
  Bytes all;
  for (const BytesView piece : out.pieces()) all.insert(all.end(), piece.begin(), piece.end());
  EXPECT_EQ(all.size(), out.size());
  return to_hex(all);
}

std::string copied() {
  Encoder out;
  out.u32(7);
  out.opaque(long_value(), unbounded);
  out.u32(8);
  return to_hex(out.bytes());
}

TEST(large_opaques, given_away_are_not_copied) {
  Encoder out;
  out.keep_large(9);
  out.u32(7);
  Bytes value = long_value();
  const std::byte* place = value.data();
  out.opaque(std::move(value), unbounded);
  out.u32(8);
  ASSERT_EQ(out.pieces().size(), 3U);
  EXPECT_EQ(out.pieces()[1].data(), place);
  EXPECT_EQ(written(out), copied());
}

TEST(large_opaques, are_only_referred_to_where_they_are_lent) {
  const Bytes value = long_value();
  for (const bool lent : {false, true}) {
    Encoder out;
    out.keep_large(9);
    out.lend_large(lent);
    out.u32(7);
    out.opaque(value, unbounded);
    out.u32(8);
    EXPECT_EQ(out.has_large(), lent);
    EXPECT_EQ(written(out), copied());
  }
}

TEST(large_opaques, after_a_number_are_lent_like_others) {
  const Bytes value = long_value();
  Encoder out;
  out.keep_large(9);
  out.lend_large(true);
  out.opaque_after(7, value, unbounded);
  out.u32(8);
  ASSERT_EQ(out.pieces().size(), 3U);
  EXPECT_EQ(out.pieces()[1].data(), value.data());
  EXPECT_EQ(written(out), copied());
}

TEST(large_opaques, are_copied_where_they_are_smaller_than_was_said) {
  Encoder out;
  out.keep_large(10);
  out.opaque(long_value(), unbounded);
  EXPECT_FALSE(out.has_large());
}

TEST(large_opaques, longer_than_the_bound_are_refused) {
  Encoder out;
  out.keep_large(9);
  EXPECT_THROW(out.opaque(long_value(), 8), Error);
}

TEST(large_opaques, are_gathered_for_who_needs_one_piece) {
  Encoder out;
  out.keep_large(9);
  out.u32(7);
  out.opaque(long_value(), unbounded);
  out.u32(8);
  out.gather();
  EXPECT_FALSE(out.has_large());
  EXPECT_EQ(to_hex(out.bytes()), copied());
}

TEST(large_opaques, are_forgotten_with_what_else_was_written) {
  Encoder out;
  out.keep_large(9);
  out.u32(7);
  out.opaque(long_value(), unbounded);
  const std::size_t first = out.size();
  out.opaque(long_value(), unbounded);
  out.truncate(first);
  EXPECT_EQ(out.pieces().size(), 3U);
  out.u32(8);
  EXPECT_EQ(written(out), copied());
  out.truncate(4);
  EXPECT_EQ(to_hex(out.bytes()), "00000007");
  EXPECT_FALSE(out.has_large());
}

TEST(large_opaques, move_with_their_encoder) {
  Encoder out;
  out.keep_large(9);
  out.u32(7);
  out.opaque(long_value(), unbounded);
  Encoder other = std::move(out);
  other.u32(8);
  EXPECT_EQ(written(other), copied());
  EXPECT_EQ(out.size(), 0U);
}

// As a struct of a .x.
struct Holder {
  Bytes bytes;
  std::uint32_t number = 8;

  void encode(Encoder& out) const {
    out.u32(7);
    out.opaque(bytes, {9, "Holder.bytes"});
    out.u32(number);
  }
};

TEST(large_opaques, are_taken_out_of_a_value_that_is_given_away) {
  Encoder out;
  out.keep_large(9);
  const std::byte* place = nullptr;
  {
    Holder value{long_value()};
    place = value.bytes.data();
    out.take(std::move(value));
  }
  ASSERT_EQ(out.pieces().size(), 3U);
  EXPECT_EQ(out.pieces()[1].data(), place);
  EXPECT_EQ(written(out), copied());
}

TEST(large_opaques, after_a_number_are_taken_like_others) {
  struct {
    Bytes bytes = long_value();
    void encode(Encoder& to) const {
      to.opaque_after(7, bytes, unbounded);
      to.u32(8);
    }
  } value;
  Encoder out;
  out.keep_large(9);
  out.take(std::move(value));
  EXPECT_EQ(out.pieces().size(), 3U);
  EXPECT_EQ(written(out), copied());
}

TEST(large_opaques, are_copied_again_after_a_value_was_taken) {
  Encoder out;
  out.keep_large(9);
  out.take(Holder{long_value()});
  EXPECT_THROW(out.take(Holder{Bytes(10)}), Error);
  out.clear();
  const Holder value{long_value()};
  value.encode(out);
  EXPECT_FALSE(out.has_large());
  EXPECT_EQ(value.bytes, long_value());
}

TEST(large_opaques, are_taken_only_by_who_sends_pieces) {
  Encoder out;
  out.take(Holder{long_value()});
  EXPECT_EQ(to_hex(out.bytes()), copied());
}

TEST(large_opaques, that_hold_much_more_memory_than_bytes_are_copied) {
  Encoder out;
  out.keep_large(9);
  Bytes value = long_value();
  value.reserve(100);
  out.take(Holder{std::move(value)});
  EXPECT_FALSE(out.has_large());
  EXPECT_EQ(to_hex(out.bytes()), copied());
}

// A type of C++ that the .x only names, and that writes what is gone afterwards.
struct Fleeting {};
[[maybe_unused]] void encode(Encoder& out, const Fleeting&) {
  const Bytes value = long_value();
  out.opaque(value, unbounded);
}

TEST(large_opaques, of_types_that_are_not_generated_are_copied) {
  Encoder out;
  out.keep_large(9);
  out.lend_large(true);
  out.value(Fleeting{});
  EXPECT_FALSE(out.has_large());
}

TEST(large_opaques, of_types_that_are_not_generated_are_not_taken_out_of_others) {
  struct {
    Fleeting foreign;
    void encode(Encoder& to) const { to.value(foreign); }
  } holder;
  Encoder out;
  out.keep_large(9);
  out.take(std::move(holder));
  EXPECT_FALSE(out.has_large());
}

}  // namespace
