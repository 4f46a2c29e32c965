#include "portmapper/wrappers.h"

#include <syslog.h>
#include <tcpd.h>

// The library wants to know how to log what the rules themselves ask for.
int allow_severity = LOG_INFO;
int deny_severity = LOG_WARNING;

namespace portmapper {
namespace {

// Peers choose their addresses.
constexpr std::size_t most_verdicts = 4096;
constexpr std::chrono::seconds believed{1};
// What the rules call us: those of rpcbind go on to hold.
constexpr const char* daemon = "rpcbind";

bool ask(std::string host) {
  std::string name = daemon;
  std::string unknown = STRING_UNKNOWN;
  return hosts_ctl(name.data(), unknown.data(), host.data(), unknown.data()) != 0;
}

}  // namespace

bool Wrappers::admits(const onc::transport::Address& peer) {
  const std::string host = peer.host();
  const TimePoint now = std::chrono::steady_clock::now();
  const auto known = verdicts_.find(host);
  if (known != verdicts_.end() && now < known->second.until) return known->second.admits;
  if (verdicts_.size() >= most_verdicts) verdicts_.clear();
  const bool admits = ask(host);
  verdicts_[host] = {admits, now + believed};
  return admits;
}

}  // namespace portmapper
