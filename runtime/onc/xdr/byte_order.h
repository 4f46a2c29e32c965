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

// Four numbers of four bytes at once, in what every processor's vectors can do; to big-endian, or back.
inline void copy_four_big_endian(std::byte* to, const std::byte* from) {
  if constexpr (std::endian::native == std::endian::little) {
    using Halves [[gnu::vector_size(16)]] = std::uint16_t;
    Halves halves;
    std::memcpy(&halves, from, sizeof halves);
    halves = __builtin_shufflevector(halves, halves, 1, 0, 3, 2, 5, 4, 7, 6);
    halves = (halves << 8) | (halves >> 8);
    std::memcpy(to, &halves, sizeof halves);
  } else {
    std::memcpy(to, from, 16);
  }
}

// Numbers of four or eight bytes that lie one after the other.
template <std::size_t width>
void copy_big_endian(std::byte* to, const std::byte* from, std::size_t count) {
  using Number = std::conditional_t<width == 4, std::uint32_t, std::uint64_t>;
  std::size_t i = 0;
  if constexpr (width == 4)
    for (; i + 4 <= count; i += 4) copy_four_big_endian(to + i * width, from + i * width);
  for (; i < count; ++i) {
    const Number number = load_big_endian<Number>(from + i * width);
    std::memcpy(to + i * width, &number, width);
  }
}

}  // namespace onc::xdr
