#include <onc/server/siphash.h>

#include <bit>
#include <cstring>
#include <random>

namespace onc::rpc {
namespace {

// The first `size` bytes, at most eight, as a number.
std::uint64_t little_endian(const std::byte* bytes, std::size_t size) {
  std::uint64_t value = 0;
  std::memcpy(&value, bytes, size);
  return std::endian::native == std::endian::little ? value : __builtin_bswap64(value);
}

std::uint64_t random_word(std::random_device& source) {
  const std::uint64_t high = source();
  return high << 32 | source();
}

}  // namespace

SipHash::Key SipHash::Key::random() {
  std::random_device source;
  return {random_word(source), random_word(source)};
}

// "somepseudorandomlygeneratedbytes", as the paper has it.
SipHash::SipHash(Key key)
    : v0_(key.low ^ 0x736f6d6570736575),
      v1_(key.high ^ 0x646f72616e646f6d),
      v2_(key.low ^ 0x6c7967656e657261),
      v3_(key.high ^ 0x7465646279746573) {}

void SipHash::round() {
  v0_ += v1_;
  v2_ += v3_;
  v1_ = std::rotl(v1_, 13) ^ v0_;
  v3_ = std::rotl(v3_, 16) ^ v2_;
  v0_ = std::rotl(v0_, 32);
  v2_ += v1_;
  v0_ += v3_;
  v1_ = std::rotl(v1_, 17) ^ v2_;
  v3_ = std::rotl(v3_, 21) ^ v0_;
  v2_ = std::rotl(v2_, 32);
}

void SipHash::word(std::uint64_t value) {
  v3_ ^= value;
  round();
  round();
  v0_ ^= value;
  ++words_;
}

std::uint64_t SipHash::finish(xdr::BytesView rest) {
  for (; rest.size() >= 8; rest = rest.subspan(8)) word(little_endian(rest.data(), 8));
  const std::uint64_t size = words_ * 8 + rest.size();
  word(size << 56 | (rest.empty() ? 0 : little_endian(rest.data(), rest.size())));
  v2_ ^= 0xff;
  for (int i = 0; i < 4; ++i) round();
  return v0_ ^ v1_ ^ v2_ ^ v3_;
}

}  // namespace onc::rpc
