// Copying what is mostly short.
#pragma once

#include <cstddef>
#include <cstring>

namespace onc::xdr {

// Two of `Part`, which may overlap, are all of it.
template <std::size_t Part>
void copy_both_ends(std::byte* to, const std::byte* from, std::size_t size) {
  struct Piece {
    std::byte bytes[Part];
  } first, last;
  std::memcpy(&first, from, Part);
  std::memcpy(&last, from + size - Part, Part);
  std::memcpy(to, &first, Part);
  std::memcpy(to + size - Part, &last, Part);
}

// std::memcpy. Names and file handles are copied before a call of that would have begun.
inline void copy_short(std::byte* to, const std::byte* from, std::size_t size) {
  if (size > 64) {
    std::memcpy(to, from, size);
  } else if (size > 32) {
    copy_both_ends<32>(to, from, size);
  } else if (size >= 16) {
    copy_both_ends<16>(to, from, size);
  } else if (size >= 8) {
    copy_both_ends<8>(to, from, size);
  } else if (size >= 4) {
    copy_both_ends<4>(to, from, size);
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
}

}  // namespace onc::xdr
