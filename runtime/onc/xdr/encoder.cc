#include <onc/xdr/encoder.h>

#include <algorithm>

namespace onc::xdr {

void Encoder::enlarge(std::size_t more) {
  constexpr std::size_t first = 512;  // most calls and replies fit, and grow no further
  buffer_.resize(std::max({first, 2 * buffer_.size(), size_ + more}));
}

void Encoder::variable(BytesView value, std::uint32_t bound, const char* what) {
  length(value.size(), bound, what);
  const std::size_t pad = padding(value.size());
  std::byte* place = grow(value.size() + pad);
  if (!value.empty()) std::memcpy(place, value.data(), value.size());
  std::memset(place + value.size(), 0, pad);
}

}  // namespace onc::xdr
