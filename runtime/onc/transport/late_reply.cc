#include <onc/transport/late_reply.h>

#include <utility>

namespace onc::transport {

bool LateReplies::is_full(Host host) const {
  if (is_full()) return true;
  const auto owed = by_host_.find(host);
  return owed != by_host_.end() &&
         (owed->second.count >= (limit_ + 1) / 2 || owed->second.bytes >= (max_bytes_ + 1) / 2);
}

void LateReplies::begin(Host host, std::size_t bytes) {
  Owed& owed = by_host_[host];
  for (Owed* each : {&all_, &owed}) {
    ++each->count;
    each->bytes += bytes;
  }
}

void LateReplies::end(Host host, std::size_t bytes) {
  const auto owed = by_host_.find(host);
  for (Owed* each : {&all_, &owed->second}) {
    --each->count;
    each->bytes -= bytes;
  }
  if (owed->second.count == 0) by_host_.erase(owed);
  for (const auto& resume : std::exchange(waiting_, {})) resume();
}

}  // namespace onc::transport
