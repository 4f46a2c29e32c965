#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include "tests/runtime/hex.h"

#include <cstring>

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

struct Refusal {
  errc code{};
  std::size_t offset = 0;
  std::size_t needed = 0;

  bool operator==(const Refusal&) const = default;
};

void read(Decoder& in, std::string& value, Bound bound) { in.string(value, bound); }
void read(Decoder& in, Bytes& value, Bound bound) { in.opaque(value, bound); }

// Nothing where the bytes are taken.
template <class Value>
Refusal refusal(Decoder in, Bound bound, Value value) {
  try {
    read(in, value, bound);
  } catch (const Error& error) {
    return {static_cast<errc>(error.code().value()), error.offset(), error.needed()};
  }
  return {};
}

// The same for either type, and for a value that has the memory already and one that has not.
errc refusal_of(BytesView bytes, std::uint32_t bound, Limits limits = {}) {
  const Decoder in(bytes, limits);
  const Refusal found = refusal(in, bound, std::string());
  EXPECT_EQ(refusal(in, bound, std::string(99, 'x')), found);
  EXPECT_EQ(refusal(in, bound, Bytes()), found);
  EXPECT_EQ(refusal(in, bound, Bytes(99)), found);
  return found.code;
}
errc refusal_of(const char* hex, std::uint32_t bound) { return refusal_of(from_hex(hex), bound); }

void write_after_numbers(Encoder& out, const Row& row) {
  const auto* text = reinterpret_cast<const std::byte*>(row.value);
  out.string_after(-2, row.value, 5);
  out.opaque_after(3, Bytes(text, text + std::strlen(row.value)), 5);
}

TEST(strings, after_a_number_are_filled_up_too) {
  Encoder out;
  for (const Row& row : rows) {
    out.clear();
    out.raw(Bytes(64, std::byte{0xff}));
    out.clear();
    write_after_numbers(out, row);
    const std::string bytes = row.bytes;
    EXPECT_EQ(to_hex(out.bytes()), "fffffffe " + bytes + " 00000003 " + bytes);
  }
}

// The buffer ends before each of their bytes in turn.
TEST(strings, after_a_number_make_room_for_themselves) {
  for (const Row& row : rows) {
    for (std::size_t before = 480; before < 520; before += 4) {
      Encoder out;
      out.raw(Bytes(before));
      write_after_numbers(out, row);
      const std::string bytes = row.bytes;
      EXPECT_EQ(to_hex(out.bytes().subspan(before)), "fffffffe " + bytes + " 00000003 " + bytes);
    }
  }
}

TEST(strings, after_a_number_longer_than_the_bound_are_refused) {
  for (const bool lent : {false, true}) {
    const auto refusal = [&](auto write) -> std::string {
      Encoder out;
      out.keep_large(5);
      out.lend_large(lent);
      try {
        write(out);
      } catch (const Error& error) {
        return error.what();
      }
      return "none";
    };
    const Bound bound{4, "Item.name"};
    const std::string expected = refusal([&](Encoder& out) { out.i32(1), out.string("hiho!", bound); });
    EXPECT_NE(expected.find("5 bytes, at most 4"), std::string::npos) << expected;
    EXPECT_EQ(refusal([&](Encoder& out) { out.string_after(1, "hiho!", bound); }), expected);
    EXPECT_EQ(refusal([&](Encoder& out) { out.opaque_after(1, Bytes(5), bound); }), expected);
    EXPECT_EQ(refusal([&](Encoder& out) { out.i32(1), out.opaque(Bytes(5), bound); }), expected);
  }
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
    const Bytes whole = from_hex(row.bytes);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const Bytes part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_EQ(refusal_of(part, 5), errc::truncated) << row.value << " " << size;
    }
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

TEST(strings, over_the_memory_limit_are_refused) {
  const Bytes bytes = from_hex("00000005 6869686f 21000000");
  EXPECT_EQ(refusal_of(bytes, 9, {.memory = 4}), errc::too_much_memory);
  EXPECT_EQ(refusal_of(bytes, 9, {.memory = 5}), errc{});
}

TEST(strings, of_any_size_replace_whatever_was_there) {
  for (std::size_t size = 0; size <= 150; ++size) {
    std::string text;
    for (std::size_t i = 0; i < size; ++i) text += static_cast<char>('0' + i);
    const auto* bytes = reinterpret_cast<const std::byte*>(text.data());
    Encoder out;
    out.string(text, unbounded);
    out.opaque(BytesView(bytes, size), unbounded);
    for (const std::size_t former : {0U, 1U, 30U, 149U, 300U}) {
      std::string string(former, 'x');
      Bytes opaque(former, std::byte{'x'});
      Decoder in(out.bytes());
      in.string(string, unbounded);
      in.opaque(opaque, unbounded);
      in.finish();
      EXPECT_EQ(string, text) << former;
      EXPECT_EQ(opaque, Bytes(bytes, bytes + size)) << former;
    }
  }
}

TEST(strings, are_written_the_same_where_the_encoder_has_to_grow) {
  const std::string text = "seven b";
  for (std::size_t before = 490; before <= 520; ++before) {  // what an encoder begins with is near
    Encoder out;
    out.raw(Bytes(before, std::byte{1}));
    out.string(text, unbounded);
    out.opaque(std::array<std::byte, 3>{});
    EXPECT_EQ(to_hex(out.bytes().subspan(before)), "00000007 73657665 6e206200 00000000");
  }
}

TEST(strings, keep_the_memory_they_have) {
  Encoder out;
  out.string(std::string(90, 'a'), unbounded);
  std::string value(100, 'b');
  const char* memory = value.data();
  Decoder in(out.bytes());
  in.string(value, unbounded);
  EXPECT_EQ(value, std::string(90, 'a'));
  EXPECT_EQ(value.data(), memory);
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

// From 2^30 on, those whose product with a size wraps to little or nothing in 32 bits among them.
std::vector<std::uint32_t> large_counts(std::uint32_t size) {
  std::vector<std::uint32_t> counts{0x40000000, 0x7fffffff, 0x80000000, 0xffffffff};
  for (std::uint64_t multiple = 1; multiple <= size; ++multiple)
    for (const std::uint64_t more : {0U, 1U})
      if (const std::uint64_t count = (multiple << 32) / size + more; count >= 0x40000000 && count <= 0xffffffff)
        counts.push_back(static_cast<std::uint32_t>(count));
  return counts;
}

template <std::size_t size>
void expect_no_array_of_elements_of() {
  using Element = std::array<std::byte, size>;
  for (const std::uint32_t count : large_counts(size)) {
    for (const std::size_t present : {std::size_t{0}, std::size_t{4}, std::size_t{64}}) {
      Encoder out;
      out.u32(count);
      out.raw(Bytes(present));
      std::vector<Element> items;
      Decoder in(out.bytes());
      EXPECT_THROW(in.array(items, unbounded, size + padding(size), [&](Element& item) { in.opaque(item); }), Error)
          << count << " elements of " << size << " bytes";
      EXPECT_EQ(items.capacity(), 0U);
    }
  }
}

template <std::size_t... sizes>
void expect_no_array_of_elements_of_each(std::index_sequence<sizes...>) {
  (expect_no_array_of_elements_of<sizes + 1>(), ...);
}

TEST(lengths, that_overflow_with_any_element_size_are_refused_before_anything_is_allocated) {
  expect_no_array_of_elements_of_each(std::make_index_sequence<64>());
}

TEST(lengths, that_are_negative_as_signed_numbers_are_refused_however_much_is_there) {
  for (std::uint64_t length = 0x80000000; length <= 0xffffffff; length += 0x0fffffff) {
    for (const std::size_t present : {0U, 1U, 3U, 4U, 5U, 64U, 4096U}) {
      Encoder out;
      out.u32(static_cast<std::uint32_t>(length));
      out.raw(Bytes(present));
      std::string string;
      Bytes opaque;
      Decoder strings(out.bytes());
      EXPECT_THROW(strings.string(string, unbounded), Error) << length;
      Decoder opaques(out.bytes());
      EXPECT_THROW(opaques.opaque(opaque, unbounded), Error) << length;
      EXPECT_LE(string.capacity(), 64U);
      EXPECT_EQ(opaque.capacity(), 0U);
    }
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
