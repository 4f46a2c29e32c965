// Generated types as text and as JSON.
#include "round_trip.h"

#include "arm_named_as_discriminant.x.h"
#include "arrays.x.h"
#include "enums.x.h"
#include "names_of_cpp.x.h"
#include "names_of_ours.x.h"
#include "numbers.x.h"
#include "opaques.x.h"
#include "optional_list.x.h"
#include "optionals.x.h"
#include "program.x.h"
#include "recursive.x.h"
#include "strings.x.h"
#include "union_bool.x.h"
#include "union_enum.x.h"
#include "union_number.x.h"

#include <nlohmann/json.hpp>

#include <sstream>

namespace {

using onc::xdr::to_json;

template <class T>
void expect_printed(const T& value, const std::string& text, const std::string& json) {
  std::ostringstream out;
  out << value;
  EXPECT_EQ(out.str(), text);
  EXPECT_EQ(to_json(value), json);
  EXPECT_TRUE(nlohmann::json::accept(json)) << json;
}

TEST(print, shows_a_struct_with_the_names_of_the_x_file) {
  expect_printed(numbers::Numbers{-1, 2, 3, -4, 5, 0.5f, 1e100, true},
                 "Numbers{a: -1, b: 2, c: 3, d: -4, e: 5, f: 0.5, g: 1e+100, h: true}",
                 R"({"a": -1, "b": 2, "c": 3, "d": -4, "e": 5, "f": 0.5, "g": 1e+100, "h": true})");
  expect_printed(numbers::Quad{{}, 1}, "Quad{a: 0x00000000000000000000000000000000, b: 1}",
                 R"({"a": "00000000000000000000000000000000", "b": 1})");
}

TEST(print, shows_names_that_cpp_has_taken_without_their_underscore) {
  expect_printed(names_of_ours::with_value::with_value_(5), "with_value{state: true, value: 5}",
                 R"({"state": true, "value": 5})");
  expect_printed(names_of_ours::encode_{}, "encode{decode: true, encode: []}", R"({"decode": true, "encode": []})");
}

TEST(print, shows_strings_and_opaques) {
  expect_printed(strings::Strings{"a", "\"\n", ""}, R"(Strings{name: "a", text: "\"\n", few: ""})",
                 R"({"name": "a", "text": "\"\n", "few": ""})");
  expect_printed(opaques::Opaques{{}, {}, from_hex("beef"), {}},
                 "Opaques{digest: 0x0000000000, four: 0x00000000, any: 0xbeef, few: 0x}",
                 R"({"digest": "0000000000", "four": "00000000", "any": "beef", "few": ""})");
}

TEST(print, shows_enumerators_by_name_wherever_they_stand) {
  expect_printed(enums::Kind::ten, "ten", "\"ten\"");
  expect_printed(static_cast<enums::Kind>(7), "7", "7");
  expect_printed(enums::Choice{enums::Kind::one, enums::Offset::below}, "Choice{kind: one, offset: below}",
                 R"({"kind": "one", "offset": "below"})");
  arrays::Arrays value;
  value.colors = {arrays::Color::blue, arrays::Color::red};
  EXPECT_EQ(nlohmann::json::parse(to_json(value))["colors"], (nlohmann::json{"blue", "red"}));
}

TEST(print, shows_arrays_of_arrays) {
  arrays::Arrays value;
  value.grid = {{1, 2}, {3, 4}};
  EXPECT_EQ(nlohmann::json::parse(to_json(value))["grid"], (nlohmann::json{{1, 2}, {3, 4}}));
}

TEST(print, shows_the_arm_of_a_union_beside_its_discriminant) {
  using namespace union_enum;
  expect_printed(Value::with_text(Kind::both, "hi"), R"(Value{kind: both, text: "hi"})",
                 R"({"kind": "both", "text": "hi"})");
  expect_printed(Value(Kind::nothing), "Value{kind: nothing}", R"({"kind": "nothing"})");
  expect_printed(union_number::ByUnsigned::with_other(5, 6), "ByUnsigned{version: 5, other: 6}",
                 R"({"version": 5, "other": 6})");
  expect_printed(union_number::DefaultFirst(0), "DefaultFirst{code: 0}", R"({"code": 0})");
  expect_printed(union_number::DefaultFirst::with_text(2, ""), R"(DefaultFirst{code: 2, text: ""})",
                 R"({"code": 2, "text": ""})");
  expect_printed(union_number::OnlyDefault(9), "OnlyDefault{code: 9}", R"({"code": 9})");
  expect_printed(union_bool::Either::with_text(""), R"(Either{left: false, text: ""})",
                 R"({"left": false, "text": ""})");
}

TEST(print, tells_an_arm_from_a_discriminant_of_the_same_name) {
  using namespace arm_named_as_discriminant;
  expect_printed(Rejected::with_status_(Rejection::mismatch), "Rejected{status: denied, status_: mismatch}",
                 R"({"status": "denied", "status_": "mismatch"})");
}

TEST(print, shows_what_may_be_absent) {
  expect_printed(optionals::Optionals{1, {}}, "Optionals{number: 1, point: none}", R"({"number": 1, "point": null})");
  expect_printed(optionals::MaybePoint({{1, 2}}), "Point{x: 1, y: 2}", R"({"x": 1, "y": 2})");
}

TEST(print, shows_a_linked_list_as_a_list) {
  expect_printed(optional_list::Entries{{"a"}, {"b"}}, R"([Entry{name: "a"}, Entry{name: "b"}])",
                 R"([{"name": "a"}, {"name": "b"}])");
}

TEST(print, shows_recursive_types) {
  using namespace recursive;
  expect_printed(Tree{1, Tree{2, {}, {}}, {}},
                 "Tree{value: 1, left: Tree{value: 2, left: none, right: none}, right: none}",
                 R"({"value": 1, "left": {"value": 2, "left": null, "right": null}, "right": null})");
  const Expression leaf = Expression::with_value(1);
  const Expression sum = Expression::with_operands(Pair{leaf, Expression::with_operands(Pair{leaf, leaf})});
  EXPECT_EQ(to_json(sum), R"({"kind": "pair", "operands": {"left": {"kind": "leaf", "value": 1}, "right": )"
                          R"({"kind": "pair", "operands": {"left": {"kind": "leaf", "value": 1}, "right": )"
                          R"({"kind": "leaf", "value": 1}}}}})");
  expect_printed(Item{"a", {{"b", {}}}}, R"(Item{name: "a", children: [Item{name: "b", children: []}]})",
                 R"({"name": "a", "children": [{"name": "b", "children": []}]})");
}

TEST(print, ends_where_values_nest_too_deep) {
  recursive::Item item;
  for (int i = 0; i < 1000; ++i) {
    recursive::Item holder;
    holder.children.push_back(std::move(item));
    item = std::move(holder);
  }
  EXPECT_TRUE(nlohmann::json::accept(to_json(item)));
  EXPECT_NE(to_json(item).find("\"…\""), std::string::npos);
}

TEST(print, streams_lists_and_optionals_of_generated_types) {
  expect_printed(std::vector{program::Status::good, program::Status::bad}, "[good, bad]", R"(["good", "bad"])");
  expect_printed(std::optional<program::Attributes>(), "none", "null");
}

}  // namespace
