// Raw bytes to and from the streams of libtirpc.
#pragma once

#include <onc/xdr/bytes.h>

#include <cstddef>

#include <rpc/rpc.h>

namespace onc::tirpc {

bool put_bytes(XDR& stream, xdr::BytesView bytes);

// Adds to `bytes` until they are `size`, a multiple of four. Takes memory as they come, not as they are announced.
bool get_until(XDR& stream, xdr::Bytes& bytes, std::size_t size);

// Adds to `bytes` what is left of the stream, or of its record. False, with more bytes left, where they are `most`.
bool get_rest(XDR& stream, xdr::Bytes& bytes, std::size_t most);

// As xdrproc_t: a BytesView that is XDR already.
bool_t view_of_bytes(XDR* stream, ...) noexcept;

// As xdrproc_t: all that is left, for a Rest.
struct Rest {
  std::size_t most;
  xdr::Bytes bytes = {};
  bool too_long = false;
};
bool_t rest_of_message(XDR* stream, ...) noexcept;

}  // namespace onc::tirpc
