#include "services/time/calendar.h"

#include <gtest/gtest.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

constexpr Seconds noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

TEST(calendar, has_no_times_that_do_not_exist) {
  const time_::Time good = *from_text("2026-02-28 23:59:59");
  const auto refuses = [&](auto change) {
    time_::Time bad = good;
    change(bad);
    EXPECT_EQ(from_time(bad), std::nullopt) << to_text(bad);
  };
  refuses([](time_::Time& time) { time.day = 29; });
  refuses([](time_::Time& time) { time.day = 0; });
  refuses([](time_::Time& time) { time.day = -2147483647; });
  refuses([](time_::Time& time) { time.month = 13; });
  refuses([](time_::Time& time) { time.month = 258; });
  refuses([](time_::Time& time) { time.year = 0; });
  refuses([](time_::Time& time) { time.year = 2147483647; });
  refuses([](time_::Time& time) { time.hours = 24; });
  refuses([](time_::Time& time) { time.minutes = 60; });
  refuses([](time_::Time& time) { time.seconds = 61; });
  refuses([](time_::Time& time) { time.seconds = -1; });
  refuses([](time_::Time& time) { time.timezone = {std::byte{'C'}, std::byte{'E'}, std::byte{'T'}}; });
  EXPECT_TRUE(from_time(good));
}

TEST(texts, are_read_with_and_without_utc) {
  EXPECT_EQ(from_text("2026-11-21 12:00:00"), to_time(noon));
  EXPECT_EQ(from_text("2026-11-21 12:00:00 UTC"), to_time(noon));
  for (const char* text : {"", "noon", "2026-11-21", "2026-11-21 12:00", "2026-13-21 12:00:00",
                           "2026-11-21 12:00:00 CET", "2026-11-21 12:00:00x"})
    EXPECT_EQ(from_text(text), std::nullopt) << text;
}

TEST(texts, show_nothing_of_a_zone_that_could_upset_a_terminal) {
  time_::Time time = to_time(noon);
  time.timezone = {std::byte{27}, std::byte{'['}, std::byte{'A'}, std::byte{255}};
  EXPECT_EQ(to_text(time), "2026-11-21 12:00:00 ?[A?");
}

TEST(calendar, goes_both_ways_over_leap_days_and_centuries) {
  for (const char* text : {"1600-02-29 00:00:00 UTC", "1969-12-31 23:59:59 UTC", "2000-02-29 12:00:00 UTC",
                           "2024-02-29 12:00:00 UTC", "9999-12-31 23:59:59 UTC", "0001-01-01 00:00:00 UTC"}) {
    const auto time = from_text(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(to_text(to_time(*from_time(*time))), text);
  }
}

}  // namespace
