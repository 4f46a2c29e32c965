#include "percent_defines.h"

#include "condition.h"
#include "words.h"

#include <algorithm>
#include <vector>

namespace idlc {
namespace {

bool take(std::string_view& text, std::string_view word) {
  text = trimmed(text);
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::string_view without_comment(std::string_view text) {
  return text.substr(0, std::min(text.find("/*"), text.find("//")));
}

// In a condition a name that is left would be 0; here it is not known.
bool has_name(std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = leading_word(text);
    if (!word.empty() && !std::isdigit(static_cast<unsigned char>(word.front()))) return true;
    text.remove_prefix(std::max<std::size_t>(word.size(), 1));
  }
  return false;
}

// A name for another name.
bool is_link(const Macro& macro) {
  return !macro.has_parameters && has_name(macro.text) && leading_word(macro.text) == macro.text;
}

}  // namespace

void PercentDefines::add(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1);
    add_line(lines.substr(0, end));
    lines.remove_prefix(end + 1);
  }
}

void PercentDefines::add_line(std::string_view line) {
  if (!take(line, "#") || !take(line, "define")) return;
  line = trimmed(line);
  const std::string name(leading_word(line));
  line.remove_prefix(name.size());
  Macro macro{std::string(trimmed(without_comment(line))), line.starts_with('(')};
  if (const Macro* other = macros_.find(name)) macro.has_parameters |= other->text != macro.text;
  macros_.define(name, std::move(macro));
}

std::optional<Number> PercentDefines::number(const std::string& name) {
  std::vector<std::string> links;
  std::string last = name;
  const Macro* macro = macros_.find(last);
  while (macro && numbers_.try_emplace(last).second) {
    links.push_back(last);
    if (!is_link(*macro)) break;
    last = macro->text;
    macro = macros_.find(last);
  }
  std::optional<Number> value;
  if (!links.empty() && last == links.back())
    value = evaluate(last);
  else if (const auto known = numbers_.find(last); known != numbers_.end())
    value = known->second;
  for (const std::string& link : links) numbers_[link] = value;
  return value;
}

std::optional<Number> PercentDefines::evaluate(const std::string& name) {
  const auto text = macros_.expand_condition(name);
  if (!text || has_name(*text)) return std::nullopt;
  if (const auto plain = parse_number(trimmed(*text))) return plain;
  return evaluate_condition(*text);
}

}  // namespace idlc
