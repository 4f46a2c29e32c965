#include "condition.h"

#include "words.h"

#include <array>
#include <span>

namespace idlc {
namespace {

// C's intmax_t, or uintmax_t where an operand is: what a negative one then is, the bits say.
struct Operand {
  std::uint64_t bits = 0;
  bool is_unsigned = false;

  explicit operator bool() const { return bits != 0; }
  bool is_negative() const { return !is_unsigned && bits >> 63 != 0; }
};

Operand truth(bool value) { return {value, false}; }

// Recursive descent, tightest binding last. Throws Bad; caught in evaluate_condition.
class Evaluator {
 public:
  struct Bad {};

  explicit Evaluator(std::string_view text) : text_(text) {}

  Operand whole() {
    const Operand value = choice();
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

  Operand choice() {
    const Operand condition = binary(0);
    if (!take("?")) return condition;
    if (++depth_ > deepest) throw Bad();
    const Operand yes = unless(!condition, [&] { return choice(); });
    if (!take(":")) throw Bad();
    const Operand no = unless(static_cast<bool>(condition), [&] { return choice(); });
    --depth_;
    return {condition ? yes.bits : no.bits, yes.is_unsigned || no.is_unsigned};
  }

  // What C does not evaluate may divide by zero.
  template <class Read>
  Operand unless(bool decided, Read read) {
    unevaluated_ += decided;
    const Operand value = read();
    unevaluated_ -= decided;
    return value;
  }

  Operand binary(std::size_t level) {
    if (level == levels.size()) return unary();
    Operand left = binary(level + 1);
    while (true) {
      const std::string_view sign = take_one_of(levels[level]);
      if (sign.empty()) return left;
      const bool decided = (sign == "||" && left) || (sign == "&&" && !left);
      const Operand right = unless(decided, [&] { return binary(level + 1); });
      left = apply(sign, left, right);
    }
  }

  Operand apply(std::string_view sign, Operand left, Operand right) const {
    const bool is_unsigned = left.is_unsigned || right.is_unsigned;
    const std::uint64_t a = left.bits;
    const std::uint64_t b = right.bits;
    if (sign == "||") return truth(left || right);
    if (sign == "&&") return truth(left && right);
    if (sign == "|") return {a | b, is_unsigned};
    if (sign == "^") return {a ^ b, is_unsigned};
    if (sign == "&") return {a & b, is_unsigned};
    if (sign == "==") return truth(a == b);
    if (sign == "!=") return truth(a != b);
    if (sign == "<=") return truth(!less(right, left, is_unsigned));
    if (sign == ">=") return truth(!less(left, right, is_unsigned));
    if (sign == "<") return truth(less(left, right, is_unsigned));
    if (sign == ">") return truth(less(right, left, is_unsigned));
    if (sign == "<<") return {a << (b & 63), left.is_unsigned};
    if (sign == ">>") return {shifted_right(left, b & 63), left.is_unsigned};
    if (sign == "+") return {a + b, is_unsigned};
    if (sign == "-") return {a - b, is_unsigned};
    if (sign == "*") return {a * b, is_unsigned};
    return divide(sign == "/", a, b, is_unsigned);
  }

  static bool less(Operand left, Operand right, bool is_unsigned) {
    if (is_unsigned) return left.bits < right.bits;
    return static_cast<std::int64_t>(left.bits) < static_cast<std::int64_t>(right.bits);
  }

  static std::uint64_t shifted_right(Operand value, std::uint64_t by) {
    return value.is_unsigned ? value.bits >> by
                             : static_cast<std::uint64_t>(static_cast<std::int64_t>(value.bits) >> by);
  }

  Operand divide(bool quotient, std::uint64_t a, std::uint64_t b, bool is_unsigned) const {
    if (b == 0) {
      if (unevaluated_ == 0) throw Bad();
      return {0, is_unsigned};
    }
    if (is_unsigned) return {quotient ? a / b : a % b, true};
    const auto left = static_cast<std::int64_t>(a);
    const auto right = static_cast<std::int64_t>(b);
    if (right == -1) return {quotient ? 0 - a : 0, false};  // C's own may overflow
    return {static_cast<std::uint64_t>(quotient ? left / right : left % right), false};
  }

  Operand unary() {
    if (++depth_ > deepest) throw Bad();
    const Operand value = signed_value();
    --depth_;
    return value;
  }

  Operand signed_value() {
    if (take("!")) return truth(!unary());
    if (take("~")) {
      const Operand value = unary();
      return {~value.bits, value.is_unsigned};
    }
    if (take("-")) {
      const Operand value = unary();
      return {0 - value.bits, value.is_unsigned};
    }
    if (take("+")) return unary();
    return primary();
  }

  Operand primary() {
    if (take("(")) {
      const Operand value = choice();
      if (!take(")")) throw Bad();
      return value;
    }
    if (text_.starts_with('\'')) return character();
    const std::string_view word = leading_word(text_);
    if (word.empty()) throw Bad();
    text_.remove_prefix(word.size());
    return std::isdigit(static_cast<unsigned char>(word.front())) ? number(word) : Operand();
  }

  Operand character() {
    if (text_.size() < 3 || text_[1] == '\\' || text_[2] != '\'') throw Bad();
    const auto value = static_cast<std::int64_t>(text_[1]);
    text_.remove_prefix(3);
    return {static_cast<std::uint64_t>(value), false};
  }

  static Operand number(std::string_view word) {
    const auto number = parse_number(word);
    if (!number) throw Bad();
    const bool marked = word.find_first_of("uU") != std::string_view::npos;
    return {number->magnitude, marked || number->magnitude >> 63 != 0};
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
  int unevaluated_ = 0;  // && || and ?: around that have decided
};

}  // namespace

std::optional<Number> evaluate_condition(std::string_view expression) try {
  const Operand value = Evaluator(expression).whole();
  return Number{value.is_negative() ? 0 - value.bits : value.bits, value.is_negative()};
} catch (const Evaluator::Bad&) {
  return std::nullopt;
}

}  // namespace idlc
