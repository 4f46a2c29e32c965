#include <onc/xdr/decoder.h>

#include <onc/xdr/byte_swap.h>
#include <onc/xdr/copy.h>

#include <algorithm>

namespace onc::xdr {
namespace {

constexpr std::uint32_t most_of_nothing = 65'536;

// A vector clears what it grows by. Bytes of it that the nearest cache still holds when they are overwritten.
constexpr std::size_t cleared_at_once = 4096;

}  // namespace

inline const std::byte* Decoder::flawless(Bound bound, std::size_t most, std::size_t& size) {
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (left < 4) [[unlikely]]
    return nullptr;
  size = load_big_endian<std::uint32_t>(at_);
  if (size > most || size > bound.most || size > left - 4 || size > memory_left_) [[unlikely]]
    return nullptr;
  const std::byte* const bytes = at_ + 4;
  const std::size_t padded = size + padding(size);
  if (padded > left - 4 || !zeros_fill_up(bytes, size)) [[unlikely]]
    return nullptr;
  memory_left_ -= size;
  at_ = bytes + padded;
  return bytes;
}

// These two call nothing before their end, so that they have no registers to save: each value passes through here.
void Decoder::string(std::string& value, Bound bound) {
  std::size_t size;
  const std::byte* const bytes = flawless(bound, value.size(), size);
  if (!bytes) return assign(value, bound);
  value.erase(size);
  copy_short(reinterpret_cast<std::byte*>(value.data()), bytes, size);
}

void Decoder::opaque(Bytes& value, Bound bound) {
  std::size_t size;
  const std::byte* const bytes = flawless(bound, value.size(), size);
  if (!bytes) return assign(value, bound);
  value.erase(value.begin() + static_cast<std::ptrdiff_t>(size), value.end());
  copy_short(value.data(), bytes, size);
}

// With all that may be wrong or new.
[[gnu::noinline]] void Decoder::assign(std::string& value, Bound bound) {
  const BytesView bytes = variable(bound);
  value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

[[gnu::noinline]] void Decoder::assign(Bytes& value, Bound bound) {
  const BytesView bytes = variable(bound);
  if (may_stay(bytes)) {
    value = take_part(std::move(*message_), bytes);
    return;
  }
  value.resize(bytes.size());
  copy_short(value.data(), bytes.data(), bytes.size());
}

// Only at the end: whoever decodes by a function of its own may be through with them before it reads what follows.
bool Decoder::may_stay(BytesView bytes) const { return message_ && at_ == end_ && is_worth_keeping(*message_, bytes); }

template <Number T>
void Decoder::numbers(std::vector<T>& values, Bound bound) {
  const std::size_t count = length(bound, sizeof(T), sizeof(T));
  if (values.capacity() < count) values.clear();  // growing would move what is about to be overwritten
  values.reserve(count);
  values.resize(std::min(values.size(), count));
  numbers(values.data(), values.size());
  for (std::size_t begin = values.size(); begin < count; begin = values.size()) {
    values.resize(std::min(count, begin + cleared_at_once / sizeof(T)));
    numbers(values.data() + begin, values.size() - begin);
  }
}

template <Number T>
void Decoder::numbers(T* values, std::size_t count) {
  const std::byte* place = take(count * sizeof(T));
  if (count > few_numbers) return copy_many_big_endian<sizeof(T)>(reinterpret_cast<std::byte*>(values), place, count);
  Run(*this, place).numbers(values, count);
}

template void Decoder::numbers(std::vector<std::int32_t>&, Bound);
template void Decoder::numbers(std::vector<std::uint32_t>&, Bound);
template void Decoder::numbers(std::vector<std::int64_t>&, Bound);
template void Decoder::numbers(std::vector<std::uint64_t>&, Bound);
template void Decoder::numbers(std::vector<float>&, Bound);
template void Decoder::numbers(std::vector<double>&, Bound);
template void Decoder::numbers(std::int32_t*, std::size_t);
template void Decoder::numbers(std::uint32_t*, std::size_t);
template void Decoder::numbers(std::int64_t*, std::size_t);
template void Decoder::numbers(std::uint64_t*, std::size_t);
template void Decoder::numbers(float*, std::size_t);
template void Decoder::numbers(double*, std::size_t);

int Decoder::enumerator(const Enumerators& known) {
  const std::int32_t number = i32();
  if (known.only.size() != 0 || !known.contain(number)) [[unlikely]]
    return listed(number, known);
  return number;
}

[[gnu::noinline]] int Decoder::listed(int number, const Enumerators& known) const {
  if (!known.contain(number)) refuse(errc::no_such_enumerator, known.name);
  return number;
}

void Decoder::fixed(std::byte* value, std::size_t size) {
  if (padding(size) != 0) return fixed_and_padded(value, size);
  copy_short(value, take(size), size);
}

[[gnu::noinline]] void Decoder::fixed_and_padded(std::byte* value, std::size_t size) {
  copy_short(value, raw(size).data(), size);
}

std::size_t Decoder::count_alike(const std::byte* begin, std::size_t count) {
  const std::byte* here = at_ - 4;  // its TRUE
  if (counted_until_ && here < counted_until_) return 0;
  const auto each = static_cast<std::size_t>(here - begin) / count;
  std::size_t more = 0;
  while (static_cast<std::size_t>(end_ - here) >= each + 4 && load_big_endian<std::uint32_t>(here + each) == 1) {
    here += each;
    ++more;
  }
  counted_until_ = here;
  return more;
}

BytesView Decoder::variable(Bound bound) { return raw(length(bound, 1, 1, "bytes")); }

std::uint32_t Decoder::length(Bound bound, std::size_t smallest, std::size_t memory_each) {
  return length(bound, smallest, memory_each, "elements");
}

std::uint32_t Decoder::length(Bound bound, std::size_t smallest, std::size_t memory_each, const char* unit) {
  const std::uint32_t count = u32();
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (count > bound.most) raise(too_long(bound.what, count, unit, bound.most, offset() - 4));
  // Divided, not multiplied: a count of 2^32-1 must not wrap (as in CVE-2002-0391).
  if (smallest != 0 && count > left / smallest) run_out(count * smallest, at_ - 4);
  // Elements of no bytes cost a stranger nothing, however many.
  if (smallest == 0 && count > most_of_nothing) fail(errc::too_much_memory, "", at_ - 4);
  if (memory_each != 0 && count > memory_left_ / memory_each) fail(errc::too_much_memory, "", at_ - 4);
  memory_left_ -= count * memory_each;
  return count;
}

void Decoder::object_to_padding(const std::byte* pad) const {
  while (*pad == std::byte{0}) ++pad;
  object(errc::nonzero_padding, pad);
}

void Decoder::finish() {
  if (at_ != end_ && !rest_passed_over_) object(errc::trailing_bytes, at_);
  finished_ = true;
}

void Decoder::fail(errc code, const char* subject, const std::byte* where) const {
  raise(Error(code, subject, static_cast<std::size_t>((where ? where : at_) - begin_)));
}

void Decoder::run_out(std::size_t size, const std::byte* where) const {
  const std::size_t needed = offset() + size;
  raise(Error(errc::truncated, "", static_cast<std::size_t>(where - begin_), needed + padding(needed)));
}

void Decoder::raise(const Error& error) const {
  if (told_) told_(context_, error);
  throw error;
}

}  // namespace onc::xdr
