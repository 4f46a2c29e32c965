#include "lexer.h"

#include "condition.h"

#include <algorithm>

namespace idlc {
namespace {

// Types inside types: more than anybody writes, few enough for every walk over them to be a recursion.
constexpr std::size_t deepest_braces = 64;

constexpr std::string_view blanks = " \t\r\n\f\v";

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n\f\v(/\"<!"));
  text.remove_prefix(word.size());
  return word;
}

// A comment after a directive is no part of it.
std::string without_comments(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t begin = std::min(text.find("/*"), text.find("//"));
    result += text.substr(0, begin);
    if (begin == std::string_view::npos || text[begin + 1] == '/') return result;
    const std::size_t end = text.find("*/", begin + 2);
    if (end == std::string_view::npos) return result;
    result += ' ';
    text.remove_prefix(end + 2);
  }
}

}  // namespace

void Lexer::advance(std::string_view text) {
  here_.begin = here_.end;
  alone_on_line_ = only_blanks_;
  for (const char c : text) {
    ++here_.end.column;
    if (c == '\n') here_.end = {here_.end.line + 1, 1};
    only_blanks_ = c == '\n' || (only_blanks_ && blanks.find(c) != std::string_view::npos);
  }
}

std::string Lexer::text(const Location& where) const {
  constexpr std::size_t longest = 40;
  const std::string_view line = source_.line(where.begin.line);
  const std::size_t size = where.end.column - where.begin.column;
  return std::string(line.substr(where.begin.column - 1, std::min(size, longest))) + (size > longest ? "..." : "");
}

void Lexer::begin_comment() { comment_ = {{}, here_, alone_on_line_}; }

void Lexer::end_comment() {
  comment_.where.end = here_.end;
  comments_.push_back(std::move(comment_));
}

void Lexer::comment_not_closed() { diagnostics_.error(comment_.where, "this comment is never closed"); }

void Lexer::line_comment(std::string_view text) {
  begin_comment();
  add_to_comment(text.substr(2));
  end_comment();
}

void Lexer::directive(std::string_view line) {
  const std::string text = without_comments(line.substr(line.find('#') + 1));
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  if (word == "ifdef") return if_directive(is_defined(take_word(rest)));
  if (word == "ifndef") return if_directive(!is_defined(take_word(rest)));
  if (word == "if") return if_directive(skipping() || condition(rest));
  if (word == "elif") return elif_directive(rest);
  if (word == "else") return else_directive();
  if (word == "endif") return endif_directive();
  if (!skipping()) other_directive(word);
}

void Lexer::if_directive(bool condition) {
  const bool skipped = skipping();
  branches_.push_back({here_, condition && !skipped, condition || skipped});
}

void Lexer::elif_directive(std::string_view expression) {
  if (branches_.empty()) return diagnostics_.error(here_, "#elif without #if");
  Branch& branch = branches_.back();
  if (branch.seen_else) diagnostics_.error(here_, "#elif after #else");
  branch.active = !branch.done && condition(expression);
  branch.done = branch.done || branch.active;
}

void Lexer::else_directive() {
  if (branches_.empty()) return diagnostics_.error(here_, "#else without #if");
  Branch& branch = branches_.back();
  if (branch.seen_else) diagnostics_.error(here_, "a second #else");
  branch.active = !branch.done;
  branch.done = true;
  branch.seen_else = true;
}

void Lexer::endif_directive() {
  if (branches_.empty()) return diagnostics_.error(here_, "#endif without #if");
  branches_.pop_back();
}

bool Lexer::condition(std::string_view expression) {
  const auto value = evaluate_condition(expression);
  if (!value)
    diagnostics_.error(here_, "the condition may consist of integers, names, defined(), !, &&, || and comparisons");
  return value.value_or(0) != 0;
}

void Lexer::other_directive(std::string_view word) {
  const bool line_marker = word.empty() || word.find_first_not_of("0123456789") == std::string_view::npos;
  if (line_marker || word == "pragma" || word == "ident" || word == "line") return;
  if (word == "include") return diagnostics_.error(here_, "#include is not supported yet");
  if (word == "define" || word == "undef")
    return diagnostics_.error(
        here_, "#" + std::string(word) + " is not supported: use const, or %#" + std::string(word) + " for the output");
  if (word == "error") return diagnostics_.error(here_, "#error");
  diagnostics_.error(here_, "#" + std::string(word) + " is not a directive");
}

void Lexer::end_of_file() {
  for (const Branch& branch : branches_) diagnostics_.error(branch.where, "this #if has no #endif");
  branches_.clear();
}

// The lines without their %. One that ends in \ continues, with or without a % of its own.
std::string Lexer::passthrough(std::string_view lines) {
  std::string result;
  while (true) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] == '%') line.remove_prefix(first + 1);
    result.append(line).append("\n");
    if (end == lines.size()) return result;
    lines.remove_prefix(end + 1);
  }
}

Value Lexer::number(std::string_view text) {
  Value value;
  value.text = text;
  value.where = here_;
  const auto number = parse_number(text);
  if (number)
    value.number = *number;
  else
    diagnostics_.error(here_, "'" + value.text + "' is not a number that fits 64 bits");
  return value;
}

void Lexer::unknown_character(std::string_view text) {
  if (here_.begin != last_unknown_)
    diagnostics_.error(here_, "'" + std::string(text) + "' has no meaning in a .x file");
  last_unknown_ = here_.end;
}

bool Lexer::open_brace() {
  if (++braces_ <= deepest_braces) return true;
  give_up("nested deeper than " + std::to_string(deepest_braces) + " levels");
  return false;
}

void Lexer::close_brace() {
  if (braces_ != 0) --braces_;
}

void Lexer::give_up(const std::string& text) {
  diagnostics_.error(here_, text);
  given_up_ = true;
}

}  // namespace idlc
