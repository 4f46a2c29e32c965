#include "tokens.h"

#include "frontend/directive.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace idlc::xdr {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool is_hexadecimal(char c) { return std::isxdigit(static_cast<unsigned char>(c)); }
bool is_in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

class Scanner {
 public:
  Scanner(std::string_view text, const std::vector<LineRange>& left_out)
      : text_(text), left_out_(left_out.begin()), last_left_out_(left_out.end()) {}

  std::vector<Token> scan();

 private:
  using Kind = Token::Kind;
  struct Piece {
    Kind kind;
    std::size_t end;
  };

  char at(std::size_t place) const { return place < text_.size() ? text_[place] : '\0'; }
  bool stands(std::size_t place, std::string_view what) const { return text_.substr(place, what.size()) == what; }
  std::size_t find(std::string_view what, std::size_t place) const {
    return std::min(text_.find(what, place), text_.size());
  }

  void advance(std::size_t end);
  bool on_marked_line() const;
  std::size_t end_of_pragma() const;
  Piece piece() const;
  std::size_t end_of_word(std::size_t place) const;
  std::size_t end_of_number(std::size_t place) const;
  std::size_t end_of_quoted() const;
  std::size_t end_of_comment() const { return std::min(find("*/", place_ + 2) + 2, text_.size()); }
  std::size_t end_of_line() const;
  std::size_t end_of_lines();
  std::size_t end_of_left_out() const;

  std::string_view text_;
  std::size_t place_ = 0;
  std::size_t line_ = 0;  // where this one begins
  std::size_t line_number_ = 1;
  bool begins_line_ = true;
  std::size_t column_ = 0;
  std::size_t newlines_ = 0;
  std::vector<LineRange>::const_iterator left_out_;  // what comes next
  std::vector<LineRange>::const_iterator last_left_out_;
};

void Scanner::advance(std::size_t end) {
  for (; place_ != end; ++place_) {
    column_ = column_after(column_, text_[place_]);
    if (text_[place_] == '\n') {
      line_ = place_ + 1;
      ++line_number_;
      begins_line_ = true;
    }
  }
}

// Of `pragma public x;`, which Linux has: that is one only where it begins a line. Where it is none, this place.
std::size_t Scanner::end_of_pragma() const {
  if (!begins_line_ || text_.substr(place_, end_of_word(place_) - place_) != "pragma") return place_;
  const auto after_blanks = [&](std::size_t place) {
    while (is_blank(at(place))) ++place;
    return place;
  };
  const std::size_t first = after_blanks(end_of_word(place_));
  const std::size_t second = after_blanks(end_of_word(first));
  const std::size_t end = after_blanks(end_of_word(second));
  const bool has_words = end_of_word(first) != first && end_of_word(second) != second;
  return has_words && at(end) == ';' ? end + 1 : place_;
}

bool Scanner::on_marked_line() const { return begins_line_ && (at(place_) == '#' || at(place_) == '%'); }

std::size_t Scanner::end_of_word(std::size_t place) const {
  while (is_in_word(at(place))) ++place;
  return place;
}

// As in 1'000'000.
std::size_t Scanner::end_of_number(std::size_t place) const {
  while (is_in_word(at(place)) || (at(place) == '\'' && is_hexadecimal(at(place + 1)))) ++place;
  return place;
}

// "text" or 'c'.
std::size_t Scanner::end_of_quoted() const {
  std::size_t end = place_ + 1;
  while (end < text_.size() && text_[end] != text_[place_]) end += text_[end] == '\\' ? 2 : 1;
  return std::min(end + 1, text_.size());
}

Scanner::Piece Scanner::piece() const {
  const char c = text_[place_];
  if (stands(place_, "/*")) return {Kind::comment, end_of_comment()};
  if (stands(place_, "//")) return {Kind::line_comment, find("\n", place_)};
  if (stands(place_, "::")) return {Kind::symbol, place_ + 2};
  if (is_digit(c) || (c == '-' && is_digit(at(place_ + 1)))) return {Kind::number, end_of_number(place_ + 1)};
  if (is_in_word(c)) return {Kind::word, end_of_word(place_)};
  if (c == '"' || c == '\'') return {Kind::quoted, end_of_quoted()};
  return {Kind::symbol, place_ + 1};
}

// After a last \ the line goes on, and so it does in a comment that a # leaves open.
std::size_t Scanner::end_of_line() const {
  std::size_t end = find("\n", place_);
  while (end + 1 < text_.size() && text_[end - 1] == '\\') end = find("\n", end + 1);
  const bool in_comment = at(place_) == '#' && leaves_comment_open(text_.substr(place_, end - place_));
  return in_comment ? find("\n", find("*/", end)) : end;
}

std::size_t Scanner::end_of_lines() {
  if (left_out_ == last_left_out_ || left_out_->begin != line_number_) return end_of_line();
  const std::size_t end = end_of_left_out();
  ++left_out_;
  return end;
}

std::size_t Scanner::end_of_left_out() const {
  std::size_t end = line_;
  for (std::size_t line = left_out_->begin; line != left_out_->end; ++line) end = find("\n", end) + 1;
  return end - 1;
}

std::vector<Token> Scanner::scan() {
  std::vector<Token> tokens;
  bool spaced = false;
  while (place_ != text_.size()) {
    if (text_[place_] == '\n' || is_blank(text_[place_])) {
      newlines_ += text_[place_] == '\n';
      spaced = true;
      advance(place_ + 1);
      continue;
    }
    const std::size_t pragma = end_of_pragma();
    const bool is_line = on_marked_line() || pragma != place_;
    const Piece next = is_line ? Piece{Kind::lines, pragma != place_ ? pragma : end_of_lines()} : piece();
    const std::size_t begin = next.kind == Kind::lines ? line_ : place_;
    tokens.push_back({next.kind, text_.substr(begin, next.end - begin), std::exchange(newlines_, 0),
                      std::exchange(spaced, false), column_});
    advance(next.end);
    begins_line_ = false;
  }
  return tokens;
}

}  // namespace

std::vector<Token> tokens_of(std::string_view text, const std::vector<LineRange>& left_out) {
  return Scanner(text, left_out).scan();
}

std::size_t column_after(std::size_t column, char c) {
  if (c == '\n') return 0;
  if (c == '\t') return column / 8 * 8 + 8;
  const bool continues_character = (static_cast<unsigned char>(c) & 0xC0) == 0x80;  // UTF-8
  return column + (continues_character ? 0 : 1);
}

std::size_t column_after(std::size_t column, std::string_view text) {
  for (const char c : text) column = column_after(column, c);
  return column;
}

}  // namespace idlc::xdr
