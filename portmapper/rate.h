// How often each host may ask: one that floods us, or in whose name another does, harms nobody else.
#pragma once

#include <onc/transport/host.h>

#include <chrono>
#include <cstdint>
#include <list>
#include <map>

namespace portmapper {

class RateLimit {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // So many hosts are told apart; one more, and the one that has been silent the longest begins anew.
  static constexpr std::size_t most_hosts = 4096;

  // `per_second`: calls of one host, IPv6 hosts being networks of 64 bits, of which anybody has 2^64 addresses. As many
  // may come at once. 0: any number.
  explicit RateLimit(std::uint32_t per_second) : per_second_(per_second) {}

  // False for a call too many.
  bool take(const onc::transport::Address& peer, TimePoint now);

 private:
  using Host = onc::transport::Host;
  struct Allowance {
    Host host;
    double calls;  // that may come now
    TimePoint at;
  };

  Allowance& allowance_of(const Host& host, TimePoint now);

  double per_second_;
  std::list<Allowance> allowances_;  // the first has been silent the longest
  std::map<Host, std::list<Allowance>::iterator> by_host_;
};

}  // namespace portmapper
