// TCP wrappers: whom /etc/hosts.allow and /etc/hosts.deny let ask, as rpcbind has it (hosts_access(5)).
#pragma once

#include <onc/transport/address.h>

#include <chrono>
#include <map>
#include <string>

namespace portmapper {

class Wrappers {
 public:
  // `peer` of TCP or UDP. The files are read again when a verdict is a second old, for both calls and rules come often.
  bool admits(const onc::transport::Address& peer);

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  struct Verdict {
    bool admits;
    TimePoint until;
  };

  std::map<std::string, Verdict> verdicts_;  // by numeric host
};

}  // namespace portmapper
