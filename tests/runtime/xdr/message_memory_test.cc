// Large opaques that stay in the memory of the message they came in.
#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include <thread>

namespace {

using namespace onc::xdr;

constexpr std::uint32_t size = 100'000;

Bytes message_of(std::uint32_t length, std::size_t header = 8) {
  Encoder out;
  out.raw(Bytes(header, std::byte{1}));
  out.opaque(Bytes(length, std::byte{7}), unbounded);
  return to_bytes(out.bytes());
}

// Decodes what follows the header.
Bytes value_of(Bytes& message, std::size_t header = 8, Limits limits = {}) {
  Decoder in(message, limits);
  in.may_take(&message);
  in.raw(header);
  Bytes value;
  in.opaque(value, unbounded);
  in.finish();
  return value;
}

const Bytes expected(size, std::byte{7});

TEST(message_memory, is_taken_by_a_large_opaque_at_the_end) {
  for (const std::size_t header : {0U, 4U, 8U, 40U}) {
    Bytes message = message_of(size, header);
    const std::byte* const place = message.data() + header + 4;
    const Bytes value = value_of(message, header);
    EXPECT_EQ(value.data(), place);
    EXPECT_EQ(value, expected);
    EXPECT_TRUE(message.empty());
  }
}

TEST(message_memory, taken_may_be_used_as_any_other) {
  Bytes message = message_of(size);
  Bytes value = value_of(message);
  const Bytes copy = value;
  EXPECT_NE(copy.data(), value.data());
  Bytes other(5, std::byte{1});
  value.swap(other);
  EXPECT_EQ(other, expected);
  other.push_back(std::byte{8});
  EXPECT_EQ(other.size(), size + 1U);
  EXPECT_TRUE(std::equal(copy.begin(), copy.end(), other.begin()));
  message = std::move(other);
  std::thread([moved = std::move(message)]() mutable {
    moved.resize(3);
    moved.shrink_to_fit();
    EXPECT_EQ(moved, Bytes(3, std::byte{7}));
  }).join();
  EXPECT_EQ(copy, expected);
}

TEST(message_memory, taken_may_shrink_and_grow_and_be_assigned_to) {
  Bytes message = message_of(size);
  Bytes value = value_of(message);
  value.resize(size / 2);
  value.shrink_to_fit();
  value.resize(2 * size);
  EXPECT_TRUE(std::equal(value.begin(), value.begin() + size / 2, expected.begin()));
  message = message_of(size);
  value = value_of(message);
  EXPECT_EQ(value, expected);
  value = Bytes(3);
  EXPECT_EQ(value.size(), 3U);
}

TEST(message_memory, is_left_to_small_opaques) {
  Bytes message = message_of(large_bytes - 1);
  EXPECT_EQ(value_of(message).size(), large_bytes - 1);
  EXPECT_FALSE(message.empty());
}

TEST(message_memory, is_left_where_it_is_more_than_twice_the_value) {
  Bytes message = message_of(size);
  message.reserve(2 * size + 100);
  EXPECT_EQ(value_of(message), expected);
  EXPECT_FALSE(message.empty());
}

TEST(message_memory, is_left_where_something_follows) {
  Encoder out;
  out.opaque(expected, unbounded);
  out.u32(9);
  Bytes message = to_bytes(out.bytes());
  Decoder in(message);
  in.may_take(&message);
  Bytes value;
  in.opaque(value, unbounded);
  EXPECT_EQ(value, expected);
  EXPECT_EQ(in.u32(), 9U);
  EXPECT_FALSE(message.empty());
}

TEST(message_memory, counts_against_the_limit) {
  Bytes message = message_of(size);
  EXPECT_THROW(value_of(message, 8, {.memory = size - 1}), Error);
  EXPECT_FALSE(message.empty());
}

TEST(message_memory, is_left_where_the_value_is_wrong) {
  Bytes message = message_of(size + 1);
  message.back() = std::byte{1};  // padding
  EXPECT_THROW(value_of(message), Error);
  EXPECT_FALSE(message.empty());
}

}  // namespace
