// What outlives the daemon, however it ends: how its clock stood beside the machine's, and which of Lamport's stamps it
// may have given.
#pragma once

#include "services/time/disciplined.h"
#include "services/time/lamport.h"

#include <onc/transport/socket.h>

#include <string>

#include "kept.x.h"

namespace services::time {

class State {
 public:
  // `directory`: made where it is missing, and this process's alone as long as it lives, for two would give the same
  // stamps. Throws onc::rpc::Error, in one sentence that says what to do.
  explicit State(std::string directory);

  // For the log, in a sentence, where what lay there was damaged: it has been set aside under another name, and nothing
  // of it is believed. Empty where it was not.
  const std::string& remark() const { return remark_; }

  // Has a new clock go on as if it had run all the while beside the machine's, which says `machine` now: what was still
  // to be added is added little by little, so that it does not run back. One of which nothing was kept begins there.
  // False where it would tell what no clock can be set to, as beside a machine whose clock has stopped: it is left
  // alone.
  bool resume(DisciplinedClock& clock, Instant machine) const;
  LamportClock::Stamp stamps() const { return kept_.stamps; }

  // Each replaces the file as a whole, by rename(2), and it is on the disk when they return: whatever ends us, the
  // machine's loss of power too, leaves the old one or the new. Throws onc::rpc::Error where it cannot be written.
  // `machine`: what the machine's clock said just before `clock` was read.
  void keep_clock(const DisciplinedClock::Reading& clock, double slew_limit, Instant machine);
  void keep_stamps(LamportClock::Stamp last);

 private:
  void lock();
  void load();
  void set_aside(const std::string& why);
  void save(const kept::Second& kept);

  std::string directory_;
  onc::transport::Socket opened_;  // the directory
  std::string remark_;
  kept::Second kept_{.clock = {.slew_limit = DisciplinedClock::usual_slew_limit}, .stamps = 0, .checksum = 0};
};

}  // namespace services::time
