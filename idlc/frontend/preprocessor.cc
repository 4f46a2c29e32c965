#include "preprocessor.h"

#include "condition.h"
#include "directive.h"
#include "suggestions.h"
#include "words.h"

#include <algorithm>

namespace idlc {
namespace {

// A \ at the end of a line: the next one goes on.
std::string joined_lines(std::string_view text) {
  std::string result;
  while (true) {
    const std::size_t at = std::min(text.find('\\'), text.size());
    const std::size_t end = std::min(text.find_first_not_of('\r', at + 1), text.size());
    result += text.substr(0, at);
    if (at == text.size()) return result;
    const bool joins = end != text.size() && text[end] == '\n';
    result += joins ? ' ' : '\\';
    text.remove_prefix(joins ? end + 1 : at + 1);
  }
}

std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = leading_word(text);
  text.remove_prefix(word.size());
  return word;
}

}  // namespace

Preprocessor::Preprocessor(Sources& sources, const Options& options, Diagnostics& diagnostics)
    : sources_(sources), options_(options), diagnostics_(diagnostics) {
  // What rpcgen defines when it writes a header.
  macros_.define("RPC_HDR", {"1"});
  for (const auto& [name, text] : options.definitions) macros_.define(name, {text});
}

std::optional<std::uint32_t> Preprocessor::directive(std::string_view line, const Location& where) {
  const std::string text = without_comments(joined_lines(line.substr(line.find('#') + 1)));
  std::string_view rest = text;
  const std::string_view word = take_word(rest);
  if (conditional(word, rest, where) || skipping()) return std::nullopt;
  if (word == "include") return include(trimmed(rest), where);
  if (word == "define")
    define(rest, where);
  else if (word == "undef")
    undefine(rest, where);
  else
    refuse(word.empty() ? trimmed(rest) : std::string_view(text), where);
  return std::nullopt;
}

bool Preprocessor::conditional(std::string_view word, std::string_view rest, const Location& where) {
  if (word == "ifdef")
    if_directive(skipping() || is_defined(rest, where), where);
  else if (word == "ifndef")
    if_directive(skipping() || !is_defined(rest, where), where);
  else if (word == "if")
    if_directive(skipping() || condition(rest, where), where);
  else if (word == "elif")
    elif_directive(rest, where);
  else if (word == "else")
    else_directive(where);
  else if (word == "endif")
    endif_directive(where);
  else
    return false;
  return true;
}

void Preprocessor::if_directive(bool condition, const Location& where) {
  const bool skipped = skipping();
  branches_.push_back({where, condition && !skipped, condition || skipped});
}

Preprocessor::Branch* Preprocessor::innermost(const std::string& word, const Location& where) {
  if (!branches_.empty() && branches_.back().where.begin.file == where.begin.file) return &branches_.back();
  diagnostics_.error(where, "#" + word + " without #if");
  return nullptr;
}

void Preprocessor::elif_directive(std::string_view expression, const Location& where) {
  Branch* branch = innermost("elif", where);
  if (!branch) return;
  if (branch->seen_else) diagnostics_.error(where, "#elif after #else");
  branch->active = !branch->done && condition(expression, where);
  branch->done = branch->done || branch->active;
}

void Preprocessor::else_directive(const Location& where) {
  Branch* branch = innermost("else", where);
  if (!branch) return;
  if (branch->seen_else) diagnostics_.error(where, "a second #else");
  branch->active = !branch->done;
  branch->done = true;
  branch->seen_else = true;
}

void Preprocessor::endif_directive(const Location& where) {
  if (innermost("endif", where)) branches_.pop_back();
}

void Preprocessor::end_of_file(std::uint32_t file) {
  while (!branches_.empty() && branches_.back().where.begin.file == file) {
    diagnostics_.error(branches_.back().where, "this #if has no #endif");
    branches_.pop_back();
  }
}

bool Preprocessor::condition(std::string_view expression, const Location& where) {
  const auto expanded = macros_.expand_condition(expression);
  if (!expanded) {
    diagnostics_.error(where, "the condition stands for too much text, or its 'defined' has no name");
    return false;
  }
  const auto value = evaluate_condition(*expanded);
  if (!value) diagnostics_.error(where, "the condition may consist of integers, names, defined() and C's operators");
  return value && *value != Number{};
}

bool Preprocessor::is_defined(std::string_view text, const Location& where) {
  const std::string_view name = take_word(text);
  if (name.empty()) diagnostics_.error(where, "#ifdef and #ifndef need a name");
  return macros_.is_defined(name);
}

void Preprocessor::define(std::string_view text, const Location& where) {
  const std::string name(take_word(text));
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name.front())))
    return diagnostics_.error(where, "#define needs a name");
  macros_.define(name, {std::string(trimmed(text)), text.starts_with('(')});
}

void Preprocessor::undefine(std::string_view text, const Location& where) {
  const std::string_view name = take_word(text);
  if (name.empty()) return diagnostics_.error(where, "#undef needs a name");
  macros_.undefine(name);
}

// Line markers, #pragma and #ident are for other programs.
void Preprocessor::refuse(std::string_view text, const Location& where) {
  const std::string word(leading_word(text));
  const bool marker = word.find_first_not_of("0123456789") == std::string::npos;
  if (marker || word == "pragma" || word == "ident" || word == "line" || word == "warning") return;
  if (word == "error") return diagnostics_.error(where, "#error: " + std::string(trimmed(text.substr(word.size()))));
  const std::string near = nearest(
      word, {"define", "elif", "else", "endif", "error", "if", "ifdef", "ifndef", "include", "pragma", "undef"});
  diagnostics_.error(where, "#" + word + " is not a directive" + (near.empty() ? "" : "; did you mean #" + near + "?"));
}

std::optional<std::uint32_t> Preprocessor::include(std::string_view text, const Location& where) {
  std::string expanded;
  if (Macro* macro = macros_.find(leading_word(text)); macro && !leading_word(text).empty()) {
    expanded = macro->text;
    text = expanded;
  }
  const bool quoted = text.starts_with('"');
  const std::size_t end = text.size() < 2 ? std::string_view::npos : text.find(quoted ? '"' : '>', 1);
  if ((!quoted && !text.starts_with('<')) || end == std::string_view::npos || end == 1) {
    diagnostics_.error(where, "#include needs a name in \"\" or <>");
    return std::nullopt;
  }
  return open(std::string(text.substr(1, end - 1)), quoted, where);
}

}  // namespace idlc
