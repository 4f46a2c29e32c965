#include "info/program_names.h"

#include <charconv>

#include <netdb.h>

namespace info {

ProgramNames ProgramNames::of_this_host() {
  ProgramNames names;
  ::setrpcent(1);
  while (const rpcent* entry = ::getrpcent()) {
    const auto number = static_cast<std::uint32_t>(entry->r_number);
    names.add(number, entry->r_name);
    for (char** alias = entry->r_aliases; alias && *alias; ++alias) names.add(number, *alias);
  }
  ::endrpcent();
  return names;
}

void ProgramNames::add(std::uint32_t number, const std::string& name) {
  names_.emplace(number, name);
  numbers_.emplace(name, number);
}

std::string ProgramNames::of(std::uint32_t number) const {
  const auto found = names_.find(number);
  return found == names_.end() ? "" : found->second;
}

std::optional<std::uint32_t> ProgramNames::number(const std::string& text) const {
  const auto found = numbers_.find(text);
  return found == numbers_.end() ? to_number(text) : found->second;
}

std::optional<std::uint32_t> to_number(std::string_view text) {
  const bool hexadecimal = text.starts_with("0x");
  if (hexadecimal) text.remove_prefix(2);
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, number, hexadecimal ? 16 : 10);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return number;
}

}  // namespace info
