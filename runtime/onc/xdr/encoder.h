// Values to bytes (RFC 4506).
#pragma once

#include <onc/xdr/box.h>
#include <onc/xdr/byte_order.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/enumerators.h>
#include <onc/xdr/error.h>
#include <onc/xdr/types.h>

#include <array>
#include <cassert>
#include <cstring>
#include <optional>
#include <string_view>
#include <vector>

namespace onc::xdr {

// Appends to a buffer of its own, which keeps its memory from one message to the next.
// What the .x forbids is refused here too, as Error(too_long) or Error(no_such_enumerator); what was written before stays.
class Encoder {
 public:
  // A run of fixed-size values whose room was made at once. Everything announced must be written.
  class Run {
   public:
    explicit Run(std::byte* at) : at_(at) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    void i32(std::int32_t value) { number(value); }
    void u32(std::uint32_t value) { number(value); }
    void i64(std::int64_t value) { number(value); }
    void u64(std::uint64_t value) { number(value); }
    void f32(float value) { number(value); }
    void f64(double value) { number(value); }
    void boolean(bool value) { number(std::int32_t{value}); }
    template <class Enum>
    void enumerator(Enum value, const Enumerators& known) {
      number(checked(static_cast<std::int32_t>(value), known));
    }
    template <std::size_t size>
    void opaque(const std::array<std::byte, size>& value) {
      std::memcpy(at_, value.data(), size);
      if constexpr (padding(size) != 0) std::memset(at_ + size, 0, padding(size));
      at_ += size + padding(size);
    }
    template <Number T>
    void numbers(std::span<const T> values) {
      for (const T& value : values) number(value);
    }
    template <Number T, std::size_t size>
    void numbers(const std::array<T, size>& values) {
      numbers(std::span<const T>(values));
    }

   private:
    template <Number T>
    void number(T value) {
      store_big_endian(at_, value);
      at_ += sizeof value;
    }

    std::byte* at_;
  };

  std::size_t size() const { return size_; }
  BytesView bytes() const { return {buffer_.data(), size_}; }
  std::byte* data() { return buffer_.data(); }
  void clear() { size_ = 0; }
  // Gives memory back that only an unusually large message needed. What was written is forgotten then.
  void shrink() {
    constexpr std::size_t kept = std::size_t{4} << 20;
    if (buffer_.size() <= kept) return;
    buffer_ = Bytes();
    size_ = 0;
  }
  // Forgets what was written after the first `size` bytes.
  void truncate(std::size_t size) {
    assert(size <= size_);
    size_ = size;
  }

  void i32(std::int32_t value) { number(value); }
  void u32(std::uint32_t value) { number(value); }
  void i64(std::int64_t value) { number(value); }
  void u64(std::uint64_t value) { number(value); }
  void f32(float value) { number(value); }
  void f64(double value) { number(value); }
  void boolean(bool value) { number(std::int32_t{value}); }
  void quadruple(const Quadruple& value) { opaque(value.bytes); }
  template <class Enum>
  void enumerator(Enum value, const Enumerators& known) {
    i32(checked(static_cast<std::int32_t>(value), known));
  }

  // `size` in bytes, a multiple of four.
  Run run(std::size_t size) { return Run(grow(size)); }

  void string(std::string_view value, Bound bound);
  void opaque(BytesView value, Bound bound);
  template <std::size_t size>
  void opaque(const std::array<std::byte, size>& value) {
    run(size + padding(size)).opaque(value);
  }

  // Bytes that are XDR already, such as a procedure's arguments to pass on.
  void raw(BytesView value) {
    if (!value.empty()) std::memcpy(grow(value.size()), value.data(), value.size());
  }

  template <Number T>
  void numbers(const std::vector<T>& values, Bound bound);
  template <Number T, std::size_t size>
  void numbers(const std::array<T, size>& values) {
    run(size * sizeof(T)).numbers(std::span<const T>(values));
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

  // What has an encode(Encoder&, const T&) beside it: a type of C++ that the .x only names.
  template <class T>
  void value(const T& value) {
    encode(*this, value);
  }

  // The number of elements of a T<bound>; for loops that are not one of the above.
  void length(std::size_t count, Bound bound) {
    if (count > bound.most) too_long(count, "elements", bound);
    u32(static_cast<std::uint32_t>(count));
  }

 private:
  static std::int32_t checked(std::int32_t number, const Enumerators& known) {
    if (!known.contain(number)) throw_no_such_enumerator(known.name, number);
    return number;
  }
  [[noreturn]] void too_long(std::size_t count, const char* unit, Bound bound) const;

  template <Number T>
  void number(T value) {
    store_big_endian(grow(sizeof value), value);
  }

  std::byte* grow(std::size_t more) {
    if (buffer_.size() - size_ < more) enlarge(more);
    std::byte* place = buffer_.data() + size_;
    size_ += more;
    return place;
  }

  void enlarge(std::size_t more);
  void variable(BytesView value, Bound bound);

  Bytes buffer_;  // its size is the room there is
  std::size_t size_ = 0;
};

extern template void Encoder::numbers(const std::vector<std::int32_t>&, Bound);
extern template void Encoder::numbers(const std::vector<std::uint32_t>&, Bound);
extern template void Encoder::numbers(const std::vector<std::int64_t>&, Bound);
extern template void Encoder::numbers(const std::vector<std::uint64_t>&, Bound);
extern template void Encoder::numbers(const std::vector<float>&, Bound);
extern template void Encoder::numbers(const std::vector<double>&, Bound);

// A struct or union of a .x, which writes itself.
template <class T>
  requires requires(const T& value, Encoder& out) { value.encode(out); }
void encode(Encoder& out, const T& value) {
  value.encode(out);
}

}  // namespace onc::xdr
