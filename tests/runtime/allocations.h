// What a test program asks `new` for, and a `new` that fails when told to. Link allocations.cc into the program.
#pragma once

#include <cstddef>

#include <pthread.h>

namespace allocations {

// Bytes: of what there is now, at most at once, and of the largest piece. reset() starts the last two anew.
std::size_t live();
std::size_t peak();
std::size_t largest();
void reset();

// While it lives, `new` throws std::bad_alloc on that thread: after so many that succeed, `times` in a row.
class Failing {
 public:
  static constexpr long ever = -1;

  explicit Failing(pthread_t thread, long after = 0, long times = ever);
  Failing(const Failing&) = delete;
  Failing& operator=(const Failing&) = delete;
  ~Failing();

  // How often it has thrown.
  long count() const;
};

}  // namespace allocations
