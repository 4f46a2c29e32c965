// The generated codecs of codec.x, over an encoder and values that keep their memory from one message to the next. As
// `codec_fresh` the values are made anew each time, as a server's arguments are. Prints what ../codec.h says.
#include "codec.h"
#include "codec.x.h"

#include <onc/xdr/stub.h>

#include <string_view>

namespace {

using namespace codec;

// Typedefs have no codec of their own: a struct around each.
void encode_p3(onc::xdr::Encoder& out, const p3& v) { out.numbers(v, onc::xdr::unbounded); }
void decode_p3(onc::xdr::Decoder& in, p3& v) { in.numbers(v, onc::xdr::unbounded); }
void encode_p4(onc::xdr::Encoder& out, const p4& v) { out.numbers(v, onc::xdr::unbounded); }
void decode_p4(onc::xdr::Decoder& in, p4& v) { in.numbers(v, onc::xdr::unbounded); }
void encode_p5(onc::xdr::Encoder& out, const p5& v) { out.opaque(v, onc::xdr::unbounded); }
void decode_p5(onc::xdr::Decoder& in, p5& v) { in.opaque(v, onc::xdr::unbounded); }
void encode_p7(onc::xdr::Encoder& out, const p7& v) {
  out.array(v, onc::xdr::unbounded, [&](const item& one) { encode(out, one); });
}
void decode_p7(onc::xdr::Decoder& in, p7& v) {
  in.array(v, onc::xdr::unbounded, 4, [&](item& one) { decode(in, one); });
}

bool fresh = false;

template <class T, class Encode, class Decode>
void one(const char* name, const T& value, Encode encode_value, Decode decode_value) {
  onc::xdr::Encoder out;
  T kept;
  cb::run(
      name,
      [&] {
        out.clear();
        encode_value(out, value);
        return out.size();
      },
      [&] {
        onc::xdr::Decoder in(out.bytes());
        if (fresh) {
          T read;
          decode_value(in, read);
          return cb::keep(&read);
        }
        decode_value(in, kept);
        cb::keep(&kept);
      });
}

template <class T>
void one(const char* name, const T& value) {
  one(
      name, value, [](onc::xdr::Encoder& out, const T& v) { encode(out, v); },
      [](onc::xdr::Decoder& in, T& v) { decode(in, v); });
}

p2 make_p2() {
  p2 v;
  v.name = cb::name16();
  v.data.fill(std::byte{9});
  v.col = color::GREEN;
  v.opt = small{42};
  for (std::size_t i = 0; i < v.arr.size(); ++i) v.arr[i] = static_cast<std::int32_t>(i);
  return v;
}

p6 make_p6() {
  p6 v;
  for (int i = 0; i < cb::NLIST; ++i) v.head.push_back({i, cb::name24(), i + 1});
  return v;
}

item make_item(int i) {
  switch (i % 5) {
    case 0: return item::with_i(i);
    case 1: return item::with_s(cb::str12());
    case 2: return item::with_p({i, -i});
    case 3: {
      const auto* text = reinterpret_cast<const std::byte*>(cb::name24());
      return item::with_o({text, text + 20});
    }
    default: return item(kind::K_VOID);
  }
}

}  // namespace

int main(int, char** argv) {
  fresh = std::string_view(argv[0]).ends_with("codec_fresh");
  one("P1", p1{1, 2, 3, 4, 5, 6, 7, 8, std::int64_t{1} << 40, -5});
  one("P2", make_p2());
  p3 ints;
  for (int i = 0; i < cb::NARR; ++i) ints.push_back(cb::ival(i));
  one("P3", ints, encode_p3, decode_p3);
  p4 doubles;
  for (int i = 0; i < cb::NARR; ++i) doubles.push_back(cb::dval(i));
  one("P4", doubles, encode_p4, decode_p4);
  one("P5", p5(cb::NOPAQUE, std::byte{7}), encode_p5, decode_p5);
  one("P6", make_p6());
  p7 items;
  for (int i = 0; i < cb::NMIX; ++i) items.push_back(make_item(i));
  one("P7", items, encode_p7, decode_p7);
}
