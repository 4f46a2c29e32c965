#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include "tests/runtime/hex.h"

namespace {

using namespace onc::xdr;

struct Row {
  const char* value;
  const char* bytes;
};

constexpr Row rows[] = {
    {"", "00000000"},
    {"h", "00000001 68000000"},
    {"hi", "00000002 68690000"},
    {"hi!", "00000003 68692100"},
    {"hiho", "00000004 6869686f"},
    {"hiho!", "00000005 6869686f 21000000"},
};

errc refusal_of(const char* hex, std::uint32_t bound) {
  const Bytes bytes = from_hex(hex);
  Decoder in(bytes);
  std::string value;
  try {
    in.string(value, bound);
  } catch (const Error& error) {
    return static_cast<errc>(error.code().value());
  }
  return errc{};
}

TEST(strings, are_filled_up_to_four_bytes) {
  for (const Row& row : rows) {
    Encoder out;
    out.string(row.value, 5);
    EXPECT_EQ(to_hex(out.bytes()), row.bytes);
    Decoder in(out.bytes());
    std::string value = "former content";
    in.string(value, 5);
    in.finish();
    EXPECT_EQ(value, row.value);
  }
}

TEST(strings, every_truncation_is_refused) {
  for (const Row& row : rows) {
    const std::string hex = to_hex(from_hex(row.bytes));
    const Bytes whole = from_hex(hex);
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(refusal_of(to_hex({whole.data(), size}).c_str(), 5), errc::truncated) << row.value << " " << size;
  }
}

TEST(strings, longer_than_the_bound_are_refused_both_ways) {
  Encoder out;
  EXPECT_THROW(out.string("hi!", 2), Error);
  EXPECT_EQ(out.size(), 0U);
  EXPECT_EQ(refusal_of("00000003 68692100", 2), errc::too_long);
  EXPECT_EQ(refusal_of("00000003 68692100", 3), errc{});
}

TEST(strings, with_padding_other_than_zero_are_refused) {
  EXPECT_EQ(refusal_of("00000001 68000001", 9), errc::nonzero_padding);
  EXPECT_EQ(refusal_of("00000001 68010000", 9), errc::nonzero_padding);
}

TEST(strings, may_hold_nul_bytes) {
  Encoder out;
  out.string(std::string("a\0b", 3), unbounded);
  Decoder in(out.bytes());
  std::string value;
  in.string(value, unbounded);
  EXPECT_EQ(value, std::string_view("a\0b", 3));
}

TEST(lengths, that_the_bytes_cannot_hold_are_refused_before_anything_is_allocated) {
  // CVE-2002-0391, CVE-2003-0028 and CVE-2017-8779 were all these.
  for (const std::uint32_t length :
       {1U, 0x40000000U, 0x70000000U, 0x7fffffffU, 0x80000000U, 0xfffffffcU, 0xffffffffU}) {
    Encoder out;
    out.u32(length);
    std::string string;
    Bytes opaque;
    std::vector<std::uint32_t> numbers;
    std::vector<std::string> strings;
    const auto refused = [&](auto read) {
      Decoder in(out.bytes());
      EXPECT_THROW(read(in), Error) << length;
    };
    refused([&](Decoder& in) { in.string(string, unbounded); });
    refused([&](Decoder& in) { in.opaque(opaque, unbounded); });
    refused([&](Decoder& in) { in.numbers(numbers, unbounded); });
    refused(
        [&](Decoder& in) { in.array(strings, unbounded, 4, [&](std::string& item) { in.string(item, unbounded); }); });
    EXPECT_LE(string.capacity(), 64U);
    EXPECT_EQ(opaque.capacity(), 0U);
    EXPECT_EQ(numbers.capacity(), 0U);
    EXPECT_EQ(strings.capacity(), 0U);
  }
}

TEST(lengths, of_elements_without_bytes_are_bounded_by_the_memory_limit) {
  struct Large {
    std::array<char, 1000> bytes{};
  };
  Encoder out;
  out.u32(0xffffffff);
  Decoder in(out.bytes(), {.memory = 1'000'000});
  std::vector<Large> items;
  EXPECT_THROW(in.array(items, unbounded, 0, [](Large&) {}), Error);
  EXPECT_EQ(items.capacity(), 0U);
}

}  // namespace
