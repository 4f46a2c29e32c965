// The machine's clock, which is read and never touched.
#pragma once

#include "services/time/instant.h"

#include <functional>

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

// Where a Machine reads: in the kernel, but for tests.
struct Clocks {
  std::function<Span(int clock)> read;  // clock_gettime(2)'s
  std::function<Bound()> from_utc;      // of CLOCK_REALTIME
  static Clocks of_the_kernel();
};

class Machine {
 public:
  explicit Machine(Rate rate = Rate::kept, Falsified falsified = {}, Clocks clocks = Clocks::of_the_kernel());

  // Begins with the machine's time, and runs on and never back, whoever sets that.
  Instant now() const;

  // What it says just now, which somebody may have set since.
  Instant said() const;

  // How far a clock that is `ahead` of now() may be from UTC at most, whatever the machine's says meanwhile. The kernel
  // knows it of its own clock while something like chrony keeps that.
  Bound from_utc(Span ahead) const;

 private:
  // What the machine's clock said between two moments.
  struct Moments {
    Span before;  // by clock_
    Instant said;
    Span after;
  };
  // As close together as can be: whoever is held up between them reads again.
  Moments read_together() const;
  Span skew() const;
  Instant at(Span running) const { return base_ + (running - began_) + gained(running - began_); }
  Span gained(Span elapsed) const;

  Clocks clocks_;
  Falsified falsified_;
  int clock_;   // clock_gettime(2)'s
  Span began_;  // by that
  Instant base_;
};

}  // namespace services::time
