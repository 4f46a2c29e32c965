// Bytes to values (RFC 4506). The bytes come from a stranger: nothing is allocated or followed on their word alone.
#pragma once

#include <onc/xdr/box.h>
#include <onc/xdr/byte_order.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/enumerators.h>
#include <onc/xdr/error.h>
#include <onc/xdr/fields.h>
#include <onc/xdr/types.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace onc::xdr {

// What one message may cost its reader.
struct Limits {
  // Values inside values of the same recursive type. Lists, and chains that a last member links, are loops and do not
  // count.
  std::size_t depth = 100;
  // Bytes of memory for all strings, opaques, arrays and elements of lists and chains together. The vector of a list
  // doubles as it grows: for a while it may take three times what its elements do. Where a long list is made for as
  // many as it seems to have, a sixteenth of what is left goes to that guess at most, until the list has ended, and one
  // that was wrong is given back.
  std::size_t memory = std::size_t{64} << 20;
  // Lets off peers of old that are careless where no value is at stake: padding that is not zero, a TRUE other than 1,
  // bytes left over. Nothing that costs more than they do, and no value the .x does not know.
  bool lenient = false;
};

// Reads values from bytes it does not own. Every function throws Error, naming the rule and the byte.
// Values are filled by reference and reuse the memory they have.
class Decoder {
 public:
  // A run of fixed-size values whose bytes are known to be there. Everything announced must be read.
  class Run {
   public:
    Run(const Decoder& decoder, const std::byte* at) : decoder_(decoder), at_(at) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    std::uint32_t u32() {
      std::uint32_t bytes;
      std::memcpy(&bytes, at_, 4);
      at_ += 4;
      return big_endian(bytes);
    }
    std::uint64_t u64() {
      std::uint64_t bytes;
      std::memcpy(&bytes, at_, 8);
      at_ += 8;
      return big_endian(bytes);
    }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
    std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
    float f32() { return std::bit_cast<float>(u32()); }
    double f64() { return std::bit_cast<double>(u64()); }
    bool boolean() {
      const std::uint32_t value = u32();
      if (value > 1) decoder_.object(errc::bad_boolean, at_ - 4);
      return value != 0;
    }
    // An enum's value, as a number.
    int enumerator(const Enumerators& known) {
      const std::int32_t number = i32();
      if (!known.contain(number)) decoder_.fail(errc::no_such_enumerator, known.name, at_ - 4);
      return number;
    }
    // The char and short of rpcgen: four bytes each, refused where they do not fit.
    std::int8_t i8() { return narrow<std::int8_t>(i32()); }
    std::uint8_t u8() { return narrow<std::uint8_t>(u32()); }
    std::int16_t i16() { return narrow<std::int16_t>(i32()); }
    std::uint16_t u16() { return narrow<std::uint16_t>(u32()); }
    template <std::size_t size>
    void opaque(std::array<std::byte, size>& value) {
      std::memcpy(value.data(), at_, size);
      if constexpr (padding(size) != 0) decoder_.check_padding(at_, size);
      at_ += size + padding(size);
    }
    // Neighbours of one width. Those that lie one after the other in memory too go several at once.
    template <Number First, Number... Others>
    requires((sizeof(First) == sizeof(Others)) && ...) void numbers(First& first, Others&... others) {
      std::array<Unsigned<First>, 1 + sizeof...(Others)> bits;
      numbers(bits.data(), bits.size());
      const Unsigned<First>* next = bits.data();
      first = std::bit_cast<First>(*next);
      ((others = std::bit_cast<Others>(*++next)), ...);
    }
    template <Number T>
    void numbers(T* values, std::size_t count) {
      copy_big_endian<sizeof(T)>(reinterpret_cast<std::byte*>(values), at_, count);
      at_ += count * sizeof(T);
    }
    template <Number T, std::size_t size>
    void numbers(std::array<T, size>& values) {
      numbers(values.data(), size);
    }

    // By its type.
    void field(bool& value) { value = boolean(); }
    void field(std::int8_t& value) { value = i8(); }
    void field(std::uint8_t& value) { value = u8(); }
    void field(std::int16_t& value) { value = i16(); }
    void field(std::uint16_t& value) { value = u16(); }
    void field(std::int32_t& value) { value = i32(); }
    void field(std::uint32_t& value) { value = u32(); }
    void field(std::int64_t& value) { value = i64(); }
    void field(std::uint64_t& value) { value = u64(); }
    void field(float& value) { value = f32(); }
    void field(double& value) { value = f64(); }

   private:
    template <class Small, class Wide>
    Small narrow(Wide value) const {
      if (static_cast<Wide>(static_cast<Small>(value)) != value) decoder_.fail(errc::out_of_range, "", at_ - 4);
      return static_cast<Small>(value);
    }

    const Decoder& decoder_;
    const std::byte* at_;
  };

  // Held while a value of a recursive type is read; counts against Limits::depth.
  class Level {
   public:
    explicit Level(Decoder& decoder) : decoder_(decoder) { --decoder_.levels_left_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    ~Level() { ++decoder_.levels_left_; }

   private:
    Decoder& decoder_;
  };

  // `bytes` must outlive the decoder.
  explicit Decoder(BytesView bytes, Limits limits = {})
      : begin_(bytes.data()),
        at_(begin_),
        end_(begin_ + bytes.size()),
        memory_left_(limits.memory),
        levels_left_(limits.depth),
        lenient_(limits.lenient) {}

  std::int32_t i32() { return run(4).i32(); }
  std::uint32_t u32() { return run(4).u32(); }
  std::int64_t i64() { return run(8).i64(); }
  std::uint64_t u64() { return run(8).u64(); }
  float f32() { return run(4).f32(); }
  double f64() { return run(8).f64(); }
  bool boolean() { return run(4).boolean(); }
  Quadruple quadruple() {
    Quadruple value;
    opaque(value.bytes);
    return value;
  }

  std::int8_t i8() { return run(4).i8(); }
  std::uint8_t u8() { return run(4).u8(); }
  std::int16_t i16() { return run(4).i16(); }
  std::uint16_t u16() { return run(4).u16(); }
  // An enum's value, as a number.
  int enumerator(const Enumerators& known);
  // The same where it says what follows, in place.
  int discriminant(const Enumerators& known) { return run(4).enumerator(known); }

  // A few neighbours that are numbers or bools, by one check. Structs with like neighbours share the function.
  template <class... Fields>
  void fields(Fields&... values);

  // `size` in bytes, a multiple of four.
  Run run(std::size_t size) { return Run(*this, take(size)); }

  void string(std::string& value, Bound bound);
  void opaque(Bytes& value, Bound bound);
  template <std::size_t size>
  void opaque(std::array<std::byte, size>& value) {
    fixed(value.data(), size);
  }

  template <Number T>
  void numbers(std::vector<T>& values, Bound bound);
  template <Number T, std::size_t size>
  void numbers(std::array<T, size>& values) {
    numbers(values.data(), size);
  }

  // `decode_item(item)` fills one element; without it the elements are structs or unions of a .x.
  // `smallest`: the fewest bytes an element can have on the wire; of elements that may have none, an array takes
  // 65,536.
  template <class T, class DecodeItem>
  void array(std::vector<T>& items, Bound bound, std::size_t smallest, DecodeItem decode_item) {
    items.resize(length(bound, smallest, sizeof(T)));
    for (T& item : items) decode_item(item);
  }
  template <class T>
  void array(std::vector<T>& items, Bound bound, std::size_t smallest) {
    items.resize(length(bound, smallest, sizeof(T)));
    for (T& item : items) item.decode(*this);
  }
  template <class DecodeItem>  // std::vector<bool> has no bool& to give
  void array(std::vector<bool>& items, Bound bound, std::size_t smallest, DecodeItem decode_item) {
    items.resize(length(bound, smallest, 1));
    for (std::size_t i = 0; i < items.size(); ++i) {
      bool item = false;
      decode_item(item);
      items[i] = item;
    }
  }
  template <class T, std::size_t size, class DecodeItem>
  void array(std::array<T, size>& items, DecodeItem decode_item) {
    for (T& item : items) decode_item(item);
  }
  template <class T, std::size_t size>
  void array(std::array<T, size>& items) {
    for (T& item : items) item.decode(*this);
  }

  // A linked list: TRUE before each element, FALSE after the last (RFC 4506 §4.19).
  template <class T, class DecodeItem>
  void list(std::vector<T>& items, DecodeItem decode_item) {
    const std::byte* const begin = at_;
    std::size_t count = 0;
    std::size_t ready = 0;
    for (; boolean(); ++count) {
      if (count == ready) ready += make_ready(items, count, begin);
      decode_item(items[count]);
    }
    end_list(items, count, ready);
  }
  template <class T>
  void list(std::vector<T>& items) {
    const std::byte* const begin = at_;
    std::size_t count = 0;
    std::size_t ready = 0;
    for (; boolean(); ++count) {
      if (count == ready) ready += make_ready(items, count, begin);
      items[count].decode(*this);
    }
    end_list(items, count, ready);
  }

  template <class T, class DecodeItem>
  void optional(std::optional<T>& value, DecodeItem decode_item) {
    if (!boolean()) return value.reset();
    decode_item(value ? *value : value.emplace());
  }
  template <class T, class DecodeItem>
  void optional(Box<T>& value, DecodeItem decode_item) {
    if (!boolean()) return value.reset();
    charge(sizeof(T));
    decode_item(value ? *value : value.emplace());
  }
  template <class T>
  void optional(std::optional<T>& value) {
    if (!boolean()) return value.reset();
    (value ? *value : value.emplace()).decode(*this);
  }
  template <class T>
  void optional(Box<T>& value) {
    if (!boolean()) return value.reset();
    charge(sizeof(T));
    (value ? *value : value.emplace()).decode(*this);
  }

  // Of a chain: the one that `link` leads to, to be read next, or null.
  template <class T>
  T* next(Box<T>& link) {
    if (!boolean()) {
      link.reset();
      return nullptr;
    }
    charge(sizeof(T));
    return link ? &*link : &link.emplace();
  }

  // What has a decode(Decoder&, T&) beside it: a type of C++ that the .x only names.
  template <class T>
  void value(T& value) try {
    decode(*this, value);
  } catch (const Error& error) {
    raise(error);
  }

  [[nodiscard]] Level nest() {
    if (levels_left_ == 0) fail(errc::too_deep, "");
    return Level(*this);
  }

  // The length of a T<bound>, checked against the bound, the bytes that are left and the memory limit.
  std::uint32_t length(Bound bound, std::size_t smallest, std::size_t memory_each);

  // A struct or union of a .x, and nothing after it. One function for all who read the type.
  template <class T>
  T last();

  // All bytes must have been read.
  void finish();
  bool finished() const { return finished_; }
  // `message` is the memory that the decoder's bytes lie in, and in which nobody looks for anything else. A large
  // opaque that ends them may take it and stay where it is; `message` is empty then, and what raw() has shown ends with
  // that opaque. May be null.
  void may_take(Bytes* message) { message_ = message; }

  // Bytes left over are no error then.
  void pass_over_rest() { rest_passed_over_ = true; }

  std::size_t offset() const { return static_cast<std::size_t>(at_ - begin_); }
  BytesView rest() const { return {at_, end_}; }
  // Passes over `size` bytes and their padding, and leaves them where they are.
  BytesView raw(std::size_t size) {
    const std::byte* bytes = take(size + padding(size));
    check_padding(bytes, size);
    return {bytes, size};
  }

  // Told of each Error before it is thrown, with `context`; may throw what says more.
  void on_error(void (*told)(const void* context, const Error&), const void* context) {
    told_ = told;
    context_ = context;
  }

  // Throws Error(code, subject) for the value that began at `where`, by default here.
  [[noreturn, gnu::cold]] void fail(errc code, const char* subject, const std::byte* where = nullptr) const;
  // The same for the four bytes read last: an enum's value or a union's discriminant, known only once read.
  [[noreturn, gnu::cold]] void refuse(errc code, const char* subject) const { fail(code, subject, at_ - 4); }

 private:
  const std::byte* take(std::size_t size) {
    if (size > static_cast<std::size_t>(end_ - at_)) run_out(size, at_);
    const std::byte* taken = at_;
    at_ += size;
    return taken;
  }

  // The value that began at `where` needs `size` more bytes.
  [[noreturn, gnu::cold]] void run_out(std::size_t size, const std::byte* where) const;

  // Whether those after `size` bytes are zero, that fill them up.
  static bool zeros_fill_up(const std::byte* bytes, std::size_t size) {
    if (size == 0) return true;
    const std::size_t pad = padding(size);
    const std::uint64_t last = load_big_endian<std::uint32_t>(bytes + size + pad - 4);
    return static_cast<std::uint32_t>(last << (32 - 8 * pad)) == 0;
  }

  void check_padding(const std::byte* bytes, std::size_t size) const {
    if (!zeros_fill_up(bytes, size)) [[unlikely]]
      object_to_padding(bytes + size);
  }
  [[gnu::cold]] void object_to_padding(const std::byte* pad) const;

  // To what a lenient decoder takes as it comes.
  void object(errc code, const std::byte* where) const {
    if (!lenient_) fail(code, "", where);
  }

  void charge(std::size_t memory) {
    if (memory > memory_left_) fail(errc::too_much_memory, "");
    memory_left_ -= memory;
  }

  // For the list at `begin`, of which `count` elements were read: how many more are there now, to be filled, and
  // counted against the limit. One, or all that a long list seems to have.
  template <class T>
  [[gnu::noinline]] std::size_t make_ready(std::vector<T>& items, std::size_t count, const std::byte* begin) {
    charge(sizeof(T));
    std::size_t more = 1;
    if (count == long_list) {
      const std::size_t alike = std::min(count_alike(begin, count), memory_left_ / 16 / sizeof(T));
      charge(alike * sizeof(T));
      more += alike;
    }
    if (items.size() < count + more) items.resize(count + more);
    return more;
  }
  template <class T>
  void end_list(std::vector<T>& items, std::size_t count, std::size_t ready) {
    while (items.size() > count) items.pop_back();
    const std::size_t too_many = ready - count;
    if (too_many > count) items.shrink_to_fit();
    memory_left_ += too_many * sizeof(T);
  }
  static constexpr std::size_t long_list = 16;
  // How many follow the element that begins here, if each takes as many bytes as the `count` before it. Where they do
  // not, that is seen soon, and the vector grows as they come. No byte is looked at twice: lists in a list, made so
  // that each seems to reach to the message's end, would cost the square of its size.
  std::size_t count_alike(const std::byte* begin, std::size_t count);

  // The bytes of a string or opaque, padding checked and passed over.
  BytesView variable(Bound bound);
  // The same where nothing is wrong with them and they are no more than `most`. Null without it, and nothing is read.
  const std::byte* flawless(Bound bound, std::size_t most, std::size_t& size);
  int listed(int number, const Enumerators& known) const;
  void assign(std::string& value, Bound bound);
  void assign(Bytes& value, Bound bound);
  bool may_stay(BytesView bytes) const;
  template <Number T>
  void numbers(T* values, std::size_t count);
  void fixed(std::byte* value, std::size_t size);
  void fixed_and_padded(std::byte* value, std::size_t size);
  std::uint32_t length(Bound bound, std::size_t smallest, std::size_t memory_each, const char* unit);
  [[noreturn, gnu::cold]] void raise(const Error& error) const;

  const std::byte* begin_;
  const std::byte* at_;
  const std::byte* end_;
  std::size_t memory_left_;
  std::size_t levels_left_;
  void (*told_)(const void*, const Error&) = nullptr;
  const void* context_ = nullptr;
  Bytes* message_ = nullptr;
  const std::byte* counted_until_ = nullptr;  // by count_alike()
  bool lenient_;
  bool finished_ = false;
  bool rest_passed_over_ = false;
};

template <class... Fields>
[[gnu::noinline]] void Decoder::fields(Fields&... values) {
  Run run(*this, take(size_of_fields<Fields...>));
  (run.field(values), ...);
}

extern template void Decoder::numbers(std::vector<std::int32_t>&, Bound);
extern template void Decoder::numbers(std::vector<std::uint32_t>&, Bound);
extern template void Decoder::numbers(std::vector<std::int64_t>&, Bound);
extern template void Decoder::numbers(std::vector<std::uint64_t>&, Bound);
extern template void Decoder::numbers(std::vector<float>&, Bound);
extern template void Decoder::numbers(std::vector<double>&, Bound);
extern template void Decoder::numbers(std::int32_t*, std::size_t);
extern template void Decoder::numbers(std::uint32_t*, std::size_t);
extern template void Decoder::numbers(std::int64_t*, std::size_t);
extern template void Decoder::numbers(std::uint64_t*, std::size_t);
extern template void Decoder::numbers(float*, std::size_t);
extern template void Decoder::numbers(double*, std::size_t);

template <class T>
[[gnu::noinline]] T Decoder::last() {
  T value;
  value.decode(*this);
  finish();
  return value;
}

// A struct or union of a .x, which reads itself.
template <class T>
requires requires(T& value, Decoder& in) { value.decode(in); }
void decode(Decoder& in, T& value) { value.decode(in); }

}  // namespace onc::xdr
