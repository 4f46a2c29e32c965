#include "portmapper/rate.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <netinet/in.h>

namespace portmapper {

RateLimit::Host RateLimit::host_of(const onc::transport::Address& peer) {
  Host host{};
  if (peer.family() == AF_INET) {
    sockaddr_in ip4{};
    std::memcpy(&ip4, peer.data(), sizeof ip4);
    host[0] = 4;
    std::memcpy(&host[1], &ip4.sin_addr, sizeof ip4.sin_addr);
  } else if (peer.family() == AF_INET6) {
    sockaddr_in6 ip6{};
    std::memcpy(&ip6, peer.data(), sizeof ip6);
    host[0] = 6;
    std::memcpy(&host[1], &ip6.sin6_addr, 8);
  }
  return host;
}

bool RateLimit::take(const onc::transport::Address& peer, TimePoint now) {
  if (per_second_ == 0) return true;
  Allowance& allowance = allowance_of(host_of(peer), now);
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
