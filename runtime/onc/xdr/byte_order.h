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

constexpr std::uint32_t swap_bytes(std::uint32_t value) { return __builtin_bswap32(value); }
constexpr std::uint64_t swap_bytes(std::uint64_t value) { return __builtin_bswap64(value); }

template <Number T>
void store_big_endian(std::byte* place, T value) {
  auto bits = std::bit_cast<Unsigned<T>>(value);
  if constexpr (std::endian::native == std::endian::little) bits = swap_bytes(bits);
  std::memcpy(place, &bits, sizeof bits);
}

template <Number T>
T load_big_endian(const std::byte* place) {
  Unsigned<T> bits;
  std::memcpy(&bits, place, sizeof bits);
  if constexpr (std::endian::native == std::endian::little) bits = swap_bytes(bits);
  return std::bit_cast<T>(bits);
}

}  // namespace onc::xdr
