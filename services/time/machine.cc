#include "services/time/machine.h"

#include <cmath>

#include <sys/timex.h>
#include <time.h>

namespace services::time {

namespace {

Span read(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Span(now.tv_nsec);
}

}  // namespace

Machine::Machine(Falsified falsified) : falsified_(falsified), began_(read(CLOCK_BOOTTIME)), base_(said()) {}

Instant Machine::said() const { return Instant(read(CLOCK_REALTIME)) + Span(std::llround(falsified_.seconds * 1e9)); }

Instant Machine::now() const {
  const Span elapsed = read(CLOCK_BOOTTIME) - began_;
  const long double gained = static_cast<long double>(elapsed.count()) * 1e-6L * falsified_.per_million;
  return base_ + elapsed + Span(std::llroundl(gained));
}

Bound Machine::from_utc(Instant told) const {
  if (falsified_ != Falsified{}) return std::nullopt;
  timex kernel{};
  if (::ntp_adjtime(&kernel) == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) return std::nullopt;
  const Span apart = told - Instant(read(CLOCK_REALTIME));
  return std::chrono::microseconds(kernel.maxerror) + (apart < Span(0) ? -apart : apart);
}

}  // namespace services::time
