#include <onc/tirpc/bridge.h>
#include <onc/tirpc/streams.h>

#include <algorithm>

namespace onc::tirpc {
namespace {

constexpr std::size_t piece = std::size_t{64} << 10;

// All that values which are read again and again may cost, in bytes.
constexpr std::size_t most_reread = std::size_t{64} << 20;

template <class T>
T& only_argument(std::va_list& arguments) {
  return *static_cast<T*>(va_arg(arguments, void*));
}

}  // namespace

bool put_bytes(XDR& stream, xdr::BytesView bytes) {
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), piece);
    if (!XDR_PUTBYTES(&stream, reinterpret_cast<const char*>(bytes.data()), static_cast<u_int>(size))) return false;
    bytes = bytes.subspan(size);
  }
  return true;
}

bool get_until(XDR& stream, xdr::Bytes& bytes, std::size_t size) {
  while (bytes.size() < size) {
    const std::size_t had = bytes.size();
    const std::size_t more = std::min(size - had, piece);
    bytes.resize(had + more);
    if (!XDR_GETBYTES(&stream, reinterpret_cast<char*>(bytes.data() + had), static_cast<u_int>(more))) return false;
  }
  return true;
}

// Nothing says how much is left. What a stream has at hand comes many words at a time, the rest word by word.
bool get_rest(XDR& stream, xdr::Bytes& bytes, std::size_t most) {
  constexpr std::size_t many = 1024;
  while (true) {
    const std::size_t had = bytes.size();
    if (const int32_t* at_hand = XDR_INLINE(&stream, many)) {
      bytes.resize(had + many);
      std::memcpy(bytes.data() + had, at_hand, many);
    } else {
      std::array<char, 4> word;
      if (!XDR_GETBYTES(&stream, word.data(), word.size())) return true;
      bytes.resize(had + word.size());
      std::memcpy(bytes.data() + had, word.data(), word.size());
    }
    if (bytes.size() > most) return false;
  }
}

bool_t view_of_bytes(XDR* stream, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, stream);
  const auto& bytes = only_argument<const xdr::BytesView>(arguments);
  va_end(arguments);
  return stream->x_op != XDR_ENCODE || put_bytes(*stream, bytes);
}

bool_t rest_of_message(XDR* stream, ...) noexcept try {
  std::va_list arguments;
  va_start(arguments, stream);
  auto& rest = only_argument<Rest>(arguments);
  va_end(arguments);
  rest.bytes.clear();
  if (stream->x_op != XDR_DECODE) return TRUE;
  rest.too_long = !get_rest(*stream, rest.bytes, rest.most);
  return !rest.too_long;
} catch (const std::bad_alloc&) {
  return FALSE;
}

namespace streams {

bool_t put(XDR& stream, xdr::EncodeRef value) noexcept try {
  xdr::Encoder out;
  value(out);
  return put_bytes(stream, out.bytes());
} catch (const std::exception&) {
  return FALSE;
}

// What is read cannot be put back, so no more may be taken than the value is sure to need. How much that is the decoder
// says where the bytes end, and begins anew when it has them: once for each string and each element of a list.
bool_t get(XDR& stream, xdr::DecodeRef value) noexcept try {
  const xdr::Limits limits;
  xdr::Bytes bytes;
  std::size_t reread = 0;
  std::size_t needed = 0;
  do {
    if (needed > limits.memory || reread > most_reread || !get_until(stream, bytes, needed)) return FALSE;
    reread += needed;
    try {
      xdr::Decoder in(bytes, limits);
      value(in);
      return TRUE;
    } catch (const xdr::Error& error) {
      needed = error.needed();
    }
  } while (needed > bytes.size());
  return FALSE;
} catch (const std::exception&) {
  return FALSE;
}

bool_t get_last(XDR& stream, xdr::DecodeRef value) noexcept try {
  const xdr::Limits limits;
  xdr::Bytes bytes;
  if (!get_rest(stream, bytes, limits.memory)) return FALSE;
  xdr::Decoder in(bytes, limits);
  value(in);
  return TRUE;
} catch (const std::exception&) {
  return FALSE;
}

}  // namespace streams
}  // namespace onc::tirpc
