// The machine's clock, which is read and never touched.
#pragma once

#include "services/time/instant.h"

namespace services::time {

// What the machine's clock is made out to be, to see what others make of it.
struct Falsified {
  double seconds = 0;      // ahead
  double per_million = 0;  // faster
  bool operator==(const Falsified&) const = default;
};

class Machine {
 public:
  explicit Machine(Falsified falsified = {});

  // Begins with the machine's time, and runs on as evenly as it does, whoever sets that. While the machine sleeps, too.
  Instant now() const;

  // What it says just now, which somebody may have set since.
  Instant said() const;

  // How far `told` may be from UTC at most. The kernel knows it of its own clock while something like chrony keeps
  // that.
  Bound from_utc(Instant told) const;

 private:
  Falsified falsified_;
  Span began_;  // since the machine was started
  Instant base_;
};

}  // namespace services::time
