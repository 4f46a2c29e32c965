// The clock that leases are measured by: it only goes forward, and goes on while the machine sleeps.
#pragma once

#include <chrono>
#include <cstdint>

namespace services::elections {

// CLOCK_BOOTTIME. Its moments mean nothing to other machines, nor after the next start of this one.
struct Clock {
  using rep = std::int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
  using time_point = std::chrono::time_point<Clock>;
  static constexpr bool is_steady = true;

  // Throws std::system_error.
  static time_point now();
};

using Moment = Clock::time_point;
using Span = Clock::duration;

// How much faster or slower than time itself any node's clock may run, in thousandths. Quartz is a thousand times
// better; virtual machines are not always.
constexpr int drift_in_thousandths = 10;

// What a clock that may run slow shows at most of a time that surely lasts `span` ...
constexpr Span shortened(Span span) { return span / 1000 * (1000 - drift_in_thousandths); }
// ... and what one that may run fast shows at least, once it surely has.
constexpr Span lengthened(Span span) { return (span + Span(999)) / 1000 * (1000 + drift_in_thousandths); }

}  // namespace services::elections
