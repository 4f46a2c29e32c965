#include "spacing.h"

#include <algorithm>

namespace idlc::xdr {
namespace {

bool is_one_of(const Token& token, std::string_view symbols) {
  return token.kind == Token::Kind::symbol && token.text.size() == 1 &&
         symbols.find(token.text.front()) != std::string_view::npos;
}

bool ends_line_of_source(const Token& token) {
  return token.newlines != 0 || token.kind == Token::Kind::line_comment || token.kind == Token::Kind::lines ||
         (token.kind == Token::Kind::comment && token.text.find('\n') != std::string_view::npos);
}

// One of several lines fits on none.
std::size_t width_of(const Token& token) {
  return token.text.find('\n') == std::string_view::npos ? token.text.size() : line_width;
}

std::vector<std::size_t> closings_of(const std::vector<Token>& tokens) {
  std::vector<std::size_t> closings(tokens.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (ends_line_of_source(tokens[i])) open.clear();
    if (tokens[i].is("{")) open.push_back(i);
    if (!tokens[i].is("}") || open.empty()) continue;
    closings[open.back()] = i;
    open.pop_back();
  }
  return closings;
}

std::vector<std::size_t> next_of(const std::vector<Token>& tokens, std::string_view symbol) {
  std::vector<std::size_t> next(tokens.size() + 1, tokens.size());
  for (std::size_t i = tokens.size(); i-- != 0;) next[i] = tokens[i].is(symbol) ? i : next[i + 1];
  return next;
}

}  // namespace

bool spaced(const Token& before, const Token& token) {
  if (is_one_of(before, "([<*") || before.is("::")) return false;
  if (is_one_of(token, ")]>;,")) return false;
  if (token.is(":")) return before.is(":");
  if (token.is("(")) return before.kind != Token::Kind::word || before.is("switch");
  if (token.is("::")) return before.kind != Token::Kind::word || token.spaced;  // `case ::a` is not `case::a`
  if (is_one_of(token, "[<")) return before.kind != Token::Kind::word;
  return true;
}

Spacing::Spacing(const std::vector<Token>& tokens)
    : widths_(tokens.size() + 1),
      closings_(closings_of(tokens)),
      semicolons_(next_of(tokens, ";")),
      braces_(next_of(tokens, "{")),
      ends_line_(tokens.size()) {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const bool blank = i != 0 && spaced(tokens[i - 1], tokens[i]);
    widths_[i + 1] = widths_[i] + width_of(tokens[i]) + blank;
  }
  for (std::size_t i = tokens.size(); i-- != 0;) {
    const bool last = i + 1 == tokens.size() || tokens[i + 1].newlines != 0 || tokens[i + 1].is("}");
    ends_line_[i] = last || (tokens[i + 1].is_comment() && ends_line_[i + 1]);
  }
}

}  // namespace idlc::xdr
