// What outlives the daemon, however it ends: by how much its clock is ahead of the machine's, and which of Lamport's
// stamps it may have given.
#pragma once

#include "services/time/instant.h"
#include "services/time/lamport.h"

#include <onc/transport/socket.h>

#include <string>

#include "kept.x.h"

namespace services::time {

class State {
 public:
  // `directory`: made where it is missing, and this process's alone as long as it lives, for two would give the same
  // stamps. Throws onc::rpc::Error, in one sentence that says what to do: also where what lies there is damaged, as
  // stamps would be given again if it were passed over.
  explicit State(std::string directory);

  Span offset() const { return Span(kept_.offset); }
  LamportClock::Stamp stamps() const { return kept_.stamps; }

  // Each replaces the file as a whole, by rename(2): whoever ends us leaves the old one or the new. Throws
  // onc::rpc::Error where it cannot be written.
  void keep_offset(Span offset);
  // Also outlives the machine's loss of power.
  void keep_stamps(LamportClock::Stamp last);

 private:
  void lock();
  void load();
  void save(const kept::Kept& kept, bool for_ever);

  std::string directory_;
  onc::transport::Socket opened_;  // the directory
  kept::Kept kept_{.form = kept::Form::FIRST, .offset = 0, .stamps = 0};
};

}  // namespace services::time
