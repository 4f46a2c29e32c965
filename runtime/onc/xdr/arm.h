// The arms of a union (RFC 4506 §4.15), kept in a std::variant.
#pragma once

#include <cstddef>
#include <variant>

namespace onc::xdr {

// Ends the program: who reads an arm that the discriminant does not say is there has a bug.
[[noreturn]] void wrong_arm(const char* name);

// The arm at `index`, which must be the one that is held. `name`: for whoever has that bug, as in "LookupReply.reason".
template <std::size_t index, class... Arms>
auto& held(std::variant<Arms...>& arms, const char* name) {
  auto* arm = std::get_if<index>(&arms);
  if (!arm) wrong_arm(name);
  return *arm;
}
template <std::size_t index, class... Arms>
const auto& held(const std::variant<Arms...>& arms, const char* name) {
  const auto* arm = std::get_if<index>(&arms);
  if (!arm) wrong_arm(name);
  return *arm;
}

// The arm at `index`, to be filled: a new one unless it is the one that is held.
template <std::size_t index, class... Arms>
auto& arm(std::variant<Arms...>& arms) {
  auto* held = std::get_if<index>(&arms);
  return held ? *held : arms.template emplace<index>();
}

}  // namespace onc::xdr
