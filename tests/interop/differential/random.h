// Values at random, of which many lie on an edge: nothing, everything, one less.
#pragma once

#include <onc/xdr/bytes.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>

namespace differential {

class Random {
 public:
  // One seed in eight gives strings with NULs, where C cuts them; one in twenty large values.
  explicit Random(std::uint64_t seed) : Random(seed, seed % 20 == 0 ? 10000 : 1500) {}
  // `room`: the bytes and elements that one value may have beyond those it must have.
  Random(std::uint64_t seed, std::uint64_t room) : bits_(seed), nul_in_strings_(seed % 8 == 0), left_(room) {}

  std::uint64_t bits() { return bits_(); }
  std::uint64_t below(std::uint64_t bound) { return bits_() % bound; }
  bool flip() { return below(2) == 0; }

  template <class T>
  void number(T& value) {
    constexpr std::array edges{T{0}, T{1}, std::numeric_limits<T>::min(), std::numeric_limits<T>::max()};
    const std::uint64_t edge = below(2 * edges.size());
    value = edge < edges.size() ? edges[edge] : static_cast<T>(bits());
  }
  void number(bool& value) { value = flip(); }

  std::size_t length(std::uint64_t bound) {
    const std::uint64_t wanted = std::min(bound, edge_or_between(bound));
    const std::uint64_t granted = std::min(wanted, left_);
    left_ -= granted;
    return static_cast<std::size_t>(granted);
  }

  template <std::size_t size>
  void bytes(std::array<std::byte, size>& value) {
    for (std::byte& byte : value) byte = static_cast<std::byte>(bits());
  }
  void bytes(onc::xdr::Bytes& value, std::uint64_t bound) {
    value.resize(length(bound));
    for (std::byte& byte : value) byte = static_cast<std::byte>(bits());
  }
  void string(std::string& value, std::uint64_t bound) {
    value.resize(length(bound));
    for (char& c : value) c = static_cast<char>(nul_in_strings_ ? below(3) : 1 + below(255));
  }

 private:
  std::uint64_t edge_or_between(std::uint64_t bound) {
    switch (below(12)) {
      case 0: return 0;
      case 1: return 1;
      case 2: return bound == onc::xdr::unbounded ? 200 : bound;
      case 3: return bound == onc::xdr::unbounded ? 60 : bound - 1;
      default: return below(12);
    }
  }

  std::mt19937_64 bits_;
  bool nul_in_strings_;
  std::uint64_t left_;  // of the room
};

}  // namespace differential
