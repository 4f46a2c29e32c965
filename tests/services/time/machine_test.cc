#include "services/time/machine.h"

#include <gtest/gtest.h>

#include <sys/timex.h>
#include <time.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

// Clocks that the test turns, and a reader who is held up now and then before he reads the machine's.
struct Kernel {
  Span passed{};
  Span set{};
  Span held_up{};
  int times_held_up = 0;

  Clocks clocks() {
    const auto read = [this](int clock) {
      passed += 100ns;
      if (clock == CLOCK_REALTIME && times_held_up > 0) {
        --times_held_up;
        passed += held_up;
      }
      return clock == CLOCK_REALTIME ? noon + passed + set : passed;
    };
    return {read, [] { return Bound(7us); }};
  }
  static constexpr Span noon = 24h * 20000;
};

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
  EXPECT_EQ(ahead.from_utc(0s), std::nullopt) << "nobody knows how far a made-up clock is off";
}

TEST(machine, is_no_nearer_to_utc_than_a_time_is_to_it) {
  Kernel kernel;
  const Machine machine(Rate::kept, {}, kernel.clocks());
  for (const Span by : {-2s, 2s}) {
    EXPECT_GE(machine.from_utc(by).value(), 2s + 7us);
    EXPECT_LE(machine.from_utc(by).value(), 2s + 7us + 10us);
  }
}

TEST(machine, is_no_nearer_to_utc_where_its_clock_was_set_or_runs_on_meanwhile) {
  Kernel kernel;
  const Machine machine(Rate::kept, {}, kernel.clocks());
  kernel.set = 5s;
  EXPECT_GE(machine.from_utc(0s).value(), 5s + 7us);
  EXPECT_GE(machine.from_utc(-1s).value(), 6s + 7us);
  kernel.set = 0s;
  kernel.held_up = 3s;
  kernel.times_held_up = 1000;
  for (const Span ahead : {Span(-3s), Span(0s), Span(3s)})
    EXPECT_GE(machine.from_utc(ahead).value(), 3s + 7us) << "it may have been held up before or after";
}

TEST(machine, reads_again_where_it_was_held_up_between_two_clocks) {
  Kernel kernel;
  kernel.held_up = 10s;
  kernel.times_held_up = 3;
  const Machine machine(Rate::kept, {}, kernel.clocks());
  EXPECT_EQ(kernel.times_held_up, 0);
  EXPECT_LE(std::chrono::abs(machine.now() - machine.said()), 10us);
  kernel.times_held_up = 3;
  EXPECT_LE(machine.from_utc(0s).value(), 20us);
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
