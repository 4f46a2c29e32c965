// Bytes on their way to or from the wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace onc::xdr {

// Leaves bytes as they are when a vector grows: they are about to be overwritten, and clearing a megabyte first
// would cost as much as receiving it.
template <class T>
struct UninitializedAllocator : std::allocator<T> {
  template <class U>
  struct rebind {
    using other = UninitializedAllocator<U>;
  };

  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
};

// The C++ of `opaque<>`. Owns its bytes; resize() leaves new ones unset.
using Bytes = std::vector<std::byte, UninitializedAllocator<std::byte>>;
using BytesView = std::span<const std::byte>;

inline Bytes to_bytes(BytesView view) { return Bytes(view.begin(), view.end()); }

// The bound of `string<>`, `opaque<>` and `T<>`: what a length can say (RFC 4506 §4.10).
inline constexpr std::uint32_t unbounded = std::numeric_limits<std::uint32_t>::max();

// How long a string, opaque or array may be, and what errors call it: {255, "Entry.name"}.
struct Bound {
  constexpr Bound(std::uint32_t length, const char* name = "") : most(length), what(name) {}

  std::uint32_t most;
  const char* what;
};

// Every XDR value fills a multiple of four bytes (RFC 4506 §3).
constexpr std::size_t padding(std::size_t size) { return (4 - size % 4) % 4; }

}  // namespace onc::xdr
