// Arrays of numbers to and from big-endian bytes (RFC 4506 §3), as fast as the processor at hand can.
#pragma once

#include <onc/xdr/byte_order.h>

#include <cstddef>
#include <span>

namespace onc::xdr {

// One way to copy `count` numbers of 4 or 8 bytes with their bytes turned around. Neither place need be aligned; they
// do not overlap.
struct ByteSwap {
  using Copy = void (*)(std::byte* to, const std::byte* from, std::size_t count);

  template <Number T>
  void copy(std::byte* to, const std::byte* from, std::size_t count) const {
    (sizeof(T) == 4 ? four : eight)(to, from, count);
  }

  const char* name;
  bool (*runs_here)();
  Copy four;
  Copy eight;
};

// So few numbers one copies where they are, sooner than one has called another.
inline constexpr std::size_t few_numbers = 8;

// All that were compiled in, the fastest first. The last runs everywhere.
std::span<const ByteSwap> byte_swaps();

// The first of them that runs here.
const ByteSwap& best_byte_swap();

}  // namespace onc::xdr
