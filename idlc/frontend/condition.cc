#include "condition.h"

#include "number.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <span>

namespace idlc {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// Recursive descent, tightest binding last. Throws Bad; caught in evaluate_condition.
class Evaluator {
 public:
  struct Bad {};

  explicit Evaluator(std::string_view text) : text_(text) {}

  std::int64_t whole() {
    const std::int64_t value = binary(0);
    if (skip_space(); !text_.empty()) throw Bad();
    return value;
  }

 private:
  // A hostile file must not overflow the stack.
  static constexpr int deepest = 100;

  static constexpr std::array<std::array<std::string_view, 4>, 4> levels{
      {{"||"}, {"&&"}, {"==", "!="}, {"<=", ">=", "<", ">"}}};

  std::int64_t binary(std::size_t level) {
    if (level == levels.size()) return unary();
    std::int64_t left = binary(level + 1);
    while (true) {
      const std::string_view sign = take_one_of(levels[level]);
      if (sign.empty()) return left;
      left = apply(sign, left, binary(level + 1));
    }
  }

  static std::int64_t apply(std::string_view sign, std::int64_t left, std::int64_t right) {
    if (sign == "||") return left || right;
    if (sign == "&&") return left && right;
    if (sign == "==") return left == right;
    if (sign == "!=") return left != right;
    if (sign == "<=") return left <= right;
    if (sign == ">=") return left >= right;
    return sign == "<" ? left < right : left > right;
  }

  std::int64_t unary() {
    if (++depth_ > deepest) throw Bad();
    const std::int64_t value = take("!") ? !unary() : primary();
    --depth_;
    return value;
  }

  std::int64_t primary() {
    if (take("(")) {
      const std::int64_t value = binary(0);
      if (!take(")")) throw Bad();
      return value;
    }
    skip_space();
    const bool negative = text_.starts_with('-');
    if (negative) text_.remove_prefix(1);
    const std::string_view word = take_word();
    if (std::isdigit(static_cast<unsigned char>(word.front()))) return number(word, negative);
    if (negative) throw Bad();
    return word == "defined" ? defined() : is_defined(word);
  }

  static std::int64_t number(std::string_view word, bool negative) {
    while (word.size() > 1 && std::string_view("uUlL").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    const auto number = parse_number(word);
    if (!number || !fits_int64(*number)) throw Bad();
    const auto value = static_cast<std::int64_t>(number->magnitude);
    return negative ? -value : value;
  }

  std::int64_t defined() {
    const bool parenthesis = take("(");
    const bool value = is_defined(take_word());
    if (parenthesis && !take(")")) throw Bad();
    return value;
  }

  std::string_view take_word() {
    skip_space();
    const auto end = std::find_if_not(text_.begin(), text_.end(), is_word);
    const std::string_view word = text_.substr(0, static_cast<std::size_t>(end - text_.begin()));
    if (word.empty()) throw Bad();
    text_.remove_prefix(word.size());
    return word;
  }

  std::string_view take_one_of(std::span<const std::string_view> signs) {
    for (const std::string_view sign : signs)
      if (!sign.empty() && take(sign)) return sign;
    return {};
  }

  bool take(std::string_view sign) {
    skip_space();
    if (!text_.starts_with(sign)) return false;
    if (sign == "!" && text_.starts_with("!=")) return false;
    text_.remove_prefix(sign.size());
    return true;
  }

  void skip_space() {
    const auto first = text_.find_first_not_of(" \t\r\n\f\v\\");
    text_.remove_prefix(std::min(first, text_.size()));
  }

  std::string_view text_;
  int depth_ = 0;
};

}  // namespace

bool is_defined(std::string_view name) { return name == "RPC_HDR"; }

std::optional<std::int64_t> evaluate_condition(std::string_view expression) try {
  return Evaluator(expression).whole();
} catch (const Evaluator::Bad&) {
  return std::nullopt;
}

}  // namespace idlc
