#include "rules.h"

#include <onc/xdr/byte_order.h>

namespace differential {
namespace {

using onc::xdr::errc;

std::optional<std::int32_t> word_at(onc::xdr::BytesView bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < 4) return std::nullopt;
  return onc::xdr::load_big_endian<std::int32_t>(bytes.data() + offset);
}

bool breaks(errc rule, onc::xdr::BytesView bytes, std::size_t offset, std::size_t used) {
  const std::optional<std::int32_t> word = word_at(bytes, offset);
  switch (rule) {
    case errc::bad_boolean: return word && *word != 0 && *word != 1;
    case errc::no_such_enumerator: return word.has_value();
    // What the narrowest, char and u_char, both hold.
    case errc::out_of_range: return word && (*word < 0 || *word > 127);
    case errc::nonzero_padding: return offset < bytes.size() && bytes[offset] != std::byte{0};
    case errc::trailing_bytes: return offset == used && used < bytes.size();
    // Not the limits on depth and memory: no value here comes near.
    default: return false;
  }
}

}  // namespace

std::optional<std::string> stricter_rule(const onc::xdr::Error& error, onc::xdr::BytesView bytes, std::size_t used) {
  const auto rule = static_cast<errc>(error.code().value());
  if (!breaks(rule, bytes, error.offset(), used)) return std::nullopt;
  return error.code().message();
}

}  // namespace differential
