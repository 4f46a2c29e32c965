#include "condition.h"

#include "number.h"
#include "words.h"

#include <array>
#include <span>

namespace idlc {
namespace {

// C's own would be undefined where it overflows.
std::int64_t wrapped(std::uint64_t value) { return static_cast<std::int64_t>(value); }

// Recursive descent, tightest binding last. Throws Bad; caught in evaluate_condition.
class Evaluator {
 public:
  struct Bad {};

  explicit Evaluator(std::string_view text) : text_(text) {}

  std::int64_t whole() {
    const std::int64_t value = choice();
    if (skip_space(); !text_.empty()) throw Bad();
    return value;
  }

 private:
  // A hostile file must not overflow the stack.
  static constexpr int deepest = 100;

  static constexpr std::array<std::array<std::string_view, 4>, 10> levels{{{"||"},
                                                                           {"&&"},
                                                                           {"|"},
                                                                           {"^"},
                                                                           {"&"},
                                                                           {"==", "!="},
                                                                           {"<=", ">=", "<", ">"},
                                                                           {"<<", ">>"},
                                                                           {"+", "-"},
                                                                           {"*", "/", "%"}}};

  std::int64_t choice() {
    const std::int64_t condition = binary(0);
    if (!take("?")) return condition;
    if (++depth_ > deepest) throw Bad();
    const std::int64_t yes = choice();
    if (!take(":")) throw Bad();
    const std::int64_t no = choice();
    --depth_;
    return condition ? yes : no;
  }

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
    const auto a = static_cast<std::uint64_t>(left);
    const auto b = static_cast<std::uint64_t>(right);
    if (sign == "||") return left || right;
    if (sign == "&&") return left && right;
    if (sign == "|") return left | right;
    if (sign == "^") return left ^ right;
    if (sign == "&") return left & right;
    if (sign == "==") return left == right;
    if (sign == "!=") return left != right;
    if (sign == "<=") return left <= right;
    if (sign == ">=") return left >= right;
    if (sign == "<") return left < right;
    if (sign == ">") return left > right;
    if (sign == "<<") return wrapped(a << (b & 63));
    if (sign == ">>") return left >> (b & 63);
    if (sign == "+") return wrapped(a + b);
    if (sign == "-") return wrapped(a - b);
    if (sign == "*") return wrapped(a * b);
    if (right == 0) throw Bad();
    if (right == -1) return sign == "/" ? wrapped(0 - a) : 0;
    return sign == "/" ? left / right : left % right;
  }

  std::int64_t unary() {
    if (++depth_ > deepest) throw Bad();
    const std::int64_t value = signed_value();
    --depth_;
    return value;
  }

  std::int64_t signed_value() {
    if (take("!")) return !unary();
    if (take("~")) return ~unary();
    if (take("-")) return wrapped(0 - static_cast<std::uint64_t>(unary()));
    if (take("+")) return unary();
    return primary();
  }

  std::int64_t primary() {
    if (take("(")) {
      const std::int64_t value = choice();
      if (!take(")")) throw Bad();
      return value;
    }
    if (text_.starts_with('\'')) return character();
    const std::string_view word = leading_word(text_);
    if (word.empty()) throw Bad();
    text_.remove_prefix(word.size());
    return std::isdigit(static_cast<unsigned char>(word.front())) ? number(word) : 0;
  }

  std::int64_t character() {
    if (text_.size() < 3 || text_[1] == '\\' || text_[2] != '\'') throw Bad();
    const char value = text_[1];
    text_.remove_prefix(3);
    return value;
  }

  static std::int64_t number(std::string_view word) {
    const auto number = parse_number(word);
    if (!number) throw Bad();
    return wrapped(number->magnitude);
  }

  std::string_view take_one_of(std::span<const std::string_view> signs) {
    for (const std::string_view sign : signs)
      if (!sign.empty() && take(sign)) return sign;
    return {};
  }

  // Not the beginning of a longer one.
  bool take(std::string_view sign) {
    skip_space();
    if (!text_.starts_with(sign)) return false;
    const std::string_view rest = text_.substr(sign.size());
    if (sign == "!" && rest.starts_with('=')) return false;
    if ((sign == "|" || sign == "&" || sign == "<" || sign == ">") && rest.starts_with(sign)) return false;
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

std::optional<std::int64_t> evaluate_condition(std::string_view expression) try {
  return Evaluator(expression).whole();
} catch (const Evaluator::Bad&) {
  return std::nullopt;
}

}  // namespace idlc
