#include "services/zookeeper/pulse.h"

#include <gtest/gtest.h>

namespace {

using namespace services::zookeeper;
using namespace std::chrono_literals;

constexpr Span timeout = 6000ms;
constexpr Moment begin = Moment(100h);

TEST(pulse, is_not_sure_before_the_first_answer) {
  const Pulse pulse(timeout);
  EXPECT_FALSE(pulse.is_sure(begin));
  EXPECT_EQ(pulse.sure_until(), Moment::min());
}

TEST(pulse, is_sure_from_when_it_asked_and_not_from_when_it_was_answered) {
  Pulse pulse(timeout);
  pulse.answered(begin);
  EXPECT_EQ(pulse.sure_until(), begin + pulse.held_for());
  EXPECT_TRUE(pulse.is_sure(begin + pulse.held_for() - 1ns));
  EXPECT_FALSE(pulse.is_sure(begin + pulse.held_for()));
}

TEST(pulse, does_not_forget_a_later_question_for_an_earlier_one) {
  Pulse pulse(timeout);
  pulse.answered(begin + 1s);
  pulse.answered(begin);
  EXPECT_EQ(pulse.sure_until(), begin + 1s + pulse.held_for());
}

TEST(pulse, follows_a_shorter_timeout_at_once) {
  Pulse pulse(timeout);
  pulse.answered(begin);
  EXPECT_TRUE(pulse.agreed_anew(timeout / 3));
  EXPECT_EQ(pulse.held_for(), Pulse(timeout / 3).held_for());
  EXPECT_EQ(pulse.sure_until(), begin + Pulse(timeout / 3).held_for());
}

TEST(pulse, does_not_grow_with_a_longer_timeout) {
  Pulse pulse(timeout);
  EXPECT_FALSE(pulse.agreed_anew(2 * timeout));
  EXPECT_FALSE(pulse.agreed_anew(timeout));
  EXPECT_EQ(pulse.held_for(), Pulse(timeout).held_for());
}

TEST(pulse, leaves_the_ensemble_a_third_of_the_timeout_even_where_its_own_clock_is_slow) {
  const Pulse pulse(timeout);
  EXPECT_LE(services::elections::lengthened(pulse.held_for()), timeout / 3 * 2);
}

TEST(pulse, stands_two_questions_that_are_lost) {
  const Pulse pulse(timeout);
  EXPECT_LT(3 * pulse.interval(), pulse.held_for());
}

}  // namespace
