#include "services/mutex/released.h"

#include <gtest/gtest.h>

namespace services::locks {
namespace {

using namespace std::chrono_literals;

Released::Key key_of(unsigned number) { return {"lock " + std::to_string(number), {}}; }

TEST(WhatWasReleased, is_known_to_who_asks_again_by_the_same_token_or_by_any) {
  Released released;
  released.remember(key_of(1), 7, Released::Moment(1h));
  EXPECT_TRUE(released.was_released(key_of(1), 7));
  EXPECT_TRUE(released.was_released(key_of(1), ::mutex::NO_TOKEN));
  EXPECT_FALSE(released.was_released(key_of(1), 6));
  EXPECT_FALSE(released.was_released(key_of(2), 7));
  released.forget(Released::Moment(1h + 59s));
  EXPECT_TRUE(released.was_released(key_of(1), 7));
  released.forget(Released::Moment(1h + 60s));
  EXPECT_FALSE(released.was_released(key_of(1), 7));
}

TEST(WhatWasReleased, is_known_of_the_latest_however_many_there_are) {
  Released released;
  constexpr unsigned many = 3 * ::mutex::MAX_PLACES;
  for (unsigned i = 0; i < many; ++i) {
    released.remember(key_of(i), 7, Released::Moment(1h + i * 1ms));
    ASSERT_TRUE(released.was_released(key_of(i), 7)) << i;
  }
  EXPECT_TRUE(released.was_released(key_of(many - ::mutex::MAX_PLACES), 7));
  EXPECT_FALSE(released.was_released(key_of(many - ::mutex::MAX_PLACES - 1), 7));
}

}  // namespace
}  // namespace services::locks
