// What onc-timed can be told on its command line.
#pragma once

#include "daemon/daemon.h"
#include "services/time/coordinator.h"
#include "services/time/machine.h"

#include <optional>
#include <string>

namespace services::time {

struct Options {
  onc::daemon::Options daemon;
  bool is_in_group = false;  // --berkeley
  GroupOptions group;        // with peers it is the coordinator
  std::string coordinator;   // whose corrections are taken; empty: this host's
  std::string ntp;           // a URI; empty for nowhere
  std::string state_directory;
  double slew_limit = DisciplinedClock::usual_slew_limit;
  Falsified falsified;
};

// Adds all of them but those of every daemon. What `options` holds is the default.
void add_options(CLI::App& app, Options& options);

}  // namespace services::time
