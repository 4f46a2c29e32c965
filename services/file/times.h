// Times of the .x, in nanoseconds since 1970, and those of the system.
#pragma once

#include <cstdint>
#include <ctime>

namespace services::files {

inline std::int64_t to_nanoseconds(const timespec& time) { return time.tv_sec * 1'000'000'000 + time.tv_nsec; }

// Rounded down: what is before 1970 has a positive rest too.
inline timespec to_timespec(std::int64_t nanoseconds) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::int64_t rest = ((nanoseconds % second) + second) % second;
  return {static_cast<time_t>((nanoseconds - rest) / second), static_cast<long>(rest)};
}

}  // namespace services::files
