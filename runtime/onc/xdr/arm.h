// The arms of a union (RFC 4506 §4.15), kept in a std::variant.
#pragma once

#include <onc/xdr/error.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <variant>

namespace onc::xdr {

// What a union and its arms are called in the .x, in the variant's order.
struct ArmNames {
  const char* type;
  std::initializer_list<const char*> arms;
};

// Throws Error(wrong_arm), which says "LookupReply.reason, while it holds attributes". Whoever asks for that arm has a
// bug; but it is often a peer who chose the discriminant, and a peer must not be able to end the program.
[[noreturn]] void refuse_arm(const ArmNames& names, std::size_t wanted, std::size_t held);

// The arm at `index`, which must be the one that is held.
template <std::size_t index, class... Arms>
auto& held(std::variant<Arms...>& arms, const ArmNames& names) {
  auto* arm = std::get_if<index>(&arms);
  if (!arm) refuse_arm(names, index, arms.index());
  return *arm;
}
template <std::size_t index, class... Arms>
const auto& held(const std::variant<Arms...>& arms, const ArmNames& names) {
  const auto* arm = std::get_if<index>(&arms);
  if (!arm) refuse_arm(names, index, arms.index());
  return *arm;
}

// For a discriminant that does not choose what `maker` makes: "Value::with_text(3): ...".
Error wrong_discriminant(const char* maker, std::int64_t discriminant);
template <class Discriminant>
Error wrong_discriminant(const char* maker, Discriminant discriminant) {
  return wrong_discriminant(maker, static_cast<std::int64_t>(discriminant));
}

// The arm at `index`, to be filled: a new one unless it is the one that is held.
template <std::size_t index, class... Arms>
auto& arm(std::variant<Arms...>& arms) {
  auto* held = std::get_if<index>(&arms);
  return held ? *held : arms.template emplace<index>();
}

}  // namespace onc::xdr
