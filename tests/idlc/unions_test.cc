// Generated unions in use.
#include "round_trip.h"

#include "union_bool.x.h"
#include "union_bool_of_itself.x.h"
#include "union_enum.x.h"
#include "union_number.x.h"

#include <utility>

namespace {

using namespace union_enum;
using namespace union_number;
using onc::xdr::errc;

template <class Make>
errc refusal_of(Make make) try {
  make();
  return {};
} catch (const onc::xdr::Error& error) {
  return static_cast<errc>(error.code().value());
}

TEST(unions, begin_with_their_first_case) {
  EXPECT_EQ(Value().kind(), Kind::number);
  EXPECT_EQ(Value().number(), 0);
  EXPECT_EQ(ByInt().status(), -1);
  EXPECT_EQ(ByUnsigned().version(), 4294967295);
}

TEST(unions, have_the_bytes_of_their_arm) {
  expect_round_trip(Value::with_number(-2), "00000000 fffffffe");
  expect_round_trip(Value::with_text(Kind::both, "hi"), "00000002 00000002 68690000");
  expect_round_trip(Value(Kind::nothing), "00000003");
  expect_round_trip(Whole::with_bytes(from_hex("01")), "00000002 00000001 01000000");
  expect_round_trip(ByInt::with_reason("x"), "ffffffff 00000001 78000000");
  expect_round_trip(ByInt(1), "00000001");
  expect_round_trip(ByUnsigned::with_newest(1), "ffffffff 00000001");
  expect_round_trip(ByUnsigned::with_other(5, 6), "00000005 00000000 00000006");
  expect_round_trip(DefaultFirst(0), "00000000");
  expect_round_trip(DefaultFirst::with_text(2, ""), "00000002 00000000");
  expect_round_trip(OnlyDefault(9), "00000009");
}

TEST(unions, without_an_arm_for_a_value_refuse_it) {
  EXPECT_EQ(refusal<Partial>("00000000"), errc::no_such_arm);
  EXPECT_EQ(refusal<ByInt>("00000002"), errc::no_such_arm);
  EXPECT_EQ(refusal<Value>("00000004"), errc::no_such_enumerator);
}

TEST(unions, cannot_be_made_to_disagree) {
  EXPECT_EQ(refusal_of([] { return Value(Kind::number); }), errc::arm_needs_value);
  EXPECT_EQ(refusal_of([] { return Value::with_text(Kind::number, ""); }), errc::wrong_arm);
  EXPECT_EQ(refusal_of([] { return ByUnsigned::with_other(4294967295, 1); }), errc::wrong_arm);
  EXPECT_EQ(refusal_of([] { return ByInt(2); }), errc::no_such_arm);
  EXPECT_EQ(refusal_of([] { return DefaultFirst(1); }), errc::arm_needs_value);
}

template <class Use>
std::string complaint_of(Use use) try {
  use();
  return "none";
} catch (const onc::xdr::Error& error) {
  EXPECT_EQ(error.code(), errc::wrong_arm);
  return error.what();
}

const std::string not_chosen = ": not the arm that the discriminant chooses (RFC 4506 §4.15)";

TEST(unions, asked_for_an_arm_that_they_do_not_hold_say_which_they_hold) {
  Value value = Value::with_number(1);
  EXPECT_EQ(complaint_of([&] { value.text() = "x"; }), "Value.text, while it holds number" + not_chosen);
  EXPECT_EQ(complaint_of([&] { std::as_const(value).text(); }), "Value.text, while it holds number" + not_chosen);
  EXPECT_EQ(complaint_of([] { Value(Kind::nothing).number(); }), "Value.number, while it holds void" + not_chosen);
}

TEST(unions, made_with_the_discriminant_of_another_arm_say_so) {
  EXPECT_EQ(complaint_of([] { Value::with_text(Kind::nothing, "x"); }), "Value::with_text(3)" + not_chosen);
  EXPECT_EQ(complaint_of([] { ByUnsigned::with_other(4294967295, 1); }),
            "ByUnsigned::with_other(4294967295)" + not_chosen);
}

TEST(unions_on_bool, are_optionals_where_false_is_void) {
  static_assert(std::is_same_v<union_bool::MaybeName, std::optional<std::string>>);
  static_assert(std::is_same_v<union_bool::MaybePoint, std::optional<union_bool::Point>>);
  union_bool::Holder holder;
  expect_round_trip(holder, "00000000 00000000 00000001 00000000");
  holder.name = "a";
  holder.point = union_bool::Point{1, 2};
  holder.either = union_bool::Either::with_text("b");
  expect_round_trip(holder, "00000001 00000001 61000000 00000001 00000001 00000002 00000000 00000001 62000000");
}

TEST(unions_on_bool, that_only_aliases_lead_back_to_hold_themselves) {
  using namespace union_bool_of_itself;
  static_assert(std::is_same_v<Planted, std::optional<Tree>>);
  static_assert(std::is_same_v<Wrapped, onc::xdr::Box<Around>>);
  expect_round_trip(Nested(), "00000001 00000000");
  expect_round_trip(Nested::with_inner(Nested(false)), "00000001 00000001 00000000");
  expect_round_trip(Tree::with_below({Tree(), Tree(false)}), "00000001 00000002 00000001 00000000 00000000");
  expect_round_trip(Ping::with_pong(Pong()), "00000001 00000001 00000001 00000000");
}

}  // namespace
