#include <onc/xdr/decoder.h>

namespace onc::xdr {

void Decoder::string(std::string& value, std::uint32_t bound) {
  const BytesView bytes = variable(bound);
  value.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

void Decoder::opaque(Bytes& value, std::uint32_t bound) {
  const BytesView bytes = variable(bound);
  value.resize(bytes.size());
  if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), bytes.size());
}

BytesView Decoder::variable(std::uint32_t bound) { return raw(length(bound, 1, 1)); }

std::uint32_t Decoder::length(std::uint32_t bound, std::size_t smallest, std::size_t memory_each) {
  const std::uint32_t count = u32();
  const auto left = static_cast<std::size_t>(end_ - at_);
  if (count > bound) fail(errc::too_long, "", at_ - 4);
  // Divided, not multiplied: a count of 2^32-1 must not wrap (as in CVE-2002-0391).
  if (smallest != 0 && count > left / smallest) fail(errc::truncated, "", at_ - 4);
  if (memory_each != 0 && count > memory_left_ / memory_each) fail(errc::too_much_memory, "", at_ - 4);
  memory_left_ -= count * memory_each;
  return count;
}

void Decoder::fail(errc code, const char* subject, const std::byte* where) const {
  throw Error(code, subject, static_cast<std::size_t>((where ? where : at_) - begin_));
}

}  // namespace onc::xdr
