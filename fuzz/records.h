// Fuzz inputs as records: what the targets have in common is that seeds of one may serve another.
#pragma once

#include <onc/rpc/error.h>
#include <onc/transport/record.h>
#include <onc/xdr/bytes.h>

#include <algorithm>
#include <vector>

// Whole records, until one breaks the limits. They arrive `piece` bytes at a time.
inline std::vector<onc::xdr::Bytes> records_of(onc::xdr::BytesView stream, std::size_t max_record, std::size_t piece) {
  std::vector<onc::xdr::Bytes> records;
  onc::transport::RecordReader reader(max_record);
  try {
    while (!stream.empty()) {
      const auto room = reader.room();
      const std::size_t size = std::min({room.size(), stream.size(), piece});
      std::copy_n(stream.begin(), size, room.begin());
      reader.received(size);
      stream = stream.subspan(size);
      while (const auto record = reader.next()) records.push_back(onc::xdr::to_bytes(*record));
    }
  } catch (const onc::rpc::Error&) {
  }
  return records;
}
