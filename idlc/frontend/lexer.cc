#include "lexer.h"

#include "directive.h"
#include "words.h"

namespace idlc {
namespace {

// Types inside types: more than anybody writes, few enough for every walk over them to be a recursion.
constexpr std::size_t deepest_braces = 64;

// Files that include each other, or macros of macros, may make endless text of little.
constexpr std::size_t most_text = std::size_t{256} << 20;
constexpr std::size_t deepest_macros = 200;
constexpr std::size_t most_expansions = 500'000;

// As in 1'000'000 or 0xffff_ffff.
std::string without_separators(std::string_view text) {
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i != 0 && i + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[i - 1])) &&
                         std::isxdigit(static_cast<unsigned char>(text[i + 1]));
    if (!between || (text[i] != '_' && text[i] != '\'')) digits += text[i];
  }
  return digits;
}

// A version control's mark on the .x file: nothing to the C++, whose compilers warn of it.
bool is_stamp(std::string_view line) {
  line = trimmed(line);
  if (!line.starts_with('#')) return false;
  line = trimmed(line.substr(1));
  if (leading_word(line) == "pragma") line = trimmed(line.substr(6));
  return leading_word(line) == "ident";
}

}  // namespace

void Lexer::enter(Text text, std::string_view content) {
  text.position = here_.end;
  texts_.push_back(std::move(text));
  texts_.back().outer = scan(texts_.back().macro ? std::string_view(texts_.back().text) : content);
}

bool Lexer::end_of_text() {
  if (!in_macro()) preprocessor_.end_of_file(here_.end.file);
  if (texts_.size() == 1) return false;
  Text& done = texts_.back();
  if (done.macro) {
    done.macro->expanding = false;
  } else {
    const std::uint32_t order = here_.end.order;
    here_.end = done.position;
    here_.end.order = order;
    only_blanks_ = true;
  }
  leave(done.outer);
  texts_.pop_back();
  return true;
}

bool Lexer::expand(std::string_view word) {
  Macro* macro = preprocessor_.macros().find(word);
  if (!macro || macro->expanding) return false;
  if (macro->has_parameters) {
    give_up("'" + std::string(word) + "' is a macro with parameters, which idlc does not expand");
    return false;
  }
  if (texts_.size() > deepest_macros || ++expansions_ > most_expansions) {
    give_up("'" + std::string(word) + "' stands for too much text");
    return false;
  }
  macro->expanding = true;
  Text text;
  text.text = macro->text;
  text.macro = macro;
  enter(std::move(text), {});
  return true;
}

// Within what a macro stands for, everything is where the macro is.
void Lexer::advance(std::string_view text) {
  if (in_macro()) return;
  read_ += text.size();
  here_.begin = here_.end;
  alone_on_line_ = only_blanks_;
  here_.end.order += static_cast<std::uint32_t>(text.size());
  for (const char c : text) {
    ++here_.end.column;
    if (c == '\n') {
      ++here_.end.line;
      here_.end.column = 1;
    }
    only_blanks_ = c == '\n' || (only_blanks_ && std::string_view(" \t\r\f\v").find(c) != std::string_view::npos);
  }
}

std::string Lexer::text(const Location& where) const {
  constexpr std::size_t longest = 40;
  const std::string_view text = sources_.source(where.begin.file).between(where.begin, where.end);
  return std::string(text.substr(0, longest)) + (text.size() > longest ? "..." : "");
}

void Lexer::lose(const Location& where) {
  if (where.begin.file != where.end.file) return;
  std::string_view text = sources_.source(where.begin.file).between(where.begin, where.end);
  while (!text.empty()) {
    const std::string_view word = leading_word(text);
    if (!word.empty()) lost_.emplace(word);
    text.remove_prefix(word.empty() ? 1 : word.size());
  }
}

void Lexer::enter_namespace(const Name& name) {
  spaces_.push_back(space().empty() ? name.text : space() + "::" + name.text);
}

std::string Lexer::leave_namespace() {
  std::string left = std::move(spaces_.back());
  spaces_.pop_back();
  return left;
}

void Lexer::begin_comment() { comment_ = {{}, here_, alone_on_line_}; }

void Lexer::end_comment() {
  comment_.where.end = here_.end;
  if (in_main_unit()) comments_.push_back(std::move(comment_));
}

void Lexer::comment_not_closed() { diagnostics_.error(comment_.where, "this comment is never closed"); }

void Lexer::end_line_of_comment(std::string_view line) {
  if (!trimmed(line.substr(2)).empty())
    diagnostics_.error(here_, "nothing may stand after a comment that a line with # opens");
}

void Lexer::line_comment(std::string_view text) {
  begin_comment();
  add_to_comment(text.substr(2));
  end_comment();
}

void Lexer::directive(std::string_view line) {
  if (in_macro()) return diagnostics_.error(here_, "a macro cannot stand for a line with #");
  const bool was_skipping = skipping();
  const auto file = preprocessor_.directive(line, here_);
  if (here_.begin.file == 0) note_left_out(was_skipping);
  given_up_ = given_up_ || preprocessor_.given_up();
  if (!file) return;
  if (leaves_comment_open(line)) return diagnostics_.error(here_, "a comment after #include ends on its line");
  if (read_ > most_text) return give_up("too much text is included");
  const std::string_view content = sources_.source(*file).text();
  enter({}, content);
  here_.end = {here_.end.order, *file, 1, 1};
  only_blanks_ = true;
}

void Lexer::note_left_out(bool was_skipping) {
  if (!was_skipping && skipping()) left_out_since_ = here_.begin.line;
  if (was_skipping && !skipping()) left_out_.push_back({left_out_since_, here_.begin.line});
}

// The lines without their %. One that ends in \ continues, with or without a % of its own.
void Lexer::percent_line(std::string_view lines) {
  std::string text;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    std::string_view line = lines.substr(0, end);
    while (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t first = line.find_first_not_of(" \t");
    if (first != std::string_view::npos && line[first] == '%') line.remove_prefix(first + 1);
    text.append(line).append("\n");
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  if (is_stamp(text)) return;
  percent_defines_.add(text);
  if (in_main_unit()) percent_lines_.push_back({std::move(text), here_});  // others are for their own file's header
}

Value Lexer::number(std::string_view text) {
  Value value;
  value.text = without_separators(text);
  value.where = here_;
  const auto number = parse_number(value.text);
  if (number)
    value.number = *number;
  else
    diagnostics_.error(here_, "'" + std::string(text) + "' is not a number that fits 64 bits");
  return value;
}

// 'a' or one of C's escapes; its number.
Value Lexer::character(std::string_view text) {
  Value value;
  value.where = here_;
  std::string_view inside = text.substr(1, text.size() - 2);
  if (inside.size() == 1) {
    value.number.magnitude = static_cast<unsigned char>(inside.front());
  } else if (const auto escape = std::string_view("abtnvfr").find(inside[1]); escape != std::string_view::npos) {
    value.number.magnitude = 7 + escape;
  } else if (inside[1] == '0') {
    value.number.magnitude = 0;
  } else {
    value.number.magnitude = static_cast<unsigned char>(inside[1]);
  }
  value.text = to_string(value.number);
  return value;
}

void Lexer::foreign_letters(std::string_view text) {
  diagnostics_.error(here_, "'" + std::string(text) + "' is no name: those are of A to Z, a to z, 0 to 9 and _");
}

void Lexer::quote_not_closed() { give_up("this string is never closed"); }

// C's __LINE__, by which people number procedures.
Value Lexer::line_number() {
  if (here_.begin.file == 0 && !first_line_number_) first_line_number_ = here_;
  Value value;
  value.where = here_;
  value.number.magnitude = here_.begin.line;
  value.text = to_string(value.number);
  return value;
}

// A run of them is told once.
void Lexer::unknown_character(std::string_view text) {
  if (here_.begin != last_unknown_) {
    const std::string name = text.front() == '\0' ? "a NUL byte" : "'" + std::string(text) + "'";
    diagnostics_.error(here_, name + " has no meaning in a .x file");
  }
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
