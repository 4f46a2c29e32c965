#include "services/time/follower.h"

#include <gtest/gtest.h>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

struct Turned {
  Span passed{};
  Span machine_set{};
  Keeper keeper{DisciplinedClock([this] { return noon + passed; }), [](Span) { return Bound(); }};
  Follower follower{keeper, [this] { return noon + passed + machine_set; }};

  Instant later(Span by) {
    passed += by;
    follower.look();
    return keeper.now();
  }
};

TEST(follower, leaves_a_clock_alone_whose_machine_nobody_sets) {
  Turned turned;
  turned.machine_set = 4ms;  // what reading may take
  EXPECT_EQ(turned.later(1h), noon + 1h);
}

TEST(follower, follows_a_machine_that_is_set) {
  Turned turned;
  turned.machine_set = 1h;
  EXPECT_EQ(turned.later(1s), noon + 1h + 1s);
  turned.machine_set = 1h - 10s;
  EXPECT_EQ(turned.later(1s), noon + 1h + 2s) << "never back at once";
  EXPECT_EQ(turned.later(1h), noon + 2h + 2s - 10s);
  EXPECT_EQ(turned.later(1h), noon + 3h + 2s - 10s) << "it followed once only";
}

TEST(follower, keeps_a_clock_that_was_set_as_far_from_its_machine) {
  Turned turned;
  turned.keeper.set(noon - 24h);
  turned.follower.was_set();
  EXPECT_EQ(turned.later(1s), noon - 24h + 1s);
  turned.machine_set = 1h;
  EXPECT_EQ(turned.later(1s), noon - 23h + 2s);
}

}  // namespace
