#include "services/time/machine.h"

#include <algorithm>
#include <cmath>

#include <sys/timex.h>
#include <time.h>

namespace services::time {

namespace {

constexpr Span close_together = std::chrono::microseconds(10);
// Of a machine that is slow, or held up again and again, the closest is taken.
constexpr int most_readings = 10;

Span read_clock(int clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Span(now.tv_nsec);
}

}  // namespace

Bound from_utc_by(int returned, const timex& kernel) {
  if (returned < 0 || returned == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) return std::nullopt;
  return std::chrono::microseconds(kernel.maxerror);
}

Clocks Clocks::of_the_kernel() {
  const auto from_utc = [] {
    timex kernel{};
    const int returned = ::ntp_adjtime(&kernel);
    return from_utc_by(returned, kernel);
  };
  return {read_clock, from_utc};
}

Machine::Machine(Rate rate, Falsified falsified, Clocks clocks)
    : clocks_(std::move(clocks)),
      falsified_(falsified),
      clock_(rate == Rate::own ? CLOCK_MONOTONIC_RAW : CLOCK_BOOTTIME) {
  const Moments moments = read_together();
  began_ = moments.before;
  base_ = moments.said + skew();
}

Machine::Moments Machine::read_together() const {
  Moments closest{};
  for (int time = 0; time < most_readings; ++time) {
    const Span before = clocks_.read(clock_);
    const Instant said(clocks_.read(CLOCK_REALTIME));
    const Moments moments{before, said, clocks_.read(clock_)};
    const Span apart = moments.after - moments.before;
    if (time == 0 || apart < closest.after - closest.before) closest = moments;
    if (apart <= close_together) break;
  }
  return closest;
}

Span Machine::skew() const { return Span(std::llround(falsified_.seconds * 1e9)); }

Span Machine::gained(Span elapsed) const {
  const long double gained = static_cast<long double>(elapsed.count()) * 1e-6L * falsified_.per_million;
  return Span(std::llroundl(gained));
}

Instant Machine::now() const { return at(clocks_.read(clock_)); }

Instant Machine::said() const {
  return Instant(clocks_.read(CLOCK_REALTIME)) + skew() + gained(clocks_.read(clock_) - began_);
}

Bound Machine::from_utc(Span ahead) const {
  if (falsified_ != Falsified{}) return std::nullopt;
  const Bound kept = clocks_.from_utc();
  if (!kept) return std::nullopt;
  const Moments moments = read_together();
  const Span before = std::chrono::abs(at(moments.before) - moments.said + ahead);
  const Span after = std::chrono::abs(at(moments.after) - moments.said + ahead);
  return *kept + std::max(before, after);
}

}  // namespace services::time
