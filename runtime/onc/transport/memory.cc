#include <onc/transport/memory.h>

#include <algorithm>

namespace onc::transport {

void MemoryChannel::send(xdr::Encoder& message, TimePoint) {
  for (Delivery& delivery : peer_(message.bytes().subspan(mark_size))) {
    const TimePoint arrives = now_ + delivery.after;
    const auto later = [&](const InFlight& other) { return other.arrives > arrives; };
    in_flight_.insert(std::find_if(in_flight_.begin(), in_flight_.end(), later),
                      {arrives, std::move(delivery.message)});
  }
}

std::optional<xdr::BytesView> MemoryChannel::receive(TimePoint deadline) {
  if (in_flight_.empty() || in_flight_.front().arrives > deadline) {
    now_ = std::max(now_, deadline);
    return std::nullopt;
  }
  now_ = std::max(now_, in_flight_.front().arrives);
  received_ = std::move(in_flight_.front().message);
  in_flight_.pop_front();
  return received_;
}

}  // namespace onc::transport
