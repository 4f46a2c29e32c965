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

// Bytes of at least so many may be a part of the message they came in (take_part): copying them would cost as much as
// receiving them does.
inline constexpr std::size_t large_bytes = std::size_t{64} << 10;

// The memory of those: the word before it says where what is to be freed with it begins.
void* allocate_large(std::size_t size);
void free_large(void* place) noexcept;

// Leaves bytes as they are when a vector grows: they are about to be overwritten, and clearing a megabyte first
// would cost as much as receiving it.
template <class T>
struct UninitializedAllocator {
  using value_type = T;

  UninitializedAllocator() = default;
  template <class U>
  UninitializedAllocator(const UninitializedAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count * sizeof(T) < large_bytes) return std::allocator<T>().allocate(count);
    return static_cast<T*>(allocate_large(count * sizeof(T)));
  }
  void deallocate(T* place, std::size_t count) noexcept {
    if (count * sizeof(T) < large_bytes) return std::allocator<T>().deallocate(place, count);
    free_large(place);
  }

  template <class U>
  void construct(U* place) noexcept {
    ::new (static_cast<void*>(place)) U;
  }
  template <class U, class... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }

  bool operator==(const UninitializedAllocator&) const = default;
};

// The C++ of `opaque<>`: a vector of bytes. Owns them, and where it is large perhaps all of the message they came in;
// resize() leaves new ones unset.
// What a vector does when it is copied or destroyed is compiled once, in the library: anew in every struct that holds
// bytes it would take compilers longer than all else that is generated for the struct.
class Bytes : public std::vector<std::byte, UninitializedAllocator<std::byte>> {
 public:
  using vector::vector;
  Bytes() noexcept {}
  Bytes(const Bytes&);
  Bytes(Bytes&& other) noexcept : vector(std::move(other)) {}
  Bytes& operator=(const Bytes&);
  Bytes& operator=(Bytes&&) noexcept;
  ~Bytes();
};
using BytesView = std::span<const std::byte>;

inline Bytes to_bytes(BytesView view) { return Bytes(view.begin(), view.end()); }

// Whether who needs `part` of `memory` for longer had better hold on to all of it than copy: not where most of it is
// something else.
inline bool is_worth_keeping(const Bytes& memory, BytesView part) {
  return part.size() >= large_bytes && part.size() >= memory.capacity() / 2;
}

// Bytes that lie where `part` of `message` does and own all its memory. They may be moved, grow and end as any others.
// `part` has at least large_bytes; what lies before it in the message is gone.
Bytes take_part(Bytes message, BytesView part);

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
