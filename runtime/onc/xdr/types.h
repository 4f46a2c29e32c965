// XDR types that C++ has no word for.
#pragma once

#include <array>
#include <cstddef>

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

}  // namespace onc::xdr
