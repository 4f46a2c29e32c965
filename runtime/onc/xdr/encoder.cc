#include <onc/xdr/encoder.h>

#include <algorithm>

namespace onc::xdr {

void Encoder::enlarge(std::size_t more) {
  constexpr std::size_t first = 512;  // most calls and replies fit, and grow no further
  const std::size_t written = size();
  buffer_.resize(std::max({first, 2 * buffer_.size(), written + more}));
  at_ = buffer_.data() + written;
  end_ = buffer_.data() + buffer_.size();
}

void Encoder::string(const std::string& value, Bound bound) {
  variable({reinterpret_cast<const std::byte*>(value.data()), value.size()}, bound);
}

void Encoder::opaque(BytesView value, Bound bound) { variable(value, bound); }

void Encoder::enumerator(int number, const Enumerators& known) { run(4).enumerator(number, known); }

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

void Encoder::refuse(std::size_t count, const char* unit, Bound bound) const {
  throw too_long(bound.what, count, unit, bound.most, size());
}

void Encoder::variable(BytesView value, Bound bound) {
  if (value.size() > bound.most) refuse(value.size(), "bytes", bound);
  const std::size_t pad = padding(value.size());
  std::byte* place = grow(4 + value.size() + pad);
  store_big_endian(place, static_cast<std::uint32_t>(value.size()));
  if (!value.empty()) std::memcpy(place + 4, value.data(), value.size());
  std::memset(place + 4 + value.size(), 0, pad);
}

void Encoder::fixed(const std::byte* value, std::size_t size) {
  const std::size_t pad = padding(size);
  std::byte* place = grow(size + pad);
  std::memcpy(place, value, size);
  std::memset(place + size, 0, pad);
}

}  // namespace onc::xdr
