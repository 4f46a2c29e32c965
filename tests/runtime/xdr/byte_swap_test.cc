// Arrays of numbers by every way that this processor has.
#include <onc/xdr/byte_swap.h>
#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace onc::xdr;

// Different everywhere, also from one number to the next.
Bytes distinct_bytes(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + i / 256);
  return bytes;
}

// `count` numbers of `width` bytes, one by one.
Bytes turned(BytesView bytes, std::size_t width) {
  Bytes turned = to_bytes(bytes);
  for (auto at = turned.begin(); at != turned.end(); at += static_cast<std::ptrdiff_t>(width))
    std::reverse(at, at + static_cast<std::ptrdiff_t>(width));
  return turned;
}

// From and to places `off` bytes after an aligned one; the bytes around the target must stay.
void expect_copy(const ByteSwap& way, std::size_t width, std::size_t count, std::size_t off) {
  const std::size_t size = count * width;
  const Bytes from = distinct_bytes(off + size);
  Bytes to(off + size + 1, std::byte{0xee});
  (width == 4 ? way.four : way.eight)(to.data() + off, from.data() + off, count);
  const BytesView numbers = BytesView(from).subspan(off);
  EXPECT_EQ(Bytes(to.begin() + static_cast<std::ptrdiff_t>(off), to.end() - 1),
            std::endian::native == std::endian::little ? turned(numbers, width) : to_bytes(numbers))
      << way.name << ", " << count << " numbers of " << width << " bytes at " << off;
  to.erase(to.begin() + static_cast<std::ptrdiff_t>(off), to.end() - 1);
  EXPECT_EQ(to, Bytes(off + 1, std::byte{0xee})) << way.name;
}

TEST(byte_swap, turns_every_number_around_and_nothing_else_by_all_ways) {
  for (const ByteSwap& way : byte_swaps()) {
    if (!way.runs_here()) continue;
    for (const std::size_t width : {4U, 8U})
      for (std::size_t count = 0; count <= 70; ++count)
        for (std::size_t off = 0; off < 9; ++off) expect_copy(way, width, count, off);
  }
}

TEST(byte_swap, has_a_way_for_every_processor) {
  EXPECT_TRUE(byte_swaps().back().runs_here());
  EXPECT_TRUE(best_byte_swap().runs_here());
}

template <class T>
void expect_round_trip(std::size_t count, std::size_t former) {
  std::vector<T> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<T>(i * 2654435761U));
  Encoder out;
  out.numbers(values, unbounded);
  Encoder one_by_one;
  one_by_one.array(values, unbounded, [&](T value) { one_by_one.raw(std::as_bytes(std::span(&value, 1))); });
  EXPECT_EQ(to_bytes(out.bytes().subspan(4)), turned(one_by_one.bytes().subspan(4), sizeof(T)));
  Decoder in(out.bytes());
  std::vector<T> read(former, T{7});
  in.numbers(read, unbounded);
  in.finish();
  EXPECT_EQ(read, values) << count << " numbers of " << sizeof(T) << " bytes over " << former;
}

TEST(arrays, of_any_size_are_read_over_whatever_was_there) {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 70U, 1024U, 1025U, 5000U})
    for (const std::size_t former : {0U, 5U, 2000U, 9000U}) {
      expect_round_trip<std::int32_t>(count, former);
      expect_round_trip<double>(count, former);
    }
}

}  // namespace
