#include <onc/xdr/byte_swap.h>

#include <algorithm>

#if defined(__x86_64__) || defined(__i386__)
#include <immintrin.h>
#define ONC_XDR_X86 1
#endif

namespace onc::xdr {
namespace {

#ifdef ONC_XDR_X86

// Which byte each byte of a register comes from, for a shuffle.
template <class Unsigned>
struct alignas(32) Turned {
  unsigned char from[32];

  constexpr Turned() : from() {
    for (unsigned i = 0; i < sizeof from; ++i)
      from[i] = static_cast<unsigned char>((i ^ (sizeof(Unsigned) - 1)) % 16);  // AVX2 shuffles each half by itself
  }
};
template <class Unsigned>
constexpr Turned<Unsigned> turned;

template <class Unsigned>
[[gnu::target("ssse3")]] void copy_ssse3(std::byte* to, const std::byte* from, std::size_t count) {
  const __m128i order = _mm_load_si128(reinterpret_cast<const __m128i*>(turned<Unsigned>.from));
  constexpr std::size_t at_once = sizeof order / sizeof(Unsigned);
  for (; count >= at_once; count -= at_once, to += sizeof order, from += sizeof order) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm_shuffle_epi8(bytes, order));
  }
  copy_big_endian<sizeof(Unsigned)>(to, from, count);
}

template <class Unsigned>
[[gnu::target("avx2")]] void copy_avx2(std::byte* to, const std::byte* from, std::size_t count) {
  const __m256i order = _mm256_load_si256(reinterpret_cast<const __m256i*>(turned<Unsigned>.from));
  constexpr std::size_t at_once = sizeof order / sizeof(Unsigned);
  for (; count >= at_once; count -= at_once, to += sizeof order, from += sizeof order) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_shuffle_epi8(bytes, order));
  }
  copy_big_endian<sizeof(Unsigned)>(to, from, count);
}

#endif

constexpr ByteSwap all[] = {
#ifdef ONC_XDR_X86
    {"AVX2", [] { return __builtin_cpu_supports("avx2") != 0; }, copy_avx2<std::uint32_t>, copy_avx2<std::uint64_t>},
    {"SSSE3", [] { return __builtin_cpu_supports("ssse3") != 0; }, copy_ssse3<std::uint32_t>,
     copy_ssse3<std::uint64_t>},
#endif
    {"any", [] { return true; }, copy_big_endian<4>, copy_big_endian<8>},
};

}  // namespace

std::span<const ByteSwap> byte_swaps() { return all; }

const ByteSwap& best_byte_swap() {
  static const ByteSwap& best =
      *std::find_if(std::begin(all), std::end(all), [](const ByteSwap& one) { return one.runs_here(); });
  return best;
}

template <>
void copy_many_big_endian<4>(std::byte* to, const std::byte* from, std::size_t count) {
  best_byte_swap().four(to, from, count);
}

template <>
void copy_many_big_endian<8>(std::byte* to, const std::byte* from, std::size_t count) {
  best_byte_swap().eight(to, from, count);
}

}  // namespace onc::xdr
