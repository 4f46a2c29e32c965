#include "services/time/machine.h"

#include <gtest/gtest.h>

#include <sys/timex.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

TEST(machine, runs_on_from_the_machines_time) {
  for (const Rate rate : {Rate::kept, Rate::own}) {
    const Machine machine(rate);
    const Instant before = machine.said();
    Instant last = machine.now();
    EXPECT_LE(std::chrono::abs(last - before), 1h);
    for (int i = 0; i < 10'000; ++i) {
      const Instant now = machine.now();
      ASSERT_GE(now, last);
      last = now;
    }
  }
}

TEST(machine, is_what_it_is_made_out_to_be) {
  const Machine machine(Rate::kept);
  const Machine ahead(Rate::kept, {.seconds = 86400});
  EXPECT_GE(ahead.now() - machine.now(), 23h);
  EXPECT_GE(ahead.said() - machine.said(), 23h);
  EXPECT_EQ(ahead.from_utc(ahead.now()), std::nullopt) << "nobody knows how far a made-up clock is off";
}

TEST(machine, is_no_nearer_to_utc_than_a_time_is_to_it) {
  const Machine machine;
  for (const Span by : {-2s, 2s}) EXPECT_GE(machine.from_utc(machine.now() + by).value_or(2s), 2s - 1ms);
}

TEST(machine, knows_nothing_of_utc_where_the_kernel_does_not_say) {
  timex kernel{};
  kernel.maxerror = 7;
  EXPECT_EQ(from_utc_by(TIME_OK, kernel), Bound(7us));
  EXPECT_EQ(from_utc_by(-1, kernel), std::nullopt) << "the call was forbidden";
  EXPECT_EQ(from_utc_by(TIME_ERROR, kernel), std::nullopt);
  kernel.status = STA_UNSYNC;
  EXPECT_EQ(from_utc_by(TIME_OK, kernel), std::nullopt);
}

}  // namespace
