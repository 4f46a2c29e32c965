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

  const char* name;
  bool (*runs_here)();
  Copy four;
  Copy eight;
};

// All that were compiled in, the fastest first. The last runs everywhere.
std::span<const ByteSwap> byte_swaps();

// The first of them that runs here.
const ByteSwap& best_byte_swap();

// With that one.
template <std::size_t width>
void copy_many_big_endian(std::byte* to, const std::byte* from, std::size_t count);

// A few are done with sooner than it is called.
inline constexpr std::size_t few_numbers = 16;

}  // namespace onc::xdr
