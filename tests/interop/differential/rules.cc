#include "rules.h"

#include "theirs.h"

#include <onc/xdr/byte_order.h>

namespace differential {
namespace {

using onc::xdr::errc;

std::optional<std::int32_t> word_at(onc::xdr::BytesView bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < 4) return std::nullopt;
  return onc::xdr::load_big_endian<std::int32_t>(bytes.data() + offset);
}

// Whether the enum that the error's text begins with has no such value in what rpcgen made of it.
bool is_no_enumerator(const onc::xdr::Error& error, std::int32_t word) {
  const std::string text = error.what();
  const std::string type = text.substr(0, text.find(':'));
  bool known = false;
  for (const TheirEnumerator* enumerator = their_enumerators; enumerator->type; ++enumerator) {
    if (enumerator->type != type) continue;
    if (enumerator->value == word) return false;
    known = true;
  }
  return known;
}

bool breaks(const onc::xdr::Error& error, onc::xdr::BytesView bytes, std::size_t used) {
  const std::size_t offset = error.offset();
  const std::optional<std::int32_t> word = word_at(bytes, offset);
  switch (static_cast<errc>(error.code().value())) {
    case errc::bad_boolean: return word && *word != 0 && *word != 1;
    case errc::no_such_enumerator: return word && is_no_enumerator(error, *word);
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
  if (!breaks(error, bytes, used)) return std::nullopt;
  return error.code().message();
}

}  // namespace differential
