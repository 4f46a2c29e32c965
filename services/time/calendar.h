// The calendar and clock of idl/time.x's version 1, in UTC.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "time.x.h"

namespace services::time {

using Seconds = std::chrono::sys_seconds;

time_::Time to_time(Seconds seconds);
// Nothing where there is no such time: a 31st of April, a zone other than UTC, a year outside 1 to 9999.
std::optional<Seconds> from_time(const time_::Time& time);

// "2026-11-21 12:30:00 UTC", and back; the " UTC" may be left out.
std::string to_text(const time_::Time& time);
std::optional<time_::Time> from_text(std::string_view text);

}  // namespace services::time
