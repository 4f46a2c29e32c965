// Names that stand for text: #define and -D.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace idlc {

struct Macro {
  std::string text;
  bool has_parameters = false;
  bool expanding = false;  // its own name within its text is no macro
};

class Macros {
 public:
  void define(const std::string& name, Macro macro) { macros_.insert_or_assign(name, std::move(macro)); }
  void undefine(std::string_view name);

  bool empty() const { return macros_.empty(); }
  Macro* find(std::string_view name);
  bool is_defined(std::string_view name) const { return macros_.find(name) != macros_.end(); }

  // The text with names replaced by what they stand for, and `defined X` by 1 or 0: a condition to evaluate.
  // Nothing where that is too much text, or `defined` has no name.
  std::optional<std::string> expand_condition(std::string_view text);

 private:
  bool expand(std::string_view text, std::string& result);
  bool expand_word(std::string_view word, std::string_view& rest, std::string& result);

  std::map<std::string, Macro, std::less<>> macros_;
  std::size_t expanded_ = 0;  // words and signs, of one condition
  std::size_t expanded_in_all_ = 0;
  std::size_t depth_ = 0;
};

}  // namespace idlc
