// Times of the .x, in nanoseconds since 1970, and those of the system.
#pragma once

#include <cstdint>
#include <ctime>
#include <limits>

namespace services::files {

// The first or the last there is (in 1677 and 2262) for what is beyond it.
inline std::int64_t to_nanoseconds(std::int64_t seconds, std::int64_t nanoseconds) {
  using Limits = std::numeric_limits<std::int64_t>;
  std::int64_t all = 0;
  const bool is_beyond = __builtin_mul_overflow(seconds, std::int64_t{1'000'000'000}, &all) ||
                         __builtin_add_overflow(all, nanoseconds, &all);
  if (is_beyond) return seconds < 0 ? Limits::min() : Limits::max();
  return all;
}
inline std::int64_t to_nanoseconds(const timespec& time) { return to_nanoseconds(time.tv_sec, time.tv_nsec); }

// Rounded down: what is before 1970 has a positive rest too.
inline timespec to_timespec(std::int64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t rest = nanoseconds % second;
  const bool is_below = rest < 0;
  return {static_cast<time_t>(nanoseconds / second - is_below), static_cast<long>(is_below ? rest + second : rest)};
}

}  // namespace services::files
