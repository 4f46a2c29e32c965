// Words in text.
#pragma once

#include <algorithm>
#include <cctype>
#include <string_view>

namespace idlc {

inline bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n\f\v";
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);
}

// The letters, digits and _ that it begins with.
inline std::string_view leading_word(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), is_word_character);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

}  // namespace idlc
