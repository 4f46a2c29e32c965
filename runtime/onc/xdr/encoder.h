// Values to bytes (RFC 4506).
#pragma once

#include <onc/xdr/box.h>
#include <onc/xdr/byte_order.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/enumerators.h>
#include <onc/xdr/error.h>
#include <onc/xdr/fields.h>
#include <onc/xdr/types.h>

#include <array>
#include <cassert>
#include <cstring>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace onc::xdr {

// Appends to a buffer of its own, which keeps its memory from one message to the next.
// What the .x forbids is refused here too, as Error(too_long) or Error(no_such_enumerator). What was written before
// stays then, but some of the struct that was refused may follow it: truncate() to where that began, or clear().
class Encoder {
 public:
  // A run of fixed-size values whose room was made at once. Everything announced must be written.
  // Generated code is full of them: each function does its work itself, which the compiler is through with sooner.
  class Run {
   public:
    explicit Run(std::byte* at) : at_(at) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void u32(std::uint32_t value) {
      const std::uint32_t bytes = big_endian(value);
      std::memcpy(at_, &bytes, 4);
      at_ += 4;
    }
    void u64(std::uint64_t value) {
      const std::uint64_t bytes = big_endian(value);
      std::memcpy(at_, &bytes, 8);
      at_ += 8;
    }
    void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
    void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
    void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
    void boolean(bool value) { u32(value); }
    // An enum's value, as a number.
    void enumerator(int number, const Enumerators& known) { i32(known.checked(number)); }
    template <std::size_t size>
    void opaque(const std::array<std::byte, size>& value) {
      std::memcpy(at_, value.data(), size);
      if constexpr (padding(size) != 0) std::memset(at_ + size, 0, padding(size));
      at_ += size + padding(size);
    }
    // Neighbours of one width. Those that lie one after the other in memory too go several at once.
    template <Number First, Number... Others>
    requires((sizeof(First) == sizeof(Others)) && ...) void numbers(First first, Others... others) {
      const std::array<Unsigned<First>, 1 + sizeof...(Others)> bits = {std::bit_cast<Unsigned<First>>(first),
                                                                       std::bit_cast<Unsigned<First>>(others)...};
      numbers(bits.data(), bits.size());
    }
    template <Number T>
    void numbers(const T* values, std::size_t count) {
      copy_big_endian<sizeof(T)>(at_, reinterpret_cast<const std::byte*>(values), count);
      at_ += count * sizeof(T);
    }
    template <Number T, std::size_t size>
    void numbers(const std::array<T, size>& values) {
      numbers(values.data(), size);
    }

    // By its type.
    void field(bool value) { boolean(value); }
    void field(std::int8_t value) { i32(value); }
    void field(std::uint8_t value) { u32(value); }
    void field(std::int16_t value) { i32(value); }
    void field(std::uint16_t value) { u32(value); }
    void field(std::int32_t value) { i32(value); }
    void field(std::uint32_t value) { u32(value); }
    void field(std::int64_t value) { i64(value); }
    void field(std::uint64_t value) { u64(value); }
    void field(float value) { f32(value); }
    void field(double value) { f64(value); }

   private:
    std::byte* at_;
  };

  Encoder() = default;
  Encoder(Encoder&& other) noexcept { *this = std::move(other); }
  Encoder& operator=(Encoder&& other) noexcept {
    large_ = std::exchange(other.large_, {});
    buffer_ = std::move(other.buffer_);
    at_ = std::exchange(other.at_, nullptr);
    end_ = std::exchange(other.end_, nullptr);
    other.buffer_.clear();
    return *this;
  }

  std::size_t size() const { return written() + large_.size; }
  // All that was written, where there is no large().
  BytesView bytes() const { return {buffer_.data(), written()}; }
  std::byte* data() { return buffer_.data(); }
  void clear() { truncate(0); }
  // Gives memory back that only an unusually large message needed. What was written is forgotten then.
  void shrink() {
    constexpr std::size_t kept = std::size_t{4} << 20;
    if (buffer_.size() > kept) *this = Encoder();
  }
  // Forgets what was written after the first `size` bytes.
  void truncate(std::size_t size) {
    assert(size <= this->size());
    if (large_.size != 0) size = forget_large(size);
    at_ = buffer_.data() + size;
  }

  // What to do with opaques of at least so many bytes, for who sends pieces(): their copying would cost as much as
  // sending them does.
  struct Large {
    // Those that are not given away: lent ones must stay where they are until they have left, and taken ones are moved
    // out of a value that nobody needs any more.
    enum class Others { copied, lent, taken };

    std::size_t from = std::numeric_limits<std::size_t>::max();
    Others others = Others::copied;

    struct Piece {
      std::size_t after;  // bytes of the buffer
      BytesView bytes;
      Bytes owned;
    };
    std::vector<Piece> pieces = {};
    std::size_t size = 0;  // of them all
  };
  void keep_large(std::size_t from) { large_.from = from; }
  std::size_t keeps_large_from() const { return large_.from; }
  void lend_large(bool lent) { large_.others = lent ? Large::Others::lent : Large::Others::copied; }
  bool has_large() const { return large_.size != 0; }
  // What was written, in its order.
  std::vector<BytesView> pieces() const;
  // From now on all is in bytes().
  void gather();

  // Where a value ends is noted last: bytes may have been written over anything, but compilers know at_ for the next.
  void u32(std::uint32_t value) {
    std::byte* const place = room(4);
    store_big_endian(place, value);
    at_ = place + 4;
  }
  void u64(std::uint64_t value) {
    std::byte* const place = room(8);
    store_big_endian(place, value);
    at_ = place + 8;
  }
  void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void f32(float value) { u32(std::bit_cast<std::uint32_t>(value)); }
  void f64(double value) { u64(std::bit_cast<std::uint64_t>(value)); }
  void boolean(bool value) { u32(value); }
  void quadruple(const Quadruple& value) { opaque(value.bytes); }
  // An enum's value, as a number.
  void enumerator(int number, const Enumerators& known);
  // The same where it says what follows, in place.
  void discriminant(int number, const Enumerators& known) { i32(known.checked(number)); }

  // A few neighbours that are numbers or bools, by one check. Structs with like neighbours share the function.
  template <class... Fields>
  void fields(Fields... values);

  // `size` in bytes, a multiple of four.
  Run run(std::size_t size) { return Run(grow(size)); }

  // Where a value begins with a run, `if (out.lacks(size)) return out.make_room(size, *this);` goes before it: a
  // function that ends in its only call has no registers to save.
  bool lacks(std::size_t size) const { return !has_room(size); }
  template <class T>
  [[gnu::cold, gnu::noinline]] void make_room(std::size_t size, const T& value) {
    enlarge(size);
    value.encode(*this);
  }

  void string(const std::string& value, Bound bound);
  void opaque(BytesView value, Bound bound);
  void opaque(const Bytes& value, Bound bound);
  // Given away.
  void opaque(Bytes&& value, Bound bound);
  // A number, a union's discriminant, and the value by one check.
  void string_after(std::int32_t number, const std::string& value, Bound bound);
  void opaque_after(std::int32_t number, const Bytes& value, Bound bound);
  template <std::size_t size>
  void opaque(const std::array<std::byte, size>& value) {
    fixed(value.data(), size);
  }

  // Bytes that are XDR already, such as a procedure's arguments to pass on.
  void raw(BytesView value) {
    if (!value.empty()) std::memcpy(grow(value.size()), value.data(), value.size());
  }

  template <Number T>
  void numbers(const std::vector<T>& values, Bound bound);
  template <Number T, std::size_t size>
  void numbers(const std::array<T, size>& values) {
    numbers(values.data(), size);
  }

  // `encode_item(item)` writes one element. Without it the elements are structs or unions of a .x.
  template <class T, class EncodeItem>
  void array(const std::vector<T>& items, Bound bound, EncodeItem encode_item) {
    length(items.size(), bound);
    for (const T& item : items) encode_item(item);
  }
  template <class T>
  void array(const std::vector<T>& items, Bound bound) {
    length(items.size(), bound);
    for (const T& item : items) item.encode(*this);
  }
  template <class T, std::size_t size, class EncodeItem>
  void array(const std::array<T, size>& items, EncodeItem encode_item) {
    for (const T& item : items) encode_item(item);
  }
  template <class T, std::size_t size>
  void array(const std::array<T, size>& items) {
    for (const T& item : items) item.encode(*this);
  }

  // A linked list: TRUE before each element, FALSE after the last (RFC 4506 §4.19).
  template <class T, class EncodeItem>
  void list(const std::vector<T>& items, EncodeItem encode_item) {
    for (const T& item : items) {
      boolean(true);
      encode_item(item);
    }
    boolean(false);
  }
  template <class T>
  void list(const std::vector<T>& items) {
    for (const T& item : items) {
      boolean(true);
      item.encode(*this);
    }
    boolean(false);
  }

  template <class T, class EncodeItem>
  void optional(const std::optional<T>& value, EncodeItem encode_item) {
    boolean(value.has_value());
    if (value) encode_item(*value);
  }
  template <class T, class EncodeItem>
  void optional(const Box<T>& value, EncodeItem encode_item) {
    boolean(value.has_value());
    if (value) encode_item(*value);
  }
  template <class T>
  void optional(const std::optional<T>& value) {
    boolean(value.has_value());
    if (value) value->encode(*this);
  }
  template <class T>
  void optional(const Box<T>& value) {
    boolean(value.has_value());
    if (value) value->encode(*this);
  }

  // Of a chain: the one that `link` leads to, to be written next, or null.
  template <class T>
  const T* next(const Box<T>& link) {
    boolean(link.has_value());
    return link ? &*link : nullptr;
  }

  // A struct or union that nobody needs any more: its large opaques are given away.
  template <class T>
  requires(!std::is_reference_v<T> && !std::is_const_v<T>) void take(T&& value) {
    const Treating taken(large_, Large::Others::taken);
    value.encode(*this);
  }

  // What has an encode(Encoder&, const T&) beside it: a type of C++ that the .x only names.
  template <class T>
  void value(const T& value) {
    const Treating copied(large_, Large::Others::copied);  // what it writes may be gone then
    encode(*this, value);
  }

  // The number of elements of a T<bound>; for loops that are not one of the above.
  void length(std::size_t count, Bound bound) {
    if (count > bound.most) refuse(count, "elements", bound);
    u32(static_cast<std::uint32_t>(count));
  }

 private:
  // Of large opaques, while it lives.
  class Treating {
   public:
    Treating(Large& large, Large::Others others) : large_(large), before_(std::exchange(large.others, others)) {}
    Treating(const Treating&) = delete;
    Treating& operator=(const Treating&) = delete;
    ~Treating() { large_.others = before_; }

   private:
    Large& large_;
    Large::Others before_;
  };

  std::size_t written() const { return static_cast<std::size_t>(at_ - buffer_.data()); }
  void add_large(BytesView bytes, Bytes owned);
  // How much of the buffer the first `size` bytes take.
  std::size_t forget_large(std::size_t size);

  // The value begins `before` bytes after what was written.
  [[noreturn, gnu::cold]] void refuse(std::size_t count, const char* unit, Bound bound, std::size_t before = 0) const;
  void large_length(std::size_t size, Bound bound);

  bool has_room(std::size_t size) const { return size <= static_cast<std::size_t>(end_ - at_); }
  // Where the next `size` bytes go.
  std::byte* room(std::size_t size) {
    if (!has_room(size)) [[unlikely]]
      enlarge(size);
    return at_;
  }
  // The same, and those after them next.
  std::byte* grow(std::size_t more) {
    std::byte* const place = room(more);
    at_ = place + more;
    return place;
  }

  [[gnu::cold]] void enlarge(std::size_t more);
  template <class... Fields>
  void enlarge_for_fields(Fields... values);
  void variable(const std::byte* value, std::size_t size, Bound bound);
  void variable_after(std::int32_t number, const std::byte* value, std::size_t size, Bound bound);
  [[gnu::cold]] void enlarge_for_variable(const std::byte* value, std::size_t size);
  [[gnu::cold]] void enlarge_for_variable_after(std::int32_t number, const std::byte* value, std::size_t size);
  template <Number T>
  void numbers(const T* values, std::size_t count);
  void fixed(const std::byte* value, std::size_t size);
  [[gnu::cold]] void enlarge_for_fixed(const std::byte* value, std::size_t size);

  Bytes buffer_;  // its size is the room there is
  std::byte* at_ = nullptr;
  std::byte* end_ = nullptr;
  Large large_;
};

// Ends in a call where it makes one, so that it has no registers to save.
template <class... Fields>
[[gnu::noinline]] void Encoder::fields(Fields... values) {
  constexpr std::size_t size = size_of_fields<Fields...>;
  if (!has_room(size)) [[unlikely]]
    return enlarge_for_fields(values...);
  Run run(grow(size));
  (run.field(values), ...);
}

template <class... Fields>
[[gnu::cold, gnu::noinline]] void Encoder::enlarge_for_fields(Fields... values) {
  enlarge(size_of_fields<Fields...>);
  fields(values...);
}

extern template void Encoder::numbers(const std::vector<std::int32_t>&, Bound);
extern template void Encoder::numbers(const std::vector<std::uint32_t>&, Bound);
extern template void Encoder::numbers(const std::vector<std::int64_t>&, Bound);
extern template void Encoder::numbers(const std::vector<std::uint64_t>&, Bound);
extern template void Encoder::numbers(const std::vector<float>&, Bound);
extern template void Encoder::numbers(const std::vector<double>&, Bound);
extern template void Encoder::numbers(const std::int32_t*, std::size_t);
extern template void Encoder::numbers(const std::uint32_t*, std::size_t);
extern template void Encoder::numbers(const std::int64_t*, std::size_t);
extern template void Encoder::numbers(const std::uint64_t*, std::size_t);
extern template void Encoder::numbers(const float*, std::size_t);
extern template void Encoder::numbers(const double*, std::size_t);

// A struct or union of a .x, which writes itself.
template <class T>
requires requires(const T& value, Encoder& out) { value.encode(out); }
void encode(Encoder& out, const T& value) { value.encode(out); }

}  // namespace onc::xdr
