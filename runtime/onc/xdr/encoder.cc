#include <onc/xdr/encoder.h>

#include <algorithm>

namespace onc::xdr {

void Encoder::enlarge(std::size_t more) {
  constexpr std::size_t first = 512;  // most calls and replies fit, and grow no further
  buffer_.resize(std::max({first, 2 * buffer_.size(), size_ + more}));
}

void Encoder::string(std::string_view value, Bound bound) {
  variable({reinterpret_cast<const std::byte*>(value.data()), value.size()}, bound);
}

void Encoder::opaque(BytesView value, Bound bound) { variable(value, bound); }

template <Number T>
void Encoder::numbers(const std::vector<T>& values, Bound bound) {
  length(values.size(), bound);
  run(values.size() * sizeof(T)).numbers(std::span<const T>(values));
}

template void Encoder::numbers(const std::vector<std::int32_t>&, Bound);
template void Encoder::numbers(const std::vector<std::uint32_t>&, Bound);
template void Encoder::numbers(const std::vector<std::int64_t>&, Bound);
template void Encoder::numbers(const std::vector<std::uint64_t>&, Bound);
template void Encoder::numbers(const std::vector<float>&, Bound);
template void Encoder::numbers(const std::vector<double>&, Bound);

void Encoder::too_long(std::size_t count, const char* unit, Bound bound) const {
  throw_too_long(bound.what, count, unit, bound.most, size_);
}

void Encoder::variable(BytesView value, Bound bound) {
  if (value.size() > bound.most) too_long(value.size(), "bytes", bound);
  u32(static_cast<std::uint32_t>(value.size()));
  const std::size_t pad = padding(value.size());
  std::byte* place = grow(value.size() + pad);
  if (!value.empty()) std::memcpy(place, value.data(), value.size());
  std::memset(place + value.size(), 0, pad);
}

}  // namespace onc::xdr
