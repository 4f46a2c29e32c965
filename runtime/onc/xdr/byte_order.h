// Numbers to and from big-endian bytes, as XDR has them (RFC 4506 §3).
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace onc::xdr {

// What one XDR unit carries without conversion: 4- and 8-byte numbers.
template <class T>
concept Number = (std::is_arithmetic_v<T> && !std::same_as<T, bool> && (sizeof(T) == 4 || sizeof(T) == 8));

template <Number T>
using Unsigned = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

// To big-endian, or back: the same thing.
constexpr std::uint32_t big_endian(std::uint32_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap32(value) : value;
}
constexpr std::uint64_t big_endian(std::uint64_t value) {
  return std::endian::native == std::endian::little ? __builtin_bswap64(value) : value;
}

template <Number T>
void store_big_endian(std::byte* place, T value) {
  const auto bits = big_endian(std::bit_cast<Unsigned<T>>(value));
  std::memcpy(place, &bits, sizeof bits);
}

template <Number T>
T load_big_endian(const std::byte* place) {
  Unsigned<T> bits;
  std::memcpy(&bits, place, sizeof bits);
  return std::bit_cast<T>(big_endian(bits));
}

}  // namespace onc::xdr
