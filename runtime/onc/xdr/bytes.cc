#include <onc/xdr/bytes.h>

#include <cassert>
#include <cstring>
#include <new>

namespace onc::xdr {
namespace {

// As much as keeps what follows aligned for anything.
constexpr std::size_t before_place = __STDCPP_DEFAULT_NEW_ALIGNMENT__;

void note_memory(std::byte* place, void* memory) { std::memcpy(place - sizeof memory, &memory, sizeof memory); }

void* memory_of(const void* place) {
  void* memory;
  std::memcpy(&memory, static_cast<const std::byte*>(place) - sizeof memory, sizeof memory);
  return memory;
}

// Where the large bytes that are made next on this thread shall lie.
constinit thread_local void* offered = nullptr;

// Ends without an end for what it holds.
union Abandoned {
  explicit Abandoned(Bytes&& held) : bytes(std::move(held)) {}
  ~Abandoned() {}

  Bytes bytes;
};

}  // namespace

Bytes::Bytes(const Bytes&) = default;
Bytes& Bytes::operator=(const Bytes&) = default;
Bytes& Bytes::operator=(Bytes&&) noexcept = default;
Bytes::~Bytes() = default;

void* allocate_large(std::size_t size) {
  if (offered) return std::exchange(offered, nullptr);
  auto* const memory = static_cast<std::byte*>(::operator new(before_place + size));
  note_memory(memory + before_place, memory);
  return memory + before_place;
}

void free_large(void* place) noexcept { ::operator delete(memory_of(place)); }

Bytes take_part(Bytes message, BytesView part) {
  const auto at = static_cast<std::size_t>(part.data() - message.data());
  assert(part.size() >= large_bytes && at + part.size() <= message.size());
  std::byte* const place = message.data() + at;
  note_memory(place, memory_of(message.data()));
  const Abandoned abandoned(std::move(message));
  offered = place;
  return Bytes(part.size());
}

}  // namespace onc::xdr
