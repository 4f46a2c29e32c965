#include "macros.h"

#include "words.h"

namespace idlc {
namespace {

// Macros of macros of macros double with each: no condition that a person wrote is longer.
constexpr std::size_t longest_condition = 65536;
constexpr std::size_t deepest_macros = 200;

// Of all that a file may ask for, each as long as it may be.
constexpr std::size_t most_expanded = std::size_t{1} << 25;

}  // namespace

void Macros::undefine(std::string_view name) {
  const auto found = macros_.find(name);
  if (found != macros_.end()) macros_.erase(found);
}

Macro* Macros::find(std::string_view name) {
  const auto found = macros_.find(name);
  return found == macros_.end() ? nullptr : &found->second;
}

std::optional<std::string> Macros::expand_condition(std::string_view text) {
  std::string result;
  expanded_ = 0;
  if (!expand(text, result)) return std::nullopt;
  return result;
}

bool Macros::expand(std::string_view text, std::string& result) {
  while (!text.empty()) {
    if (++expanded_ > longest_condition || ++expanded_in_all_ > most_expanded) return false;
    const std::string_view word = leading_word(text);
    if (word.empty()) {
      result += text.front();
      text.remove_prefix(1);
      continue;
    }
    text.remove_prefix(word.size());
    if (!expand_word(word, text, result)) return false;
  }
  return true;
}

// `rest` is what follows the word: what `defined` asks about.
bool Macros::expand_word(std::string_view word, std::string_view& rest, std::string& result) {
  if (word == "defined") {
    std::string_view after = trimmed(rest);
    const bool parenthesis = after.starts_with('(');
    if (parenthesis) after = trimmed(after.substr(1));
    const std::string_view name = leading_word(after);
    if (name.empty()) return false;
    after = parenthesis ? trimmed(after.substr(name.size())) : after.substr(name.size());
    if (parenthesis && !after.starts_with(')')) return false;
    rest = after.substr(parenthesis);
    result += is_defined(name) ? " 1 " : " 0 ";
    return true;
  }
  Macro* macro = find(word);
  if (!macro || macro->expanding || macro->has_parameters) {
    result += word;
    return true;
  }
  if (depth_ == deepest_macros) return false;
  ++depth_;
  macro->expanding = true;
  const bool good = expand(macro->text, result);
  macro->expanding = false;
  --depth_;
  return good;
}

}  // namespace idlc
