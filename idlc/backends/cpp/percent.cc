#include "percent.h"

#include "frontend/words.h"

#include <algorithm>
#include <utility>

namespace idlc::cpp {
namespace {

// What is open after some text of C. Comments and strings do not count.
class Balance {
 public:
  // False once more is closed than was opened.
  bool add(std::string_view text) {
    while (!text.empty()) {
      text.remove_prefix(std::min(skip(text), text.size()));
      if (braces_ < 0 || conditions_ < 0) return false;
    }
    return true;
  }
  bool braces_closed() const { return braces_ == 0; }
  bool conditions_closed() const { return conditions_ == 0; }
  bool comments_closed() const { return !comment_open_; }

 private:
  // Counts what the text begins with; returns its size.
  std::size_t skip(std::string_view text) {
    if (text.starts_with("/*")) {
      comment_open_ = text.find("*/", 2) == std::string_view::npos;
      return past(text, "*/", 2);
    }
    if (text.starts_with("//")) return past(text, "\n", 2);
    const bool line_began = std::exchange(line_begins_, line_begins_ && is_blank(text.front()));
    if (text.front() == '\n') line_begins_ = true;
    if (text.front() == '"' || text.front() == '\'') return quoted(text);
    if (text.front() == '#' && line_began) return directive(text);
    if (text.front() == '{') ++braces_;
    if (text.front() == '}') --braces_;
    return 1;
  }

  std::size_t directive(std::string_view text) {
    const std::string_view word = leading_word(trimmed(text.substr(1, text.find('\n') - 1)));
    if (word.starts_with("if")) ++conditions_;
    if (word == "endif") --conditions_;
    // Each branch of an #if may open the same brace, and what a macro stands for is whole where it is used.
    return word == "define" ? past_define(text) : 1;
  }

  static bool is_blank(char c) { return c == ' ' || c == '\t'; }

  static std::size_t past(std::string_view text, std::string_view end, std::size_t from) {
    const std::size_t at = text.find(end, from);
    return at == std::string_view::npos ? text.size() : at + (end == "\n" ? 0 : end.size());
  }

  static std::size_t past_define(std::string_view text) {
    std::size_t end = text.find('\n');
    while (end != std::string_view::npos && end != 0 && text[end - 1] == '\\') end = text.find('\n', end + 1);
    return std::min(end, text.size());
  }

  // An apostrophe in prose ends with its line.
  static std::size_t quoted(std::string_view text) {
    std::size_t at = 1;
    while (at < text.size() && text[at] != text.front() && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
    return at + 1;
  }

  int braces_ = 0;
  int conditions_ = 0;
  bool comment_open_ = false;
  bool line_begins_ = true;
};

constexpr const char* remedy = "; --percent drop leaves such lines out";

class Checker {
 public:
  explicit Checker(Diagnostics& diagnostics) : diagnostics_(diagnostics) {}

  // Braces close where they open; an #if may be closed by lines further down, if they go to the same place.
  void check(const Definition& definition) {
    if (const Passthrough* lines = definition.as<Passthrough>())
      add(includes(*lines) ? outside_ : inside_, lines->text, definition.where);
    Group own;
    for (const InnerPassthrough& lines : definition.percent_lines) add(own, lines.text, definition.where);
    finish(own);
  }

  void finish() {
    finish(outside_);
    finish(inside_);
  }

 private:
  struct Group {
    Balance balance;
    Location last;
    bool broken = false;
  };

  void add(Group& group, const std::string& text, const Location& where) {
    if (group.broken) return;
    group.last = where;
    if (!group.balance.add(text))
      refuse(group, "these % lines close a brace or an #if that no % line opens");
    else if (!group.balance.braces_closed())
      refuse(group, "these % lines leave a brace open");
    else if (!group.balance.comments_closed())
      refuse(group, "these % lines leave a comment open");
  }

  void finish(Group& group) {
    if (!group.broken && !group.balance.conditions_closed()) refuse(group, "these % lines leave an #if open");
  }

  void refuse(Group& group, const std::string& what) {
    diagnostics_.error(group.last, what + remedy);
    group.broken = true;
  }

  Diagnostics& diagnostics_;
  Group outside_;
  Group inside_;
};

}  // namespace

void check_percent_lines(const Spec& spec, Diagnostics& diagnostics) {
  Checker checker(diagnostics);
  for (const auto& definition : spec.definitions)
    if (definition->unit == 0) checker.check(*definition);
  checker.finish();
}

bool includes(const Passthrough& lines) {
  std::string_view rest = lines.text;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size() - 1);
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const auto skip = [&] { line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size())); };
    skip();
    if (!line.starts_with('#')) continue;
    line.remove_prefix(1);
    skip();
    if (line.starts_with("include")) return true;
  }
  return false;
}

}  // namespace idlc::cpp
