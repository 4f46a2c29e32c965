#include <onc/transport/channel.h>

namespace onc::transport {

void Channel::send_records(xdr::BytesView records, TimePoint deadline) {
  while (!records.empty()) {
    const std::size_t size = mark_size + size_in_mark(records);
    xdr::Encoder message;
    message.raw(records.first(size));
    send(message, deadline);
    records = records.subspan(size);
  }
}

}  // namespace onc::transport
