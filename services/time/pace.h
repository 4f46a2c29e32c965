// When what is done again and again is due.
#pragma once

#include <algorithm>
#include <chrono>

namespace services::time {

// After it was due at `last`. Who was held up, as by SIGSTOP, is not to catch up in a burst.
inline std::chrono::steady_clock::time_point due_after(std::chrono::steady_clock::time_point last,
                                                       std::chrono::milliseconds interval,
                                                       std::chrono::steady_clock::time_point now) {
  return std::max(last + interval, now);
}

}  // namespace services::time
