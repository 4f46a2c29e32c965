#include "tests/services/history.h"

#include <gtest/gtest.h>

namespace {

using services::History;

TEST(history, is_good_where_offices_follow_each_other) {
  History history;
  history.took_office(10, 1, 1, 20);
  history.is_sure(15, 1, 1, 25);
  history.took_office(25, 2, 2, 35);
  history.took_office(40, 2, 4, 50);
  EXPECT_TRUE(history.is_good()) << history.trouble();
  EXPECT_EQ(history.offices(), 3U);
  EXPECT_EQ(history.holder_at(9), 0U);
  EXPECT_EQ(history.holder_at(24), 1U);
  EXPECT_EQ(history.holder_at(25), 2U);
  EXPECT_EQ(history.holder_at(35), 0U);
  EXPECT_TRUE(history.has_held(2));
  EXPECT_FALSE(history.has_held(3));
}

TEST(history, has_one_holder_for_a_token) {
  History history;
  history.took_office(10, 1, 1, 20);
  history.took_office(30, 2, 1, 40);
  EXPECT_EQ(history.trouble(), "at 30 token 1 has two holders");
}

TEST(history, has_no_token_after_a_later_one) {
  History history;
  history.took_office(10, 1, 5, 20);
  history.took_office(30, 2, 4, 40);
  EXPECT_EQ(history.trouble(), "at 30 token 4 comes after token 5");
}

TEST(history, has_one_holder_at_a_time) {
  History history;
  history.took_office(10, 1, 1, 20);
  history.is_sure(15, 1, 1, 25);
  history.took_office(24, 2, 2, 40);
  EXPECT_EQ(history.trouble(), "at 24 token 2 begins before token 1 is over, at 25");
}

TEST(history, ends_for_who_has_lost_office) {
  History history;
  history.took_office(10, 1, 1, 20);
  history.took_office(25, 2, 2, 40);
  history.is_sure(26, 1, 1, 30);
  EXPECT_EQ(history.trouble(), "at 26 token 1 is held on to by 1 after a later one");
}

TEST(history, has_nobody_forget_a_token) {
  History history;
  history.saw(10, 1, 7);
  history.saw(11, 2, 3);
  EXPECT_TRUE(history.is_good());
  history.saw(12, 1, 6);
  EXPECT_EQ(history.trouble(), "at 12 token 6 is seen by 1 after 7");
}

}  // namespace
