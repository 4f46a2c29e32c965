#include "services/mutex/glances.h"

#include <gtest/gtest.h>

namespace services::locks {
namespace {

using namespace std::chrono_literals;

class SomeGlances : public testing::Test {
 protected:
  void ask(const std::string& lock) {
    glances_.ask(lock, now_, [this](int seen) { told_.push_back(seen); });
  }
  void answer(int seen) {
    for (const auto& told : std::exchange(looks_, {})) told(seen);
  }

  elections::Moment now_ = elections::Moment(1h);
  std::vector<Glances<int>::Told> looks_;
  std::vector<int> told_;
  Glances<int> glances_{[this](const std::string&, auto told) { looks_.push_back(std::move(told)); }};
};

TEST_F(SomeGlances, of_all_who_ask_at_once_need_one_look) {
  for (int i = 0; i < 100; ++i) ask("door");
  EXPECT_EQ(looks_.size(), 1U);
  answer(7);
  EXPECT_EQ(told_, std::vector<int>(100, 7));
  ask("window");
  EXPECT_EQ(looks_.size(), 1U) << "another lock";
}

TEST_F(SomeGlances, are_fresh_for_a_while) {
  ask("door");
  answer(7);
  now_ += 499ms;
  ask("door");
  EXPECT_EQ(told_, (std::vector<int>{7, 7}));
  EXPECT_TRUE(looks_.empty());
  now_ += 1ms;
  ask("door");
  EXPECT_EQ(looks_.size(), 1U);
  now_ += 1h;
  ask("door");
  EXPECT_EQ(looks_.size(), 1U) << "one look at a time";
  answer(8);
  EXPECT_EQ(told_, (std::vector<int>{7, 7, 8, 8}));
}

}  // namespace
}  // namespace services::locks
