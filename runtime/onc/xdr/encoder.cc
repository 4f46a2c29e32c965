#include <onc/xdr/encoder.h>

#include <onc/xdr/byte_swap.h>
#include <onc/xdr/copy.h>

#include <algorithm>

namespace onc::xdr {

void Encoder::enlarge(std::size_t more) {
  constexpr std::size_t first = 512;  // most calls and replies fit, and grow no further
  const std::size_t written = this->written();
  buffer_.resize(std::max({first, 2 * buffer_.size(), written + more}));
  at_ = buffer_.data() + written;
  end_ = buffer_.data() + buffer_.size();
}

void Encoder::string(const std::string& value, Bound bound) {
  variable(reinterpret_cast<const std::byte*>(value.data()), value.size(), bound);
}

void Encoder::opaque(BytesView value, Bound bound) { variable(value.data(), value.size(), bound); }

void Encoder::opaque(const Bytes& value, Bound bound) {
  using Others = Large::Others;
  if (large_.others == Others::copied || value.size() < large_.from) return variable(value.data(), value.size(), bound);
  // What take() was given is no const object.
  if (large_.others == Others::taken) return opaque(std::move(const_cast<Bytes&>(value)), bound);
  large_length(value.size(), bound);
  add_large(value, {});
}

// Whoever bounds what is held for a peer counts what is sent: the memory must not be much more.
void Encoder::opaque(Bytes&& value, Bound bound) {
  const bool is_large = value.size() >= large_.from && value.size() >= value.capacity() / 2;
  if (!is_large) return variable(value.data(), value.size(), bound);
  large_length(value.size(), bound);
  const BytesView bytes = value;  // which stay where they are
  add_large(bytes, std::move(value));
}

void Encoder::string_after(std::int32_t number, const std::string& value, Bound bound) {
  variable_after(number, reinterpret_cast<const std::byte*>(value.data()), value.size(), bound);
}

void Encoder::opaque_after(std::int32_t number, const Bytes& value, Bound bound) {
  if (large_.others == Large::Others::copied || value.size() < large_.from)
    return variable_after(number, value.data(), value.size(), bound);
  i32(number);
  opaque(value, bound);
}

// Checked when it is written: nothing needs to be kept for later then.
void Encoder::enumerator(int number, const Enumerators& known) {
  i32(number);
  if (!known.contain(number)) known.checked(number);
}

template <Number T>
void Encoder::numbers(const std::vector<T>& values, Bound bound) {
  length(values.size(), bound);
  numbers(values.data(), values.size());
}

template <Number T>
void Encoder::numbers(const T* values, std::size_t count) {
  std::byte* place = grow(count * sizeof(T));
  if (count > few_numbers)
    return copy_many_big_endian<sizeof(T)>(place, reinterpret_cast<const std::byte*>(values), count);
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

void Encoder::large_length(std::size_t size, Bound bound) {
  if (size > bound.most) refuse(size, "bytes", bound);
  u32(static_cast<std::uint32_t>(size));
}

void Encoder::refuse(std::size_t count, const char* unit, Bound bound, std::size_t before) const {
  throw too_long(bound.what, count, unit, bound.most, size() + before);
}

// These call nothing before their end, so that they have no registers to save: each value passes through here.
void Encoder::variable(const std::byte* value, std::size_t size, Bound bound) {
  if (size > bound.most) [[unlikely]]
    refuse(size, "bytes", bound);
  const std::size_t padded = size + padding(size);
  if (!has_room(4 + padded)) [[unlikely]]
    return enlarge_for_variable(value, size);
  std::byte* const place = at_;
  at_ += 4 + padded;
  std::memset(place + padded, 0, 4);  // the last four: what the value leaves of them is the padding
  store_big_endian(place, static_cast<std::uint32_t>(size));
  copy_short(place + 4, value, size);
}

void Encoder::variable_after(std::int32_t number, const std::byte* value, std::size_t size, Bound bound) {
  if (size > bound.most) [[unlikely]]
    refuse(size, "bytes", bound, 4);
  const std::size_t padded = size + padding(size);
  if (!has_room(8 + padded)) [[unlikely]]
    return enlarge_for_variable_after(number, value, size);
  std::byte* const place = at_;
  at_ += 8 + padded;
  std::memset(place + 4 + padded, 0, 4);
  store_big_endian(place, std::uint64_t{static_cast<std::uint32_t>(number)} << 32 | size);
  copy_short(place + 8, value, size);
}

void Encoder::fixed(const std::byte* value, std::size_t size) {
  const std::size_t padded = size + padding(size);
  if (!has_room(padded)) [[unlikely]]
    return enlarge_for_fixed(value, size);
  std::byte* const place = at_;
  at_ += padded;
  if (size != 0) std::memset(place + padded - 4, 0, 4);
  copy_short(place, value, size);
}

// The bound was looked at.
void Encoder::enlarge_for_variable(const std::byte* value, std::size_t size) {
  enlarge(4 + size + padding(size));
  variable(value, size, unbounded);
}

void Encoder::enlarge_for_variable_after(std::int32_t number, const std::byte* value, std::size_t size) {
  enlarge(8 + size + padding(size));
  variable_after(number, value, size, unbounded);
}

void Encoder::enlarge_for_fixed(const std::byte* value, std::size_t size) {
  enlarge(size + padding(size));
  fixed(value, size);
}

}  // namespace onc::xdr
