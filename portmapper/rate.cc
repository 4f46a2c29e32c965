#include "portmapper/rate.h"

#include <algorithm>
#include <utility>

namespace portmapper {

bool RateLimit::take(const onc::transport::Address& peer, TimePoint now) {
  if (per_second_ == 0) return true;
  Allowance& allowance = allowance_of(onc::transport::host_of(peer), now);
  const std::chrono::duration<double> since = now - std::exchange(allowance.at, now);
  allowance.calls = std::min(per_second_, allowance.calls + since.count() * per_second_);
  if (allowance.calls < 1) return false;
  allowance.calls -= 1;
  return true;
}

RateLimit::Allowance& RateLimit::allowance_of(const Host& host, TimePoint now) {
  if (const auto known = by_host_.find(host); known != by_host_.end()) {
    allowances_.splice(allowances_.end(), allowances_, known->second);
    return *known->second;
  }
  if (by_host_.size() == most_hosts) {
    by_host_.erase(allowances_.front().host);
    allowances_.pop_front();
  }
  const auto made = allowances_.insert(allowances_.end(), {host, per_second_, now});
  try {
    by_host_.emplace(host, made);
  } catch (...) {
    allowances_.erase(made);
    throw;
  }
  return *made;
}

}  // namespace portmapper
