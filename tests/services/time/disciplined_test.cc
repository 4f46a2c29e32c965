#include "services/time/disciplined.h"

#include <gtest/gtest.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

struct Turned {
  Instant raw = noon;
  DisciplinedClock clock{[this] { return raw; }, 0.05};
};

TEST(disciplined_clock, runs_with_the_raw_one_until_it_is_corrected) {
  Turned turned;
  EXPECT_EQ(turned.clock.now(), noon);
  turned.raw += 90min;
  EXPECT_EQ(turned.clock.now(), noon + 90min);
  EXPECT_EQ(turned.clock.read().slewing, 0ns);
}

TEST(disciplined_clock, gains_a_twentieth_of_a_second_a_second) {
  Turned turned;
  turned.clock.slew(1s);
  EXPECT_EQ(turned.clock.now(), noon);
  turned.raw += 10s;
  EXPECT_EQ(turned.clock.now(), noon + 10s + 500ms);
  EXPECT_EQ(turned.clock.read().slewing, 500ms);
  turned.raw += 1000s;
  EXPECT_EQ(turned.clock.now(), noon + 1011s);
  EXPECT_EQ(turned.clock.read().slewing, 0ns);
}

TEST(disciplined_clock, never_runs_back_nor_stands_still) {
  Turned turned;
  turned.clock.slew(-3s);
  Instant last = turned.clock.now();
  for (int i = 0; i < 100'000; ++i) {
    turned.raw += 1ms;
    if (i % 1000 == 0) turned.clock.slew(i % 2000 == 0 ? -70ms : 20ms);
    EXPECT_GE(turned.clock.now() - last, 949us);
    last = turned.clock.now();
  }
}

TEST(disciplined_clock, does_not_run_back_by_a_nanosecond_either) {
  Turned turned;
  turned.clock.slew(-1s);
  Instant last = turned.clock.now();
  for (int i = 0; i < 1000; ++i) {
    turned.raw += 1ns;
    EXPECT_GE(turned.clock.now(), last);
    last = turned.clock.now();
  }
}

TEST(disciplined_clock, adds_a_correction_to_what_is_still_to_be_added) {
  Turned turned;
  turned.clock.slew(1s);
  turned.raw += 10s;
  turned.clock.slew(-2s);
  EXPECT_EQ(turned.clock.read().slewing, -1500ms);
  EXPECT_EQ(turned.clock.offset(), -1s);
  turned.raw += 1000s;
  EXPECT_EQ(turned.clock.now(), noon + 1009s);
}

TEST(disciplined_clock, has_a_settled_time_that_no_slewing_bends) {
  Turned turned;
  turned.clock.slew(700ms);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(turned.clock.read().settled(), turned.raw + 700ms);
    turned.raw += 333ms;
  }
}

TEST(disciplined_clock, forgets_what_was_to_be_added_when_it_is_set) {
  Turned turned;
  turned.clock.slew(1s);
  turned.raw += 1s;
  turned.clock.step(noon - 24h);
  EXPECT_EQ(turned.clock.now(), noon - 24h);
  turned.raw += 100s;
  EXPECT_EQ(turned.clock.now(), noon - 24h + 100s);
}

TEST(disciplined_clock, is_through_with_a_correction_after_a_century_too) {
  Turned turned;
  turned.clock.slew(-1h);
  turned.raw += 24h * 36525;
  EXPECT_EQ(turned.clock.now(), turned.raw - 1h);
}

}  // namespace
