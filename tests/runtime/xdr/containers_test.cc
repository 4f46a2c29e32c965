#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include <numeric>

#include "tests/runtime/hex.h"
#include "tests/runtime/small_stack.h"

namespace {

using namespace onc::xdr;

TEST(arrays, of_numbers_are_read_and_written_at_once) {
  const std::vector<std::int32_t> values = {1, -1};
  Encoder out;
  out.numbers(values, 2);
  EXPECT_EQ(to_hex(out.bytes()), "00000002 00000001 ffffffff");
  Decoder in(out.bytes());
  std::vector<std::int32_t> read = {7, 7, 7};
  in.numbers(read, 2);
  EXPECT_EQ(read, values);
}

TEST(arrays, over_their_bound_are_refused_both_ways) {
  Encoder out;
  EXPECT_THROW(out.numbers(std::vector<std::int32_t>{1, 2, 3}, 2), Error);
  const Bytes bytes = from_hex("00000003 00000001 00000002 00000003");
  Decoder in(bytes);
  std::vector<std::int32_t> read;
  EXPECT_THROW(in.numbers(read, 2), Error);
}

TEST(arrays, of_booleans_work_although_vector_bool_is_special) {
  Encoder out;
  out.array(std::vector<bool>{true, false}, 9, [&](bool item) { out.boolean(item); });
  EXPECT_EQ(to_hex(out.bytes()), "00000002 00000001 00000000");
  Decoder in(out.bytes());
  std::vector<bool> read;
  in.array(read, 9, 4, [&](bool& item) { item = in.boolean(); });
  EXPECT_EQ(read, (std::vector<bool>{true, false}));
}

TEST(lists, have_a_boolean_before_each_element_and_one_after_the_last) {
  Encoder out;
  out.list(std::vector<std::int32_t>{5, 6}, [&](std::int32_t item) { out.i32(item); });
  EXPECT_EQ(to_hex(out.bytes()), "00000001 00000005 00000001 00000006 00000000");
  Decoder in(out.bytes());
  std::vector<std::int32_t> read = {9};
  in.list(read, [&](std::int32_t& item) { item = in.i32(); });
  EXPECT_EQ(read, (std::vector<std::int32_t>{5, 6}));
}

TEST(lists, of_ten_million_elements_are_read_in_a_small_stack) {
  std::vector<std::int32_t> values(10'000'000);
  std::iota(values.begin(), values.end(), 0);
  on_a_small_stack([&] {
    Encoder out;
    out.list(values, [&](std::int32_t item) { out.i32(item); });
    Decoder in(out.bytes());
    std::vector<std::int32_t> read;
    in.list(read, [&](std::int32_t& item) { item = in.i32(); });
    EXPECT_TRUE(read == values);
  });
}

TEST(lists, are_read_over_the_elements_that_were_there) {
  const std::string one(40, '1');
  const std::string two(41, '2');
  Encoder out;
  const auto write = [&](const std::string& item) { out.string(item, unbounded); };
  out.list(std::vector<std::string>{one, two}, write);
  std::vector<std::string> read(3, std::string(50, 'x'));
  const char* memory = read.front().data();
  Decoder in(out.bytes());
  in.list(read, [&](std::string& item) { in.string(item, unbounded); });
  EXPECT_EQ(read, (std::vector<std::string>{one, two}));
  EXPECT_EQ(read.front().data(), memory);
}

TEST(lists, stop_at_the_memory_limit) {
  Encoder out;
  out.list(std::vector<std::int32_t>(1000), [&](std::int32_t item) { out.i32(item); });
  Decoder in(out.bytes(), {.memory = 3999});
  std::vector<std::int32_t> read;
  try {
    in.list(read, [&](std::int32_t& item) { item = in.i32(); });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), errc::too_much_memory);
  }
}

TEST(lists, of_elements_of_one_size_grow_but_once) {
  Encoder out;
  out.list(std::vector<std::int32_t>(1000, 7), [&](std::int32_t item) { out.i32(item); });
  Decoder in(out.bytes());
  std::vector<std::int32_t> read;
  in.list(read, [&](std::int32_t& item) { item = in.i32(); });
  EXPECT_EQ(read, std::vector<std::int32_t>(1000, 7));
  EXPECT_EQ(read.capacity(), 1000U);
}

// Words that are 1 where the TRUE of an element as long as the first ones would be.
TEST(lists, may_look_longer_than_they_are) {
  std::vector<std::vector<std::int32_t>> items(20, std::vector<std::int32_t>(1, 1));
  items.push_back(std::vector<std::int32_t>(1000, 1));
  items.push_back({});
  Encoder out;
  out.list(items, [&](const std::vector<std::int32_t>& item) { out.numbers(item, unbounded); });
  out.string("all that is left", unbounded);
  const std::size_t needed = 22 * sizeof(items[0]) + 1020 * 4 + 16;
  for (const std::size_t memory : {needed * 16 / 15, std::size_t{1} << 20}) {
    Decoder in(out.bytes(), {.memory = memory});
    std::vector<std::vector<std::int32_t>> read;
    in.list(read, [&](std::vector<std::int32_t>& item) { in.numbers(item, unbounded); });
    EXPECT_EQ(read, items);
    std::string rest;
    in.string(rest, unbounded);
    EXPECT_EQ(rest, "all that is left");
  }
}

// Each inner list seems to go on to the end of the message: to believe that every time would cost the square of its
// size.
TEST(lists, in_a_list_that_all_look_longer_than_they_are_cost_no_more_memory_than_the_limit) {
  constexpr std::size_t lists = 1000;
  Encoder out;
  for (std::size_t i = 0; i < lists; ++i) {
    out.boolean(true);
    for (int element = 0; element < 16; ++element)
      for (const std::uint32_t word : {1U, 8U, 1U, 1U}) out.u32(word);
    out.u32(1);
    out.u32(0);
    out.boolean(false);
  }
  out.boolean(false);
  struct Item {
    Bytes data;
  };
  Decoder in(out.bytes());
  std::vector<std::vector<Item>> read;
  in.list(read,
          [&](std::vector<Item>& items) { in.list(items, [&](Item& item) { in.opaque(item.data, unbounded); }); });
  in.finish();
  ASSERT_EQ(read.size(), lists);
  std::size_t capacity = 0;
  for (const std::vector<Item>& items : read) {
    EXPECT_EQ(items.size(), 17U);
    capacity += items.capacity();
  }
  EXPECT_LE(capacity, 3 * 17 * lists);
}

TEST(arrays, of_elements_that_take_no_bytes_are_few) {
  Encoder out;
  out.u32(65'537);
  Decoder in(out.bytes());
  std::vector<char> read;
  try {
    in.array(read, unbounded, 0, [](char&) {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), errc::too_much_memory);
  }
}

TEST(optionals, are_a_boolean_and_perhaps_a_value) {
  std::optional<std::int32_t> value = 7;
  Encoder out;
  out.optional(value, [&](std::int32_t item) { out.i32(item); });
  out.optional(std::optional<std::int32_t>(), [&](std::int32_t item) { out.i32(item); });
  EXPECT_EQ(to_hex(out.bytes()), "00000001 00000007 00000000");
  Decoder in(out.bytes());
  std::optional<std::int32_t> first;
  std::optional<std::int32_t> second = 3;
  const auto read = [&](std::int32_t& item) { item = in.i32(); };
  in.optional(first, read);
  in.optional(second, read);
  EXPECT_EQ(first, value);
  EXPECT_EQ(second, std::nullopt);
}

TEST(optionals, are_read_over_the_value_that_was_there) {
  Encoder out;
  out.optional(std::optional(std::string(40, '1')), [&](const std::string& item) { out.string(item, unbounded); });
  std::optional<std::string> read(std::string(50, 'x'));
  const char* memory = read->data();
  Decoder in(out.bytes());
  in.optional(read, [&](std::string& item) { in.string(item, unbounded); });
  EXPECT_EQ(read, std::string(40, '1'));
  EXPECT_EQ(read->data(), memory);
}

struct Tree {
  std::int32_t value = 0;
  Box<Tree> left;
  Box<Tree> right;

  bool operator==(const Tree&) const = default;
};

void encode(Encoder& out, const Tree& tree) {
  out.i32(tree.value);
  out.optional(tree.left, [&](const Tree& item) { encode(out, item); });
  out.optional(tree.right, [&](const Tree& item) { encode(out, item); });
}

void decode(Decoder& in, Tree& tree) {
  const auto level = in.nest();
  tree.value = in.i32();
  in.optional(tree.left, [&](Tree& item) { decode(in, item); });
  in.optional(tree.right, [&](Tree& item) { decode(in, item); });
}

Tree chain(int length) {
  Tree tree;
  for (int i = 1; i < length; ++i) {
    Tree above;
    above.left = std::move(tree);
    tree = std::move(above);
  }
  return tree;
}

TEST(boxes, copy_and_compare_by_value) {
  Tree tree = chain(3);
  Tree copy = tree;
  EXPECT_EQ(copy, tree);
  copy.left->value = 5;
  EXPECT_NE(copy, tree);
  EXPECT_EQ(tree.left->value, 0);
}

TEST(boxes, may_be_assigned_from_their_own_inside) {
  Tree tree = chain(3);
  tree.left = tree.left->left;
  EXPECT_EQ(tree, chain(2));
}

TEST(recursive_values, deeper_than_the_limit_are_refused) {
  for (const int depth : {100, 101}) {
    Encoder out;
    encode(out, chain(depth));
    Decoder in(out.bytes(), {.depth = 100});
    Tree read;
    if (depth <= 100) {
      decode(in, read);
      EXPECT_EQ(read, chain(depth));
    } else {
      EXPECT_THROW(decode(in, read), Error);
    }
  }
}

TEST(encoder, keeps_its_memory_and_forgets_its_bytes) {
  Encoder out;
  out.string(std::string(10'000, 'x'), unbounded);
  const std::byte* memory = out.data();
  out.clear();
  out.u32(1);
  EXPECT_EQ(out.data(), memory);
  EXPECT_EQ(to_hex(out.bytes()), "00000001");
}

}  // namespace
