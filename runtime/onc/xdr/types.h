// XDR types that C++ has no word for.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>

namespace onc::xdr {

// The arm of a union that carries nothing (RFC 4506 §4.16).
struct Void {
  bool operator==(const Void&) const = default;
};

// Quadruple-precision floating point (RFC 4506 §4.8), kept as its 16 bytes, most significant first.
struct Quadruple {
  std::array<std::byte, 16> bytes{};

  bool operator==(const Quadruple&) const = default;
};

// An array, or an array of arrays, with `value` everywhere: of an enum where 0 is none of the values.
template <class Array, class Value>
constexpr Array filled(Value value) {
  Array array{};
  for (auto& item : array) {
    if constexpr (std::is_same_v<typename Array::value_type, Value>)
      item = value;
    else
      item = filled<typename Array::value_type>(value);
  }
  return array;
}

}  // namespace onc::xdr
