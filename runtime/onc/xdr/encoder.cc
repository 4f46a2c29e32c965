#include <onc/xdr/encoder.h>

#include <onc/xdr/byte_swap.h>

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
  variable(reinterpret_cast<const std::byte*>(value.data()), value.size(), bound);
}

void Encoder::opaque(BytesView value, Bound bound) { variable(value.data(), value.size(), bound); }

void Encoder::opaque(const Bytes& value, Bound bound) { variable(value.data(), value.size(), bound); }

void Encoder::enumerator(int number, const Enumerators& known) { run(4).enumerator(number, known); }

template <Number T>
void Encoder::numbers(const std::vector<T>& values, Bound bound) {
  length(values.size(), bound);
  numbers(values.data(), values.size());
}

template <Number T>
void Encoder::numbers(const T* values, std::size_t count) {
  std::byte* place = grow(count * sizeof(T));
  if (count > few_numbers) return best_byte_swap().copy<T>(place, reinterpret_cast<const std::byte*>(values), count);
  Run(place).numbers(values, count);
}

template void Encoder::numbers(const std::vector<std::int32_t>&, Bound);
template void Encoder::numbers(const std::vector<std::uint32_t>&, Bound);
template void Encoder::numbers(const std::vector<std::int64_t>&, Bound);
template void Encoder::numbers(const std::vector<std::uint64_t>&, Bound);
template void Encoder::numbers(const std::vector<float>&, Bound);
template void Encoder::numbers(const std::vector<double>&, Bound);
template void Encoder::numbers(const std::int32_t*, std::size_t);
template void Encoder::numbers(const std::uint32_t*, std::size_t);
template void Encoder::numbers(const std::int64_t*, std::size_t);
template void Encoder::numbers(const std::uint64_t*, std::size_t);
template void Encoder::numbers(const float*, std::size_t);
template void Encoder::numbers(const double*, std::size_t);

void Encoder::refuse(std::size_t count, const char* unit, Bound bound) const {
  throw too_long(bound.what, count, unit, bound.most, size());
}

void Encoder::variable(const std::byte* value, std::size_t size, Bound bound) {
  if (size > bound.most) refuse(size, "bytes", bound);
  const std::size_t pad = padding(size);
  std::byte* place = grow(4 + size + pad);
  store_big_endian(place, static_cast<std::uint32_t>(size));
  if (size != 0) std::memcpy(place + 4, value, size);
  std::memset(place + 4 + size, 0, pad);
}

void Encoder::fixed(const std::byte* value, std::size_t size) {
  const std::size_t pad = padding(size);
  std::byte* place = grow(size + pad);
  std::memcpy(place, value, size);
  std::memset(place + size, 0, pad);
}

}  // namespace onc::xdr
