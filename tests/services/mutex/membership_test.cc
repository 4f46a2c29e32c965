#include "services/mutex/membership.h"

#include <gtest/gtest.h>

namespace services::locks {
namespace {

using namespace std::chrono_literals;
using ::mutex::Word;

// Member 1 of three; the test is the others.
class AMembership : public testing::Test, protected Surroundings {
 protected:
  void send(const Question& question) override { asked_.push_back(question); }
  void keep(ViewNumber promised) override { kept_ = promised; }
  Standing leave() override { return {}; }
  void lose() override {}
  void begin(const View&, bool) override {}

  ::mutex::Renewed hear(MemberId from, ViewNumber view, std::initializer_list<MemberId> reached = {1, 2, 3}) {
    return membership_.on_renew({.group = 0, .to = 1, .who = {from, 7}, .view = view, .reached = reached}, now_);
  }
  // Both others answer what they were asked; nothing of it is lost.
  void pass(Span span) {
    now_ += span;
    for (const Question& question : std::exchange(asked_, {}))
      if (question.kind == Question::Kind::renew)
        membership_.on_renewed(question, {.member = question.to, .word = Word::DONE, .promised = 0}, now_);
    membership_.on_timer(now_);
  }
  std::set<MemberId> called_out() const {
    std::set<MemberId> called;
    for (const Question& question : asked_)
      if (question.kind == Question::Kind::leave) called.insert(question.to);
    return called;
  }
  Word call_out(ViewNumber next) { return membership_.on_leave(2, next, now_).word; }
  // So long that it forms a view where it can.
  void wait() {
    for (int i = 0; i < 100; ++i) {
      now_ += 100ms;
      for (const MemberId other : {2U, 3U}) hear(other, 0);
      for (const Question& question : std::exchange(asked_, {}))
        if (question.kind == Question::Kind::renew)
          membership_.on_renewed(question, {.member = question.to, .word = Word::DONE, .promised = 0}, now_);
        else
          left_ = question;
      membership_.on_timer(now_);
    }
  }

  const Company company_{.self = 1, .all = {1, 2, 3}};
  Moment now_ = Moment(1h);
  ViewNumber kept_ = 0;
  std::vector<Question> asked_;
  Question left_ = {};  // what it asked last as it formed a view
  Membership membership_{company_, 0, 7, now_, *this};
};

constexpr ViewNumber furthest = Membership::furthest_ahead;

TEST_F(AMembership, promises_no_view_that_nobody_can_have_come_to) {
  for (const ViewNumber far : {furthest + 1, end_of_views - 1, end_of_views, end_of_views + 1, ~ViewNumber{0}}) {
    EXPECT_EQ(call_out(far), Word::NOT_YET) << far;
    EXPECT_EQ(kept_, 0U) << far;
  }
  EXPECT_EQ(call_out(furthest), Word::DONE);
  EXPECT_EQ(kept_, furthest);
}

TEST_F(AMembership, forms_no_view_after_one_that_a_single_other_has_made_up) {
  for (const ViewNumber far : {furthest + 1, end_of_views, ~ViewNumber{0} - 2}) {
    hear(2, far);
    membership_.on_renewed(
        {.kind = Question::Kind::renew, .to = 2, .sent = now_, .view = 0, .beginning = {}, .reached = {}},
        {.member = 2, .word = Word::TOO_OLD, .promised = far}, now_);
  }
  wait();
  EXPECT_GT(kept_, 0U);
  EXPECT_LT(kept_, 1000U);
}

TEST_F(AMembership, catches_up_with_a_majority_that_is_far_ahead) {
  hear(2, 9 * furthest);
  EXPECT_EQ(call_out(9 * furthest + 1), Word::NOT_YET);
  hear(3, 9 * furthest);
  EXPECT_EQ(call_out(9 * furthest + 1), Word::DONE);
  EXPECT_EQ(kept_, 9 * furthest + 1);
}

TEST_F(AMembership, takes_no_number_twice_where_all_are_used_up) {
  hear(2, end_of_views - 1);
  hear(3, end_of_views - 1);
  EXPECT_THROW(wait(), std::runtime_error);
  EXPECT_EQ(kept_, 0U);
}

TEST_F(AMembership, leaves_out_nobody_who_has_not_had_the_time_to_say_whom_it_reaches) {
  for (int i = 0; i < 3; ++i) {
    hear(2, 0, {1});
    hear(3, 0, {1, 2});
    pass(membership_.company().interval());
    EXPECT_EQ(called_out(), std::set<MemberId>{}) << i;
  }
  hear(2, 0, {1, 3});
  hear(3, 0, {1, 2});
  pass(membership_.company().interval());
  EXPECT_EQ(called_out(), (std::set<MemberId>{2, 3}));
}

// A majority of new members beside an old view would grant its tokens again.
TEST_F(AMembership, begins_with_all_members_where_none_has_ever_promised_anything) {
  const auto go_on = [&](std::initializer_list<MemberId> others, ViewNumber view) {
    for (int i = 0; i < 20 && called_out().empty(); ++i) {
      for (const MemberId other : others) hear(other, view);
      pass(membership_.company().interval());
    }
    return called_out();
  };
  EXPECT_EQ(go_on({2}, 0), std::set<MemberId>{});
  EXPECT_EQ(kept_, 0U);
  EXPECT_EQ(go_on({2, 3}, 0), (std::set<MemberId>{2, 3}));
}

TEST_F(AMembership, does_with_a_majority_of_which_one_has_promised_a_view) {
  for (int i = 0; i < 20 && called_out().empty(); ++i) {
    hear(2, 1);
    pass(membership_.company().interval());
  }
  EXPECT_EQ(called_out(), std::set<MemberId>{2});
}

TEST_F(AMembership, leaves_out_who_does_not_reach_all) {
  for (int i = 0; i < 20 && called_out().empty(); ++i) {
    hear(2, 1, {1});
    hear(3, 1, {1, 2});
    pass(membership_.company().interval());
  }
  EXPECT_EQ(called_out(), std::set<MemberId>{3});
}

TEST_F(AMembership, does_without_who_has_promised_what_nobody_can_have_come_to) {
  wait();
  Question left = left_;
  ASSERT_EQ(left.view, kept_);
  const auto answer = [&](MemberId member, Word word, ViewNumber promised) {
    ::mutex::Leaving leaving;
    leaving.member = left.to = member;
    leaving.word = word;
    leaving.promised = promised;
    leaving.life = 7;
    membership_.on_left(left, leaving, now_);
  };
  answer(3, Word::TOO_OLD, ~ViewNumber{0});
  answer(2, Word::DONE, left.view);
  asked_.clear();
  now_ += 1s;
  membership_.on_timer(now_);
  EXPECT_TRUE(std::any_of(asked_.begin(), asked_.end(),
                          [](const Question& question) { return question.kind == Question::Kind::begin; }));
}

}  // namespace
}  // namespace services::locks
