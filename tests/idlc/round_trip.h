// A value and its bytes: encoded, decoded, and refused where any are missing.
#pragma once

#include "tests/runtime/hex.h"

#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

template <class T>
std::string encoded(const T& value) {
  onc::xdr::Encoder out;
  encode(out, value);
  return to_hex(out.bytes());
}

template <class T>
T decoded(const std::string& hex) {
  const onc::xdr::Bytes bytes = from_hex(hex);
  onc::xdr::Decoder in(bytes);
  T value{};
  decode(in, value);
  in.finish();
  return value;
}

// The errc that decoding ends with, or 0.
template <class T>
onc::xdr::errc refusal(const std::string& hex) try {
  decoded<T>(hex);
  return {};
} catch (const onc::xdr::Error& error) {
  return static_cast<onc::xdr::errc>(error.code().value());
}

template <class T>
void expect_round_trip(const T& value, const std::string& hex) {
  EXPECT_EQ(encoded(value), hex);
  EXPECT_EQ(decoded<T>(hex), value) << hex;
  const onc::xdr::Bytes bytes = from_hex(hex);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    onc::xdr::Decoder in(onc::xdr::BytesView(bytes).first(size));
    T partial{};
    EXPECT_THROW(decode(in, partial), onc::xdr::Error) << size << " bytes of " << hex;
  }
}
