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

// Those of a host that has its share need not hear of others' replies.
void LateReplies::end(Host host, std::size_t bytes) {
  const bool all_waited = is_full();
  const auto owed = by_host_.find(host);
  for (Owed* each : {&all_, &owed->second}) {
    --each->count;
    each->bytes -= bytes;
  }
  if (owed->second.count == 0) by_host_.erase(owed);
  if (waiting_.empty()) return;
  std::multimap<Host, std::function<void()>> those;
  if (all_waited) {
    those.swap(waiting_);
  } else {
    const auto [first, last] = waiting_.equal_range(host);
    for (auto next = first; next != last;) those.insert(waiting_.extract(next++));
  }
  for (const auto& [waits, resume] : those) resume();
}

}  // namespace onc::transport
