#include "services/time/calendar.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace services::time {

using namespace std::chrono;

namespace {

constexpr std::array<std::byte, 4> utc = {std::byte{'U'}, std::byte{'T'}, std::byte{'C'}, std::byte{0}};

std::string_view zone_name(const std::array<std::byte, 4>& zone) {
  const char* text = reinterpret_cast<const char*>(zone.data());
  return {text, ::strnlen(text, zone.size())};
}

bool is_utc(const std::array<std::byte, 4>& zone) {
  const std::string_view name = zone_name(zone);
  return name.empty() || name == "UTC" || name == "GMT" || name == "Z";
}

bool is_between(int value, int low, int high) { return low <= value && value <= high; }

}  // namespace

time_::Time to_time(Seconds seconds) {
  const auto day = floor<days>(seconds);
  const year_month_day date(day);
  const hh_mm_ss clock(seconds - day);
  return {.seconds = static_cast<int>(clock.seconds().count()),
          .minutes = static_cast<int>(clock.minutes().count()),
          .hours = static_cast<int>(clock.hours().count()),
          .day = static_cast<int>(static_cast<unsigned>(date.day())),
          .month = static_cast<int>(static_cast<unsigned>(date.month())),
          .year = static_cast<int>(date.year()),
          .timezone = utc};
}

std::optional<Seconds> from_time(const time_::Time& time) {
  // Checked before they are made chrono's, whose days and months are bytes.
  if (!is_between(time.year, 1, 9999) || !is_between(time.month, 1, 12) || !is_between(time.day, 1, 31))
    return std::nullopt;
  const year_month_day date(year(time.year), month(static_cast<unsigned>(time.month)),
                            day(static_cast<unsigned>(time.day)));
  const bool is_clock =
      is_between(time.hours, 0, 23) && is_between(time.minutes, 0, 59) && is_between(time.seconds, 0, 60);
  if (!date.ok() || !is_clock || !is_utc(time.timezone)) return std::nullopt;
  return sys_days(date) + hours(time.hours) + minutes(time.minutes) + std::chrono::seconds(time.seconds);
}

std::string to_text(const time_::Time& time) {
  char text[96];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d ", time.year, time.month, time.day, time.hours,
                time.minutes, time.seconds);
  // The zone comes from a server: only what can be shown is.
  std::string zone(zone_name(time.timezone));
  std::replace_if(
      zone.begin(), zone.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text + zone;
}

std::optional<time_::Time> from_text(std::string_view text) {
  if (text.ends_with(" UTC")) text.remove_suffix(4);
  time_::Time time{.timezone = utc};
  char junk = 0;
  if (std::sscanf(std::string(text).c_str(), "%4d-%2d-%2d %2d:%2d:%2d%c", &time.year, &time.month, &time.day,
                  &time.hours, &time.minutes, &time.seconds, &junk) != 6)
    return std::nullopt;
  if (!from_time(time)) return std::nullopt;
  return time;
}

}  // namespace services::time
