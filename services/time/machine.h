// The machine's clock, which is read and never touched.
#pragma once

#include "services/time/instant.h"

struct timex;

namespace services::time {

// What the machine's clock is made out to be, to see what others make of it. A drift of more than Drift::usual makes
// bounds wrong.
struct Falsified {
  double seconds = 0;      // ahead
  double per_million = 0;  // faster
  bool operator==(const Falsified&) const = default;
};

// What a Machine's time runs on by.
enum class Rate {
  kept,  // the machine's clock, as fast as whoever keeps that makes it, and while the machine sleeps
  own,   // its quartz, which nobody slews: the rate that bounds can be founded on
};

// How far the kernel's own clock may be from UTC at most, of what ntp_adjtime(2) returned and filled in. Nothing where
// the call failed, as where it is forbidden, for then `kernel` says nothing.
Bound from_utc_by(int returned, const timex& kernel);

class Machine {
 public:
  explicit Machine(Rate rate = Rate::kept, Falsified falsified = {});

  // Begins with the machine's time, and runs on and never back, whoever sets that.
  Instant now() const;

  // What it says just now, which somebody may have set since.
  Instant said() const;

  // How far `told` may be from UTC at most. The kernel knows it of its own clock while something like chrony keeps
  // that.
  Bound from_utc(Instant told) const;

 private:
  Span gained(Span elapsed) const;

  Falsified falsified_;
  int clock_;   // clock_gettime(2)'s
  Span began_;  // by that
  Instant base_;
};

}  // namespace services::time
