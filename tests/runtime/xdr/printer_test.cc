#include <onc/xdr/printer.h>

#include "tests/runtime/hex.h"
#include "tests/runtime/small_stack.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <limits>
#include <sstream>

namespace {

using namespace onc::xdr;
using nlohmann::json;

// What idlc would make of: enum Color { red = -1, blue = 4 }; struct Node { int value; Node *left; Node *next; };
enum class Color : std::int32_t { red = -1, blue = 4 };

void print_Color(Printer& out, Color value) {
  static constexpr EnumeratorName names[] = {{-1, "red"}, {4, "blue"}};
  out.enumerator(static_cast<std::int32_t>(value), names);
}
void print(Printer& out, Color value) { print_Color(out, value); }

struct Node {
  std::int32_t value{};
  Box<Node> left{};
  Box<Node> next{};

  void print(Printer& out) const {
    out.open("Node");
    out.field("value").integer(value);
    out.field("left").value(left);
    out.field("next").last(next);
    out.close();
  }
};

// Of the program around a .x, with its own idea of how to look.
struct Celsius {
  double degrees;
};

void print(Printer& out, const Celsius& value) { out.string(std::to_string(std::lround(value.degrees)) + " °C"); }

struct Secret {
  int number;
};

template <class T>
std::string streamed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

std::size_t occurrences(const std::string& text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

TEST(printing, writes_numbers_as_numbers) {
  EXPECT_EQ(to_text(std::int32_t{-5}), "-5");
  EXPECT_EQ(to_text(std::uint8_t{65}), "65");
  EXPECT_EQ(to_json(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(to_json(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
  EXPECT_EQ(to_text(true), "true");
  EXPECT_EQ(to_json(false), "false");
}

TEST(printing, writes_floats_so_that_they_read_back) {
  EXPECT_EQ(to_text(0.1f), "0.1");
  EXPECT_EQ(to_json(0.1), "0.1");
  EXPECT_EQ(to_json(-0.0), "-0");
  for (const double value : {1e300, 5e-324, 1.0 / 3, std::numeric_limits<double>::lowest()})
    EXPECT_EQ(json::parse(to_json(value)).get<double>(), value);
}

TEST(printing, writes_floats_that_are_no_numbers_as_words) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(to_text(infinity), "Infinity");
  EXPECT_EQ(to_json(infinity), "\"Infinity\"");
  EXPECT_EQ(to_json(-std::numeric_limits<float>::infinity()), "\"-Infinity\"");
  EXPECT_EQ(to_json(std::numeric_limits<double>::quiet_NaN()), "\"NaN\"");
}

TEST(printing, writes_enumerators_by_name_and_others_by_number) {
  EXPECT_EQ(streamed(Color::red), "red");
  EXPECT_EQ(to_json(Color::blue), "\"blue\"");
  for (const std::int32_t unknown : {-2, 0, 5}) {
    EXPECT_EQ(streamed(static_cast<Color>(unknown)), std::to_string(unknown));
    EXPECT_EQ(to_json(static_cast<Color>(unknown)), std::to_string(unknown));
  }
}

TEST(printing, writes_opaques_in_hexadecimal) {
  EXPECT_EQ(to_text(from_hex("00ff10")), "0x00ff10");
  EXPECT_EQ(to_json(from_hex("00ff10")), "\"00ff10\"");
  EXPECT_EQ(to_text(Bytes()), "0x");
  EXPECT_EQ(to_json(std::array{std::byte{7}}), "\"07\"");
  EXPECT_EQ(to_text(Quadruple{{std::byte{0x3f}, std::byte{0xff}}}), "0x3fff0000000000000000000000000000");
  EXPECT_EQ(to_json(Quadruple{}), "\"00000000000000000000000000000000\"");
}

TEST(printing, writes_lists_and_what_is_absent) {
  EXPECT_EQ(to_text(std::vector<std::string>{"a", "b"}), "[\"a\", \"b\"]");
  EXPECT_EQ(to_json(std::vector<bool>{true, false}), "[true, false]");
  EXPECT_EQ(to_json(std::vector<int>{}), "[]");
  EXPECT_EQ(to_text(std::array<std::array<int, 2>, 2>{{{1, 2}, {3, 4}}}), "[[1, 2], [3, 4]]");
  EXPECT_EQ(to_text(std::optional<int>()), "none");
  EXPECT_EQ(to_json(std::optional<int>()), "null");
  EXPECT_EQ(to_json(std::optional<int>(3)), "3");
  EXPECT_EQ(streamed(std::vector{Color::red, Color::blue}), "[red, blue]");
}

TEST(printing, asks_types_that_are_not_of_a_x_file) {
  EXPECT_EQ(to_text(std::vector{Celsius{20.6}}), "[\"21 °C\"]");
  EXPECT_EQ(streamed(Celsius{-1}), "\"-1 °C\"");
  EXPECT_EQ(to_text(std::optional(Secret{1})), "…");
  EXPECT_EQ(to_json(Secret{1}), "\"…\"");
}

TEST(printing, quotes_what_would_end_a_string) {
  const std::string text = "a\"b\\c/d";
  EXPECT_EQ(to_text(text), R"("a\"b\\c/d")");
  EXPECT_EQ(json::parse(to_json(text)), text);
}

TEST(printing, lets_no_control_character_through) {
  std::string controls;
  for (char c = 0; c < 0x20; ++c) controls += c;
  controls += "\x7f\u0080\u009b\u009f\u200e\u200f\u2028\u202e\u2066\u2069";
  for (const std::string& written : {to_text(controls), to_json(controls)})
    for (const char c : written) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << written;
  EXPECT_EQ(json::parse(to_json(controls)), controls);
  EXPECT_EQ(to_text(std::string("\x1b[2J\n\t\r")), R"("\u001b[2J\n\t\r")");
}

TEST(printing, keeps_characters_of_every_length) {
  const std::string text = "a\u00e9\u20ac\U0001f600\U0010ffff\u00a0\ud7ff\ue000";
  EXPECT_EQ(to_text(text), "\"" + text + "\"");
  EXPECT_EQ(to_json(text), "\"" + text + "\"");
}

TEST(printing, replaces_what_is_no_utf8) {
  struct Case {
    std::string bytes;
    std::string text;
  };
  const Case cases[] = {
      {"\xff", R"("\xff")"},
      {"a\x80z", R"("a\x80z")"},
      {"\xc3", R"("\xc3")"},    // ends early
      {"\xc3(", R"("\xc3(")"},  // does not go on
      {"\xe2\x82", R"("\xe2\x82")"},
      {"\xc0\xaf", R"("\xc0\xaf")"},  // longer than need be
      {"\xe0\x9f\xbf", R"("\xe0\x9f\xbf")"},
      {"\xf0\x8f\xbf\xbf", R"("\xf0\x8f\xbf\xbf")"},
      {"\xed\xa0\x80", R"("\xed\xa0\x80")"},          // a surrogate
      {"\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},  // beyond the last
      {"\xf8\x88\x80\x80\x80", R"("\xf8\x88\x80\x80\x80")"},
  };
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(to_text(bytes), text);
    EXPECT_NE(to_json(bytes).find("\uFFFD"), std::string::npos) << text;
    EXPECT_TRUE(json::accept(to_json(bytes))) << text;
  }
}

TEST(printing, is_valid_json_for_every_pair_of_bytes) {
  for (int i = 0; i < 0x10000; ++i) {
    const std::string bytes{static_cast<char>(i >> 8), static_cast<char>(i)};
    ASSERT_TRUE(json::accept(to_json(bytes))) << i;
    for (const char c : to_text(bytes)) ASSERT_FALSE(c >= 0 && (c < 0x20 || c == 0x7f)) << i;
  }
}

TEST(printing, shortens_text_and_says_so) {
  EXPECT_EQ(to_text(Bytes(64, std::byte{1})).size(), 2 + 2 * 64u);
  const std::string bytes = to_text(Bytes(1 << 20, std::byte{0xab}));
  EXPECT_TRUE(bytes.starts_with("0xabab")) << bytes;
  EXPECT_TRUE(bytes.ends_with("ab… 1048576 bytes")) << bytes;
  EXPECT_LT(bytes.size(), 200u);

  EXPECT_EQ(to_text(std::string(256, 'x')).size(), 258u);
  const std::string euros = [] {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "\u20ac";
    return text;
  }();
  const std::string shortened = to_text(euros);
  EXPECT_TRUE(shortened.ends_with("\u20ac\"… 3000 bytes")) << shortened;

  const std::string list = to_text(std::vector<int>(1000, 7));
  EXPECT_TRUE(list.ends_with("7, … 968 more]")) << list;
  EXPECT_EQ(occurrences(list, "7, "), 32u);
}

TEST(printing, bounds_the_text_of_lists_in_lists) {
  const std::string text = to_text(std::vector(100, std::vector(100, std::vector(100, std::string(200, 'x')))));
  EXPECT_LT(text.size(), 20000u);
}

TEST(printing, shortens_no_json) {
  EXPECT_EQ(json::parse(to_json(std::vector<int>(1000, 7))).size(), 1000u);
  EXPECT_EQ(to_json(std::string(1 << 20, 'x')).size(), (1u << 20) + 2);
  EXPECT_EQ(to_json(Bytes(1 << 20)).size(), (2u << 20) + 2);
}

TEST(printing, nests_objects) {
  const Node node{1, Node{2}, Node{3}};
  EXPECT_EQ(streamed(node),
            "Node{value: 1, left: Node{value: 2, left: none, next: none}, "
            "next: Node{value: 3, left: none, next: none}}");
  EXPECT_EQ(to_json(node), R"({"value": 1, "left": {"value": 2, "left": null, "next": null}, )"
                           R"("next": {"value": 3, "left": null, "next": null}})");
}

TEST(printing, keeps_chains_apart) {
  Node chain{1, Node{2, {}, Node{3}}, Node{4, Node{5, {}, Node{6}}, {}}};
  const json parsed = json::parse(to_json(chain));
  EXPECT_EQ(parsed["left"]["next"]["value"], 3);
  EXPECT_EQ(parsed["next"]["left"]["next"]["value"], 6);
  EXPECT_EQ(parsed["next"]["next"], nullptr);
}

// Each node in its turn, for a chain that would overflow the stack of who destroys it from one end.
void destroy(Node& first, Box<Node> Node::*link) {
  while (first.*link) first = Node(std::move(*(first.*link)));
}

Node chain_of(int length, Box<Node> Node::*link) {
  Node first;
  for (int i = 1; i < length; ++i) {
    Node holder;
    (holder.*link).emplace(std::move(first));
    first = std::move(holder);
  }
  return first;
}

struct Printed {
  Node node;
  std::string text{};
  std::string json{};

  void print() {
    const auto both = [this] {
      text = to_text(node);
      json = to_json(node);
    };
    on_a_small_stack(both, 256 << 10);  // for a tree as deep as it goes, also with a sanitizer's larger frames
  }
};

TEST(printing, walks_a_chain_of_a_million_in_a_small_stack) {
  Printed printed{chain_of(1000000, &Node::next)};
  printed.print();
  EXPECT_EQ(occurrences(printed.text, "Node{"), 32u);
  EXPECT_TRUE(printed.text.ends_with("next: …" + std::string(32, '}'))) << printed.text;
  EXPECT_EQ(occurrences(printed.json, "\"value\""), 1000000u);
  EXPECT_TRUE(printed.json.ends_with("null" + std::string(1000000, '}')));
  destroy(printed.node, &Node::next);
}

TEST(printing, goes_into_no_tree_deeper_than_its_limit) {
  Printed printed{chain_of(100000, &Node::left)};
  printed.print();
  EXPECT_EQ(occurrences(printed.text, "Node{"), 129u);
  EXPECT_EQ(occurrences(printed.text, "…"), 1u);
  EXPECT_TRUE(json::accept(printed.json));
  EXPECT_EQ(occurrences(printed.json, "\"…\""), 1u);
  destroy(printed.node, &Node::left);
}

TEST(printing, goes_back_to_a_level_it_has_left) {
  const std::vector<std::vector<int>> lists(1000, std::vector<int>(1));
  EXPECT_EQ(to_json(lists).find("…"), std::string::npos);
}

}  // namespace
