#include "portmapper/statistics.h"

#include <algorithm>
#include <limits>

namespace portmapper {

// A counter that is full stays full: the wire has no room for more, and starting again would be a lie.
void Statistics::count(std::int32_t& counter) {
  if (counter != std::numeric_limits<std::int32_t>::max()) ++counter;
}

void Statistics::called(std::uint32_t protocol, std::uint32_t procedure) {
  auto& calls = of(protocol).info;
  if (procedure < calls.size()) count(calls[procedure]);
}

void Statistics::looked_up(std::uint32_t protocol, std::uint32_t program, std::uint32_t version, std::string_view netid,
                           bool found) {
  auto& lookups = of(protocol).addrinfo;
  const auto same = std::find_if(lookups.begin(), lookups.end(), [&](const onc::rpcbind::rpcbs_addrlist& lookup) {
    return lookup.prog == program && lookup.vers == version && lookup.netid == netid;
  });
  if (same != lookups.end()) {
    std::rotate(same, same + 1, lookups.end());
  } else {
    if (lookups.size() == most_lookups) lookups.erase(lookups.begin());
    lookups.push_back({program, version, 0, 0, std::string(netid)});
  }
  count(found ? lookups.back().success : lookups.back().failure);
}

void Statistics::forwarded(std::uint32_t protocol, std::uint32_t program, std::uint32_t version,
                           std::uint32_t procedure, std::string_view netid, bool indirect, bool success) {
  auto& calls = of(protocol).rmtinfo;
  const auto same = std::find_if(calls.begin(), calls.end(), [&](const onc::rpcbind::rpcbs_rmtcalllist& call) {
    return call.prog == program && call.vers == version && call.proc == procedure && call.netid == netid;
  });
  if (same != calls.end()) {
    std::rotate(same, same + 1, calls.end());
  } else {
    if (calls.size() == most_lookups) calls.erase(calls.begin());
    calls.push_back({program, version, procedure, 0, 0, 0, std::string(netid)});
  }
  count(success ? calls.back().success : calls.back().failure);
  if (indirect) count(calls.back().indirect);
}

}  // namespace portmapper
