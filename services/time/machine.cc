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

Bound from_utc_by(int returned, const timex& kernel) {
  if (returned < 0 || returned == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) return std::nullopt;
  return std::chrono::microseconds(kernel.maxerror);
}

Machine::Machine(Rate rate, Falsified falsified)
    : falsified_(falsified),
      clock_(rate == Rate::own ? CLOCK_MONOTONIC_RAW : CLOCK_BOOTTIME),
      began_(read(clock_)),
      base_(said()) {}

Span Machine::gained(Span elapsed) const {
  const long double gained = static_cast<long double>(elapsed.count()) * 1e-6L * falsified_.per_million;
  return Span(std::llroundl(gained));
}

Instant Machine::now() const {
  const Span elapsed = read(clock_) - began_;
  return base_ + elapsed + gained(elapsed);
}

Instant Machine::said() const {
  const Span skew(std::llround(falsified_.seconds * 1e9));
  return Instant(read(CLOCK_REALTIME)) + skew + gained(read(clock_) - began_);
}

Bound Machine::from_utc(Instant told) const {
  if (falsified_ != Falsified{}) return std::nullopt;
  timex kernel{};
  const int returned = ::ntp_adjtime(&kernel);
  const Bound kept = from_utc_by(returned, kernel);
  if (!kept) return std::nullopt;
  const Span apart = told - Instant(read(CLOCK_REALTIME));
  return *kept + (apart < Span(0) ? -apart : apart);
}

}  // namespace services::time
