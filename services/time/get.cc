#include "services/time/calendar.h"
#include "services/time/commands.h"
#include "services/time/shown.h"

#include <cstdio>

namespace services::time {

namespace {

namespace v1 = time_::TIME::v1;
namespace v2 = time_::TIME::v2;

Json json_of(const time_::Reading& reading) {
  return {{"now", reading.now},
          {"time", shown(to_instant(reading.now))},
          {"from_utc", to_json(to_bound(reading.bounds.from_utc))},
          {"from_group", to_json(to_bound(reading.bounds.from_group))},
          {"life", life_json(reading.bounds)},
          {"round", reading.bounds.round}};
}

int get_precisely(const Asking& asking) {
  const time_::Reading reading = v2::Client(asking.server, {.timeout = asking.timeout}).GETTIME();
  if (asking.json) {
    std::puts(to_line(json_of(reading)).c_str());
  } else {
    std::printf("%s, seconds from UTC at most: %s, from its group's time: %s\n", shown(to_instant(reading.now)).c_str(),
                shown_bound(to_bound(reading.bounds.from_utc)).c_str(),
                shown_bound(to_bound(reading.bounds.from_group)).c_str());
  }
  return 0;
}

}  // namespace

int get(const Asking& asking, bool precise) {
  if (precise) return get_precisely(asking);
  const time_::Time time = v1::Client(asking.server, {.timeout = asking.timeout}).GETTIME();
  std::puts((asking.json ? to_line({{"time", to_text(time)}}) : to_text(time)).c_str());
  return 0;
}

int set(const Asking& asking, const std::string& text) {
  const auto time = from_text(text);
  if (!time) {
    std::fprintf(stderr, "onc-time: '%s' is no time: write it as \"2026-11-21 12:30:00\", in UTC\n", text.c_str());
    return 2;
  }
  if (v1::Client(asking.server, {.timeout = asking.timeout}).SETTIME(*time) == 0) return 0;
  const bool is_far = time->year < 1970 || time->year > 2200;
  std::fprintf(stderr, "onc-time: %s refuses to be set to %s%s\n", asking.server.c_str(), text.c_str(),
               is_far ? ": a clock can be set to the years from 1970 to 2200" : "");
  return 1;
}

int stamp(const Asking& asking, std::optional<std::uint64_t> seen) {
  v2::Client client(asking.server, {.timeout = asking.timeout});
  const time_::Stamped stamped = seen ? client.OBSERVE(*seen) : client.TICK();
  if (stamped.answer() != time_::Answer::DONE) {
    std::fprintf(stderr, "onc-time: %s does not believe that there is a stamp %llu: it is too far ahead of its own\n",
                 asking.server.c_str(), static_cast<unsigned long long>(seen.value_or(0)));
    return 1;
  }
  std::puts((asking.json ? to_line({{"stamp", stamped.stamp()}}) : std::to_string(stamped.stamp())).c_str());
  return 0;
}

}  // namespace services::time
