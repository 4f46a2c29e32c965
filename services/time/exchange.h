// How far another clock is ahead, from the four instants of one call, as NTP computes it (RFC 5905 §8), and how wrong
// that may be at most, which NTP does not say.
#pragma once

#include "services/time/instant.h"

namespace services::time {

// How far two clocks may move apart when nobody corrects them.
class Drift {
 public:
  // Of each clock against true time, in seconds a second: what a quartz and a kernel that slews it come to.
  static constexpr double usual = 200e-6;

  explicit Drift(double of_each = usual) : of_each_(of_each) {}

  // Within `elapsed`, measured by either of them.
  Span over(Span elapsed) const;

 private:
  double of_each_;
};

struct Measured {
  Span offset;  // how far the other clock was ahead, once all is added that it is to be slewed by
  Span delay;   // there and back, without the time the server took
  Span error;   // how wrong `offset` may be, at the moment the answer came, however unlike the ways there and back are
};

// `sent` and `came` are the client's own, of a clock that nobody slews or steps meanwhile (a DisciplinedClock's settled
// time is one). Nothing where the server says what cannot be.
std::optional<Measured> measure(Instant sent, const time_::Exchange& exchange, Instant came, const Drift& drift);

}  // namespace services::time
