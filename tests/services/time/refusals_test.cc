#include "services/time/refusals.h"

#include <gtest/gtest.h>

namespace {

using services::time::Refusals;
using time_::Answer;

// How often something is noted, and the last of it.
struct Noted {
  Refusals refusals;
  int times = 0;
  std::string last;

  void answers(Answer answer, int often = 1) {
    for (int i = 0; i < often; ++i) {
      const auto note = refusals.answered(answer);
      if (!note) continue;
      ++times;
      last = *note;
    }
  }
};

TEST(refusals, are_noted_once_where_they_persist) {
  for (const auto& [answer, said] : {std::pair(Answer::TOO_LATE, "too late"), std::pair(Answer::TOO_FAR, "too far")}) {
    Noted noted;
    noted.answers(answer, Refusals::persistent - 1);
    EXPECT_EQ(noted.times, 0) << "a message may be late";
    noted.answers(answer, 1000);
    EXPECT_EQ(noted.times, 1);
    EXPECT_NE(noted.last.find(said), std::string::npos) << noted.last;
  }
}

TEST(refusals, of_another_group_are_noted_at_once) {
  Noted noted;
  noted.answers(Answer::DENIED);
  EXPECT_NE(noted.last.find("--coordinator"), std::string::npos) << noted.last;
}

TEST(refusals, are_not_noted_where_corrections_are_taken_between_them) {
  Noted noted;
  for (int i = 0; i < 100; ++i) {
    noted.answers(Answer::TOO_LATE, Refusals::persistent - 1);
    noted.answers(Answer::DONE);
  }
  EXPECT_EQ(noted.times, 0);
}

TEST(refusals, have_ended_when_a_correction_is_taken) {
  Noted noted;
  noted.answers(Answer::TOO_LATE, 5);
  noted.answers(Answer::DONE, 5);
  EXPECT_EQ(noted.times, 2);
  EXPECT_NE(noted.last.find("again"), std::string::npos) << noted.last;
}

TEST(refusals, that_come_and_go_are_noted_less_and_less_often) {
  Noted noted;
  for (int i = 0; i < 100'000; ++i) noted.answers(i % 4 == 3 ? Answer::DONE : Answer::TOO_LATE);
  EXPECT_EQ(noted.times, 2);
  for (int i = 0; i < 100'000; ++i) noted.answers(i % 2 == 1 ? Answer::DONE : Answer::DENIED);
  EXPECT_LE(noted.times, 2);
}

}  // namespace
