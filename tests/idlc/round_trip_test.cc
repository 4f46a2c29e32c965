// The generated codecs against bytes written by hand.
#include "round_trip.h"

#include "arrays.x.h"
#include "enums.x.h"
#include "in_place.x.h"
#include "names_of_cpp.x.h"
#include "numbers.x.h"
#include "opaques.x.h"
#include "optional_list.x.h"
#include "optionals.x.h"
#include "predefined.x.h"
#include "recursive.x.h"
#include "runs.x.h"
#include "small_numbers.x.h"
#include "strings.x.h"

namespace {

using onc::xdr::errc;

std::byte operator""_b(unsigned long long value) { return static_cast<std::byte>(value); }

TEST(numbers, are_big_endian_and_four_or_eight_bytes) {
  expect_round_trip(numbers::Numbers{-1, 2, 3, -4, 5, 1.5f, -2, true},
                    "ffffffff 00000002 00000003 ffffffff fffffffc 00000000 00000005 "
                    "3fc00000 c0000000 00000000 00000001");
  expect_round_trip(numbers::OneNumber{7}, "00000007");
  numbers::Quad quad;
  quad.a.bytes[0] = 0x3f_b;
  quad.b = 1;
  expect_round_trip(quad, "3f000000 00000000 00000000 00000000 00000001");
}

TEST(numbers, that_are_bools_are_0_or_1) {
  EXPECT_EQ(refusal<numbers::Numbers>("ffffffff 00000002 00000003 ffffffff fffffffc 00000000 00000005 "
                                      "3fc00000 c0000000 00000000 00000002"),
            errc::bad_boolean);
}

TEST(small_numbers, take_four_bytes_and_must_fit) {
  expect_round_trip(small_numbers::Small{-1, 255, -2, 65535, -3, 4, {1, 2, 3, -4}, {9}},
                    "ffffffff 000000ff fffffffe 0000ffff fffffffd 00000004 "
                    "00000001 00000002 00000003 fffffffc 00000001 00000009");
  const std::string rest = " 00000000 00000000 00000000 00000000";
  EXPECT_EQ(refusal<small_numbers::Small>("00000080 00000000" + rest), errc::out_of_range);
  EXPECT_EQ(refusal<small_numbers::Small>("00000000 00000100" + rest), errc::out_of_range);
}

TEST(strings, are_filled_up_and_bounded_both_ways) {
  expect_round_trip(strings::Strings{"hi", "", "abc"}, "00000002 68690000 00000000 00000003 61626300");
  EXPECT_EQ(refusal<strings::Strings>("00000006 68696869 68690000"), errc::too_long);
  EXPECT_EQ(refusal<strings::Strings>("00000002 68690001"), errc::nonzero_padding);
  EXPECT_THROW(encoded(strings::Strings{"sixsix", "", ""}), onc::xdr::Error);
}

TEST(opaques, are_filled_up_and_bounded) {
  opaques::Opaques value;
  value.digest = {1_b, 2_b, 3_b, 4_b, 5_b};
  value.four = {6_b, 7_b, 8_b, 9_b};
  value.any = from_hex("aabbccddee");
  value.few = from_hex("ff");
  expect_round_trip(value, "01020304 05000000 06070809 00000005 aabbccdd ee000000 00000001 ff000000");
  value.few = from_hex("01020304");
  EXPECT_THROW(encoded(value), onc::xdr::Error);
}

TEST(arrays, are_fixed_or_counted) {
  arrays::Arrays value;
  value.fixed = {1, 2, 3};
  value.variable = {-1};
  value.flags = {true, false};
  value.switches = {false, true};
  value.colors = {arrays::Color::blue};
  value.name = "a";
  value.grid = {{1, 2}, {3, 4}};
  expect_round_trip(value,
                    "00000001 00000002 00000003 00000001 ffffffff ffffffff 00000002 00000001 00000000 "
                    "00000000 00000001 00000001 00000004 00000001 61000000 "
                    "00000002 00000001 00000002 00000003 00000004");
  expect_round_trip(arrays::Page{{"a"}, {"", "b"}}, "00000001 00000001 61000000 00000000 00000001 62000000");
}

TEST(arrays, may_not_announce_more_than_the_bytes_can_hold) {
  EXPECT_EQ(refusal<arrays::Page>("00000003"), errc::too_long);
  EXPECT_EQ(refusal<arrays::Arrays>("00000001 00000002 00000003 00000000 ffffffff"), errc::truncated);
}

TEST(enums, without_a_zero_begin_with_their_first_value_in_arrays_too) {
  expect_round_trip(enums::Grid{}, "00000001 00000001 00000001 00000001 00000001 00000001 00000001");
}

TEST(enums, decode_their_own_values_only) {
  expect_round_trip(enums::Choice{enums::Kind::eleven, enums::Offset::below}, "0000000b ffffffff");
  expect_round_trip(enums::Choice{enums::Kind::zero, enums::Offset::same}, "00000000 00000010");
  EXPECT_EQ(static_cast<int>(enums::Offset::octal), 8);
  EXPECT_EQ(refusal<enums::Choice>("00000002 ffffffff"), errc::no_such_enumerator);
}

TEST(enums, that_are_wrong_are_told_with_their_byte) {
  try {
    decoded<enums::Choice>("00000000 00000063");
    FAIL();
  } catch (const onc::xdr::Error& error) {
    EXPECT_EQ(error.offset(), 4u);
    EXPECT_STREQ(error.what(), "Offset: not a value of the enum (RFC 4506 §4.3), byte 4");
  }
}

TEST(runs, have_the_bytes_of_their_fields) {
  runs::Runs value;
  value.a = 1;
  value.b = {1_b, 2_b, 3_b};
  value.c = {4, 5};
  value.d = "d";
  value.e = true;
  value.f = 1;
  value.h = 9;
  expect_round_trip(value,
                    "00000001 01020300 00000000 00000004 00000000 00000005 00000001 64000000 "
                    "00000001 3ff00000 00000000 00000000 00000009");
}

TEST(runs, that_are_long_have_the_bytes_of_their_fields_too) {
  runs::Long value;
  value.known = true;
  value.digest.front() = 1_b;
  value.digest.back() = 2_b;
  value.few = {3, 4, 5, 6};
  value.many.front() = 7;
  value.many.back() = 8;
  const std::string zeros = " 00000000 00000000 00000000 00000000 00000000";
  const std::string digest = "01000000" + zeros + " 00000000 00020000 ";
  expect_round_trip(value, "00000001 " + digest + "00000003 00000004 00000005 00000006 00000007" + zeros + zeros +
                               zeros + " 00000008");
}

TEST(optionals, are_preceded_by_a_bool) {
  expect_round_trip(optionals::Optionals{}, "00000000 00000000");
  expect_round_trip(optionals::Optionals{7, optionals::Point{1, 2}}, "00000001 00000007 00000001 00000001 00000002");
}

TEST(lists, are_vectors) {
  using namespace optional_list;
  expect_round_trip(Directory{{{"a"}, {"b"}}, {}},
                    "00000001 00000001 61000000 00000001 00000001 62000000 00000000 00000000");
  static_assert(std::is_same_v<StringList, std::vector<StringEntry>>);
  static_assert(std::is_same_v<chain, std::vector<node>>);
}

TEST(recursive_types, are_boxes_and_vectors) {
  using namespace recursive;
  Tree tree{1, Tree{2, {}, {}}, {}};
  expect_round_trip(tree, "00000001 00000001 00000002 00000000 00000000 00000000");
  const Tree copy = tree;
  tree.left->value = 3;
  EXPECT_EQ(copy.left->value, 2);
  expect_round_trip(Item{"a", {Item{"b", {}}, Item{"c", {}}}},
                    "00000001 61000000 00000002 00000001 62000000 00000000 00000001 63000000 00000000");
  const Expression leaf = Expression::with_value(5);
  expect_round_trip(Expression::with_operands(Pair{leaf, leaf}),
                    "00000001 00000001 00000000 00000005 00000000 00000005");
}

TEST(recursive_types, may_not_nest_without_end) {
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "0000000100000001";
  EXPECT_EQ(refusal<recursive::Tree>(deep), errc::too_deep);
}

TEST(types_in_place, have_names_of_their_own) {
  in_place::Outer outer;
  outer.point = in_place::Outer_point{1, 2};
  outer.size = in_place::Outer_size::large;
  outer.choice = in_place::Outer_choice::with_named({"a"});
  outer.many = {{3}};
  expect_round_trip(outer, "00000001 00000002 00000001 00000000 00000001 61000000 00000001 00000003");
}

TEST(predefined_types, are_those_of_rpcgen) {
  predefined::Predefined value{};
  value.a = 1;
  value.h = 2;
  value.m = true;
  value.n = from_hex("ff");
  value.o = 0x20000001;
  value.s = 0xffffffff;  // no sign
  expect_round_trip(value,
                    "00000001 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000002 "
                    "00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 "
                    "00000001 00000001 ff000000 20000001 00000000 00000000 00000000 ffffffff");
}

TEST(names_of_cpp, can_be_used_with_an_underscore) {
  names_of_cpp::Words words;
  words.delete_ = 1;
  words.delete__ = 2;
  words.major_ = 3;
  words.errno_ = "e";
  (void)names_of_cpp::Word::class_;
}

}  // namespace
