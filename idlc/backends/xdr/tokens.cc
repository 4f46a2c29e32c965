#include "tokens.h"

#include <algorithm>
#include <cctype>
#include <utility>

namespace idlc::xdr {
namespace {

constexpr std::string_view blanks = " \t";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)); }
bool is_in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

// What a line does to those that follow it.
struct LineRules {
  bool comments = true;    // a comment that it opens belongs to it
  bool continued = false;  // after a last \ so does the next line
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

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
  std::size_t first_in_line(std::size_t place) const {
    return std::min(text_.find_first_not_of(blanks, place), text_.size());
  }

  void advance(std::size_t end);
  bool on_marked_line() const;
  Piece piece() const;
  Piece quoted();
  std::size_t end_of_word(std::size_t place) const;
  std::size_t end_of_character() const;

  std::size_t end_of_comment(std::size_t place) const { return std::min(find("*/", place + 2) + 2, text_.size()); }
  std::size_t end_of_line(std::size_t place, LineRules rules) const;
  std::size_t end_of_marked_line(std::size_t place) const;
  std::size_t end_of_left_out(std::size_t place) const;
  std::size_t end_of_lines() const;

  std::string_view text_;
  std::size_t place_ = 0;
  std::size_t line_ = 0;  // where this one begins
  bool begins_line_ = true;
  std::size_t column_ = 0;
  std::size_t newlines_ = 0;
  std::size_t no_quote_before_ = 0;  // no " up to there has a partner
  bool unclosed_ = false;            // there was one since the last line with # or %
};

void Scanner::advance(std::size_t end) {
  for (; place_ != end; ++place_) {
    column_ = column_after(column_, text_[place_]);
    if (text_[place_] == '\n') {
      line_ = place_ + 1;
      begins_line_ = true;
    }
  }
}

bool Scanner::on_marked_line() const { return begins_line_ && (at(place_) == '#' || at(place_) == '%'); }

std::size_t Scanner::end_of_word(std::size_t place) const {
  while (is_in_word(at(place))) ++place;
  return place;
}

// 'a' or '\n' or '\x41'; otherwise the ' alone, as in a text that an #if leaves out.
std::size_t Scanner::end_of_character() const {
  const bool escaped = at(place_ + 1) == '\\';
  const std::size_t first = place_ + (escaped ? 3 : 2);
  for (std::size_t end = first; end <= first + (escaped ? 2 : 0); ++end)
    if (at(end) == '\'' && text_.substr(place_, end - place_).find('\n') == std::string_view::npos) return end + 1;
  return place_ + 1;
}

Scanner::Piece Scanner::quoted() {
  std::size_t end = place_ + 1;
  while (end < text_.size() && text_[end] != '"' && text_[end] != '\n')
    end += text_[end] == '\\' && at(end + 1) != '\n' ? 2 : 1;
  if (at(end) == '"') return {Kind::quoted, end + 1};
  no_quote_before_ = std::min(end, text_.size());
  unclosed_ = true;
  return {Kind::symbol, place_ + 1};
}

Scanner::Piece Scanner::piece() const {
  const char c = text_[place_];
  if (stands(place_, "/*")) return {Kind::comment, end_of_comment(place_)};
  if (stands(place_, "//")) return {Kind::line_comment, find("\n", place_)};
  if (stands(place_, "::")) return {Kind::symbol, place_ + 2};
  if (is_digit(c) || (c == '-' && is_digit(at(place_ + 1)))) return {Kind::number, end_of_word(place_ + 1)};
  if (is_in_word(c)) return {Kind::word, end_of_word(place_)};
  if (c == '\'' && end_of_character() != place_ + 1) return {Kind::quoted, end_of_character()};
  return {Kind::symbol, place_ + 1};
}

std::size_t Scanner::end_of_line(std::size_t place, LineRules rules) const {
  for (; place < text_.size(); ++place) {
    if (rules.comments && stands(place, "/*")) place = end_of_comment(place) - 1;
    if (rules.comments && stands(place, "//")) rules.comments = false;
    if (text_[place] == '\n' && !(rules.continued && text_[place - 1] == '\\')) return place;
  }
  return text_.size();
}

// A /* on a line with % opens no comment.
std::size_t Scanner::end_of_marked_line(std::size_t place) const {
  const char mark = at(first_in_line(place));
  return end_of_line(place, {.comments = mark != '%', .continued = mark == '%' || mark == '#'});
}

// Up to the line before the #else, #elif or #endif.
std::size_t Scanner::end_of_left_out(std::size_t place) const {
  for (std::size_t depth = 1; place < text_.size();) {
    const std::size_t end = end_of_marked_line(place + 1);
    const std::string_view word = directive(text_.substr(place + 1, end - place - 1));
    if (word.starts_with("if")) ++depth;
    if (depth == 1 && (word.starts_with("el") || word == "endif")) break;
    if (word == "endif") --depth;
    place = end;
  }
  return place;
}

bool is_if_zero(std::string_view line) {
  if (directive(line) != "if") return false;
  line.remove_prefix(line.find("if") + 2);
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  line = line.substr(0, line.find('/'));  // a comment
  return line.substr(0, line.find_last_not_of(" \t") + 1) == "0";
}

std::size_t Scanner::end_of_lines() const {
  const std::size_t end = end_of_marked_line(line_);
  return is_if_zero(text_.substr(line_, end - line_)) ? end_of_left_out(end) : end;
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
    const bool must_begin_line = newlines_ != 0 && unclosed_;
    const Piece next = on_marked_line()                                     ? Piece{Kind::lines, end_of_lines()}
                       : text_[place_] == '"' && place_ >= no_quote_before_ ? quoted()
                                                                            : piece();
    if (next.kind == Kind::lines) unclosed_ = false;
    const std::size_t begin = next.kind == Kind::lines ? line_ : place_;
    tokens.push_back({next.kind, text_.substr(begin, next.end - begin), std::exchange(newlines_, 0),
                      std::exchange(spaced, false), column_, must_begin_line});
    advance(next.end);
    begins_line_ = false;
  }
  return tokens;
}

}  // namespace

std::vector<Token> tokens_of(std::string_view text) { return Scanner(text).scan(); }

std::string_view directive(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
  if (!line.starts_with('#')) return {};
  line.remove_prefix(std::min(line.find_first_not_of(blanks, 1), line.size()));
  return line.substr(0,
                     static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_in_word) - line.begin()));
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
