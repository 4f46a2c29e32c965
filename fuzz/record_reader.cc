// Record reassembly: the same records however they arrive, none over the limit, and memory in step with what arrived.
#include <onc/rpc/error.h>
#include <onc/transport/record.h>
#include <onc/xdr/byte_order.h>

#include <algorithm>
#include <optional>
#include <system_error>
#include <vector>

#include "fuzz/must.h"

namespace {

using namespace onc;

// So small that several fragments of one input are over it.
constexpr std::size_t max_record = 500;

struct Outcome {
  std::vector<xdr::Bytes> records;
  std::error_code end;

  bool operator==(const Outcome&) const = default;
};

// `next_size` says how many bytes arrive at once.
Outcome read(xdr::BytesView stream, auto next_size) {
  Outcome outcome;
  transport::RecordReader reader(max_record);
  std::size_t arrived = 0;
  try {
    while (!stream.empty()) {
      const auto room = reader.room();
      must(!room.empty(), "there is room");
      const std::size_t size = std::min({room.size(), stream.size(), next_size()});
      std::copy_n(stream.begin(), size, room.begin());
      reader.received(size);
      arrived += size;
      stream = stream.subspan(size);
      while (const auto record = reader.next()) {
        must(record->size() <= max_record, "no record is over the limit");
        outcome.records.push_back(xdr::to_bytes(*record));
      }
      must(reader.memory() <= 4 * arrived + (std::size_t{64} << 10), "memory is in step with what has arrived");
      must(reader.is_partial() || reader.size() == 0, "what is there belongs to a record");
    }
  } catch (const rpc::Error& error) {
    outcome.end = error.code();
  }
  return outcome;
}

// RFC 5531 §11, for who has all bytes.
Outcome reference(xdr::BytesView stream) {
  Outcome outcome;
  xdr::Bytes record;
  std::size_t fragments = 0;
  while (stream.size() >= 4) {
    const auto mark = xdr::load_big_endian<std::uint32_t>(stream.data());
    const std::size_t size = mark & 0x7fffffff;
    const bool last = (mark & 0x80000000) != 0;
    if (record.size() + size > max_record) {
      outcome.end = make_error_code(rpc::errc::record_too_long);
      return outcome;
    }
    if (stream.size() - 4 < size) return outcome;
    if (!(last && fragments == 0) && ++fragments > 16'384) {
      outcome.end = make_error_code(rpc::errc::too_many_fragments);
      return outcome;
    }
    record.insert(record.end(), stream.begin() + 4, stream.begin() + 4 + static_cast<long>(size));
    stream = stream.subspan(4 + size);
    if (!last) continue;
    outcome.records.push_back(std::move(record));
    record.clear();
    fragments = 0;
  }
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  std::uint32_t random = data[0];
  const xdr::BytesView stream = std::as_bytes(std::span(data, size)).subspan(1);
  const Outcome expected = reference(stream);
  must(read(stream, [] { return std::size_t{1} << 20; }) == expected,
       "records that arrive at once are as the RFC says");
  must(read(stream, [] { return std::size_t{1}; }) == expected, "records that arrive byte by byte are");
  must(read(stream, [&] { return std::size_t{1} + (random = random * 1664525 + 1013904223) % 50; }) == expected,
       "records that arrive in pieces are");
  return 0;
}
