// References to whatever can be written or read, so that code around them is compiled once and not for each type.
#pragma once

#include <onc/xdr/decoder.h>
#include <onc/xdr/encoder.h>

#include <concepts>
#include <memory>
#include <type_traits>

namespace onc::xdr {

// To a struct or union of a .x, or to a function that takes an Encoder&. To nothing: no bytes.
class EncodeRef {
 public:
  EncodeRef() = default;
  template <class T>
  requires(!std::same_as<T, EncodeRef>) EncodeRef(const T& value) : value_(std::addressof(value)), encode_(encode<T>) {}

  void operator()(Encoder& out) const {
    if (value_) encode_(value_, out);
  }

 private:
  template <class T>
  static void encode(const void* value, Encoder& out) {
    if constexpr (std::invocable<const T&, Encoder&>)
      (*static_cast<const T*>(value))(out);
    else
      static_cast<const T*>(value)->encode(out);
  }

  const void* value_ = nullptr;
  void (*encode_)(const void*, Encoder&) = nullptr;
};

// To a struct or union of a .x, which is filled, or to a function that takes a Decoder&. To nothing: no bytes are read.
class DecodeRef {
 public:
  DecodeRef() = default;
  template <class T>
  requires(!std::same_as<std::remove_cvref_t<T>, DecodeRef>) DecodeRef(T&& value)
      : value_(std::addressof(value)), decode_(decode<std::remove_reference_t<T>>) {}

  explicit operator bool() const { return value_ != nullptr; }
  void operator()(Decoder& in) const {
    if (value_) decode_(value_, in);
  }

 private:
  template <class T>
  static void decode(const void* value, Decoder& in) {
    T& place = *static_cast<T*>(const_cast<void*>(value));
    if constexpr (std::invocable<T&, Decoder&>)
      place(in);
    else
      place.decode(in);
  }

  const void* value_ = nullptr;
  void (*decode_)(const void*, Decoder&) = nullptr;
};

}  // namespace onc::xdr
