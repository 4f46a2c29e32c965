// The logic of the time service: a clock that can be set, beside the machine's, which is never touched.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "time.x.h"

namespace services::time {

using Seconds = std::chrono::sys_seconds;

// The calendar and clock of idl/time.x, in UTC.
time_::Time to_time(Seconds seconds);
// Nothing where there is no such time: a 31st of April, a zone other than UTC, a year outside 1 to 9999.
std::optional<Seconds> from_time(const time_::Time& time);

// "2026-11-21 12:30:00 UTC", and back; the " UTC" may be left out.
std::string to_text(const time_::Time& time);
std::optional<time_::Time> from_text(std::string_view text);

class Clock {
 public:
  using Source = std::function<Seconds()>;

  // `machine`: tells the machine's time.
  explicit Clock(Source machine =
                     [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); })
      : machine_(std::move(machine)) {}

  time_::Time get() const { return to_time(machine_() + offset_); }
  // False where there is no such time.
  bool set(const time_::Time& time);

 private:
  Source machine_;
  std::chrono::seconds offset_{0};
};

}  // namespace services::time
