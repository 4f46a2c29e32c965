// Numbers and bools as they lie on the wire (RFC 4506 §4), for codecs that move several at once.
#pragma once

#include <algorithm>
#include <cstddef>

namespace onc::xdr {

// How many bytes they take. A char, short or bool takes four, as rpcgen has them.
template <class... Fields>
inline constexpr std::size_t size_of_fields = (std::max<std::size_t>(sizeof(Fields), 4) + ...);

}  // namespace onc::xdr
