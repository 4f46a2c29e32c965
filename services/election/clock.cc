#include "services/election/clock.h"

#include <cerrno>
#include <ctime>
#include <system_error>

namespace services::elections {

Moment Clock::now() {
  timespec now{};
  if (::clock_gettime(CLOCK_BOOTTIME, &now) != 0) throw std::system_error(errno, std::generic_category());
  return Moment(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace services::elections
