// The clock that deadlines are on.
#pragma once

#include <chrono>

#include <time.h>

namespace onc::transport {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

// To some milliseconds, at a fifth of the cost.
inline TimePoint about_now() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
  return TimePoint(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

// A fair share of the time until `deadline` for one of `attempts` that are still to be made, so that one dead address
// does not use up what the others need.
inline TimePoint share_of(TimePoint deadline, std::size_t attempts) {
  const TimePoint now = Clock::now();
  return attempts <= 1 || deadline <= now ? deadline : now + (deadline - now) / static_cast<long>(attempts);
}

}  // namespace onc::transport
