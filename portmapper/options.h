// The portmapper's command line: rpcbind's options by their letters, each with a name, and some of our own.
#pragma once

#include "daemon/watch.h"
#include "portmapper/listen.h"
#include "portmapper/privilege.h"

#include <cstdint>
#include <optional>
#include <string>

namespace portmapper {

struct Options {
  Listening listening;
  std::string state_dir = default_state_dir;
  std::string user;  // empty: _rpc, or daemon where there is none
  bool foreground = false;
  bool debug = false;
  bool aborts = false;
  bool insecure = false;
  bool logs_calls = false;
  bool forwards = false;
  bool as_daemon = false;
  bool warm_start = false;
  std::uint32_t rate = 1000;
  std::uint32_t check_alive = 0;  // seconds
  onc::daemon::WatchOptions watch;
};

// The exit status where the command line is all there is to do.
std::optional<int> parse(Options& options, int argc, char** argv);

}  // namespace portmapper
