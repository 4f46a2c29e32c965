#include <onc/rpc/error.h>
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

bool Channel::survives(const std::error_code& failure) const {
  return !reliable() && failure == rpc::errc::timed_out;
}

}  // namespace onc::transport
