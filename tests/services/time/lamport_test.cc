#include "services/time/lamport.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using services::time::LamportClock;
using Stamp = LamportClock::Stamp;

TEST(lamport_clock, gives_each_event_a_later_stamp) {
  LamportClock clock;
  EXPECT_EQ(clock.tick(), 1u);
  EXPECT_EQ(clock.tick(), 2u);
}

TEST(lamport_clock, puts_what_was_received_after_its_sending) {
  LamportClock clock;
  EXPECT_EQ(clock.observe(41), 42u);
  EXPECT_EQ(clock.observe(7), 43u) << "an old stamp holds nobody back";
  EXPECT_EQ(clock.tick(), 44u);
}

TEST(lamport_clock, does_not_follow_a_stamp_that_no_event_can_have) {
  LamportClock clock;
  EXPECT_EQ(clock.observe(LamportClock::furthest_ahead + 1), std::nullopt);
  EXPECT_EQ(clock.observe(~Stamp{0}), std::nullopt);
  EXPECT_EQ(clock.tick(), 1u);
  EXPECT_EQ(clock.observe(LamportClock::furthest_ahead + 1), LamportClock::furthest_ahead + 2);
}

TEST(lamport_clock, gives_no_stamp_twice_however_it_ended) {
  Stamp reserved = 0;
  Stamp last = 0;
  const auto reserve = [&](Stamp to) {
    EXPECT_GT(to, reserved);
    reserved = to;
  };
  for (int lives = 0; lives < 5; ++lives) {
    LamportClock clock(reserved, reserve);
    for (Stamp i = 0; i < LamportClock::block + 10; ++i) {
      const Stamp stamp = i == 100 ? *clock.observe(last + 1'000'000) : clock.tick();
      ASSERT_GT(stamp, last);
      ASSERT_LE(stamp, reserved);
      last = stamp;
    }
  }
}

TEST(lamport_clock, gives_no_stamp_that_could_not_be_reserved) {
  bool is_full = true;
  LamportClock clock(7, [&](Stamp) {
    if (is_full) throw std::runtime_error("the disk is full");
  });
  EXPECT_THROW(clock.tick(), std::runtime_error);
  is_full = false;
  EXPECT_EQ(clock.tick(), 8u);
}

TEST(lamport_clock, ends_rather_than_begin_anew) {
  LamportClock clock(~Stamp{0} - 1, [](Stamp) {});
  EXPECT_EQ(clock.tick(), ~Stamp{0});
  EXPECT_THROW(clock.tick(), std::overflow_error);
}

}  // namespace
