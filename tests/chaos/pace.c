// Preloaded into a program: the clocks that only go forward run at another pace there, PACE thousandths of their own.
// Timers of the kernel do not: who is woken too early or too late looks at the clock anyway.
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long thousandths(void) {
  static long long pace;
  if (pace == 0) {
    const char* text = getenv("PACE");
    pace = text != NULL ? atoll(text) : 1000;
  }
  return pace;
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const long status = syscall(SYS_clock_gettime, clock, now);
  if (status != 0 || (clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME)) return (int)status;
  const long long second = 1000000000;
  const long long shown = (now->tv_sec * second + now->tv_nsec) / 1000 * thousandths();
  now->tv_sec = shown / second;
  now->tv_nsec = shown % second;
  return 0;
}
