#include "services/mutex/membership.h"

#include <gtest/gtest.h>

namespace services::locks {
namespace {

using namespace std::chrono_literals;
using ::mutex::Word;

// Member 1 of three; the test is the others.
class AMembership : public testing::Test, protected Surroundings {
 protected:
  void SetUp() override {
    for (const MemberId other : {2U, 3U}) answer({other, 7});
  }
  void send(const Question& question) override { asked_.push_back(question); }
  void keep(ViewNumber promised) override { kept_ = promised; }
  Standing leave() override { return {}; }
  void lose() override {}
  void begin(const View&, bool) override {}

  ::mutex::Renewed hear(MemberId from, ViewNumber view, std::initializer_list<MemberId> reached = {1, 2, 3}) {
    return hear({from, 7}, view, reached);
  }
  ::mutex::Renewed hear(const ::mutex::Participant& who, ViewNumber view,
                        std::initializer_list<MemberId> reached = {1, 2, 3}) {
    return membership_.on_renew({.group = 0, .to = 1, .who = who, .view = view, .reached = reached}, now_);
  }
  // Who is asked now, at the member's URI.
  void answer(const ::mutex::Participant& who, Word word = Word::DONE) {
    membership_.on_renewed({.kind = Question::Kind::renew, .to = who.member, .sent = now_},
                           {.who = who, .word = word, .promised = 0}, now_);
  }
  // Both others answer what they were asked; nothing of it is lost.
  void pass(Span span) {
    now_ += span;
    for (const Question& question : std::exchange(asked_, {}))
      if (question.kind == Question::Kind::renew)
        membership_.on_renewed(question, {.who = {question.to, 7}, .word = Word::DONE, .promised = 0}, now_);
    membership_.on_timer(now_);
  }
  std::set<MemberId> called_out() const {
    std::set<MemberId> called;
    for (const Question& question : asked_)
      if (question.kind == Question::Kind::leave) called.insert(question.to);
    return called;
  }
  Word call_out(ViewNumber next) { return membership_.on_leave({2, 7}, next, now_).word; }
  // So long that it forms a view where it can.
  void wait() {
    for (int i = 0; i < 100; ++i) {
      now_ += 100ms;
      for (const MemberId other : {2U, 3U}) hear(other, 0);
      for (const Question& question : std::exchange(asked_, {}))
        if (question.kind == Question::Kind::renew)
          membership_.on_renewed(question, {.who = {question.to, 7}, .word = Word::DONE, .promised = 0}, now_);
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
        {.who = {2, 7}, .word = Word::TOO_OLD, .promised = far}, now_);
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
    left.to = member;
    leaving.who = {member, 7};
    leaving.word = word;
    leaving.promised = promised;
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

// Of a process that has the ID of the second member, with another life.
class ATwin : public AMembership {
 protected:
  static constexpr ::mutex::Participant real{2, 7};
  static constexpr ::mutex::Participant twin{2, 8};

  Word call_out(const ::mutex::Participant& who, ViewNumber next) { return membership_.on_leave(who, next, now_).word; }
  std::vector<MemberId> asked() const {
    std::vector<MemberId> ids;
    for (const Question& question : asked_)
      if (question.kind == Question::Kind::renew) ids.push_back(question.to);
    return ids;
  }
  // As long as it takes; the one that is there answers.
  void go_on(Span span, const ::mutex::Participant& there = real) {
    for (const Moment end = now_ + span; now_ < end; now_ += company_.interval()) answer(there);
  }
};

TEST_F(ATwin, is_not_heard_where_another_answers) {
  EXPECT_EQ(hear(twin, 9).word, Word::NOT_YET);
  EXPECT_EQ(asked(), std::vector<MemberId>{2}) << "it may be the member, started again";
  EXPECT_EQ(call_out(twin, 1), Word::NOT_YET);
  EXPECT_EQ(kept_, 0U);
  go_on(company_.lease);
  hear(twin, 9);
  EXPECT_FALSE(membership_.is_alive(2, now_));
  EXPECT_TRUE(membership_.is_heard(2, now_));
  EXPECT_EQ(asked(), std::vector<MemberId>{2});
}

TEST_F(ATwin, has_nobody_asked_more_often_than_all_are_asked_anyway) {
  for (Life life = 8; life < 30; ++life) {
    hear({2, life}, 0);
    call_out({2, life}, 1);
  }
  EXPECT_EQ(asked(), std::vector<MemberId>{2});
  now_ += company_.interval() - 1ns;
  hear({2, 30}, 0);
  EXPECT_EQ(asked().size(), 1U);
  now_ += 1ns;
  hear({2, 31}, 0);
  hear({3, 31}, 0);
  EXPECT_EQ(asked(), (std::vector<MemberId>{2, 2, 3}));
}

TEST_F(AMembership, hears_who_calls_where_nobody_answers_but_promises_it_nothing) {
  now_ += 3 * company_.lease;
  EXPECT_EQ(hear(2, 0).word, Word::NOT_YET);
  EXPECT_TRUE(membership_.is_alive(2, now_));
  EXPECT_FALSE(membership_.reached(now_).contains(2));
  EXPECT_EQ(call_out(1), Word::NOT_YET);
  EXPECT_EQ(kept_, 0U);
}

TEST_F(AMembership, takes_no_farewell_and_no_call_of_no_process) {
  Membership unanswered(company_, 0, 7, now_, *this);
  unanswered.on_renew({.group = 0, .to = 1, .who = {2, 7}, .view = 0, .reached = {}}, now_);
  unanswered.on_farewell({2, ::mutex::NO_LIFE}, now_);
  EXPECT_TRUE(unanswered.is_alive(2, now_));
  EXPECT_EQ(unanswered.on_leave({2, ::mutex::NO_LIFE}, 1, now_).word, Word::TOO_OLD);
}

TEST_F(ATwin, is_told_so_once_it_is_known) {
  hear(twin, 0);
  answer(real);
  now_ += company_.lease;
  EXPECT_EQ(hear(twin, 0).word, Word::OTHER_LIFE);
  EXPECT_EQ(call_out(twin, 1), Word::OTHER_LIFE);
  EXPECT_TRUE(membership_.are_several(2, now_));
  EXPECT_FALSE(membership_.are_several(3, now_));
  answer(real);
  EXPECT_EQ(hear(real, 0).word, Word::DONE);
}

TEST_F(ATwin, is_the_member_from_when_it_answers) {
  now_ += company_.lease * 9 / 10;
  hear(twin, 0);
  now_ += company_.lease;
  EXPECT_FALSE(membership_.is_alive(2, now_));
  answer(twin);
  EXPECT_TRUE(membership_.is_alive(2, now_));
  EXPECT_EQ(hear(real, 0).word, Word::NOT_YET);
}

TEST_F(ATwin, gets_no_promise_as_soon_as_it_answers) {
  answer(twin);
  EXPECT_EQ(hear(twin, 0).word, Word::DONE);
  EXPECT_EQ(call_out(twin, 1), Word::NOT_YET);
  call_out({3, 7}, 1);
  EXPECT_EQ(hear(twin, 1).word, Word::NOT_YET);
  go_on(company_.lease / 2, twin);
  EXPECT_EQ(hear(twin, 1).word, Word::DONE);
  EXPECT_EQ(call_out(twin, 2), Word::DONE);
}

TEST_F(ATwin, does_not_repeat_what_the_other_has_asked) {
  EXPECT_EQ(call_out(real, 1), Word::DONE);
  EXPECT_EQ(call_out(real, 1), Word::DONE);
  go_on(company_.lease, twin);
  EXPECT_EQ(call_out(twin, 1), Word::TOO_OLD);
  EXPECT_EQ(call_out(twin, 2), Word::DONE);
}

TEST_F(ATwin, sets_aside_nothing_that_the_other_was_promised) {
  call_out(real, 1);
  EXPECT_EQ(hear(real, 1).word, Word::DONE);
  membership_.on_farewell(twin, now_);
  EXPECT_TRUE(membership_.is_alive(2, now_));
  const Leaving leaving = membership_.on_leave({3, 7}, 2, now_);
  ASSERT_EQ(leaving.promises.size(), 1U);
  EXPECT_EQ(leaving.promises[0].to, real);
  membership_.on_farewell(real, now_);
  EXPECT_FALSE(membership_.is_alive(2, now_));
  EXPECT_TRUE(membership_.on_leave({3, 7}, 3, now_).promises.empty());
}

TEST_F(ATwin, does_not_vote_for_a_view_as_soon_as_it_answers) {
  wait();
  const ViewNumber forming = left_.view;
  const auto leave = [&](const ::mutex::Participant& who) {
    Leaving leaving;
    leaving.who = who;
    leaving.word = Word::DONE;
    leaving.promised = forming;
    membership_.on_left({.kind = Question::Kind::leave, .to = 2, .sent = now_, .view = forming}, leaving, now_);
    asked_.clear();
    now_ += company_.interval() * 2;
    membership_.on_timer(now_);
    return std::any_of(asked_.begin(), asked_.end(),
                       [](const Question& question) { return question.kind == Question::Kind::begin; });
  };
  EXPECT_FALSE(leave(twin));
  EXPECT_TRUE(leave(twin)) << "as it still is the one that answers";
}

TEST_F(ATwin, does_not_renew_a_lease_as_soon_as_it_answers) {
  call_out(real, 1);
  membership_.on_begin({.group = 0, .to = 1, .number = 1, .members = {{{{1, 7}, true}, {}}, {{real, true}, {}}}}, now_);
  const auto renews = [&](const ::mutex::Participant& who) {
    membership_.on_renewed({.kind = Question::Kind::renew, .to = 2, .sent = now_, .view = 1},
                           {.who = who, .word = Word::DONE, .promised = 1}, now_);
    return membership_.is_in_view();
  };
  EXPECT_FALSE(renews(twin));
  go_on(company_.lease / 2, twin);
  EXPECT_TRUE(renews(twin));
}

TEST_F(AMembership, that_is_told_of_another_process_in_its_place_has_no_say) {
  call_out(1);
  EXPECT_EQ(hear(3, 1).word, Word::DONE);
  answer({2, 7}, Word::OTHER_LIFE);
  EXPECT_TRUE(membership_.are_several(1, now_));
  const Moment told = now_;
  EXPECT_EQ(hear(3, 1).word, Word::NOT_YET);
  for (; now_ - told <= 3 * company_.lease; now_ += company_.interval()) {
    answer({2, 7});
    answer({3, 7});
    for (const MemberId other : {2U, 3U}) hear(other, 0);
    membership_.on_timer(now_);
    EXPECT_EQ(call_out(2), Word::NOT_YET);
  }
  EXPECT_EQ(called_out(), std::set<MemberId>{});
  EXPECT_EQ(kept_, 1U);
  answer({2, 7});
  EXPECT_EQ(call_out(2), Word::DONE);
  EXPECT_FALSE(membership_.are_several(1, now_));
}

TEST_F(AMembership, that_is_told_so_while_it_forms_a_view_does_not_begin_it) {
  wait();
  left_.to = 2;
  Leaving leaving;
  leaving.who = {2, 7};
  leaving.word = Word::OTHER_LIFE;
  membership_.on_left(left_, leaving, now_);
  leaving.word = Word::DONE;
  leaving.promised = left_.view;
  asked_.clear();
  membership_.on_left(left_, leaving, now_);
  now_ += company_.lease;
  membership_.on_timer(now_);
  for (const Question& question : asked_) EXPECT_EQ(question.kind, Question::Kind::renew);
}

// Though it is waited for as if it had been heard at the start: whether it answers says nothing of that.
TEST_F(AMembership, hears_nobody_who_has_not_called) {
  EXPECT_TRUE(membership_.is_alive(2, now_));
  EXPECT_FALSE(membership_.is_heard(2, now_));
  EXPECT_FALSE(membership_.has_heard(2));
  hear(2, 0);
  EXPECT_TRUE(membership_.is_heard(2, now_));
  now_ += company_.lease * 2;
  EXPECT_FALSE(membership_.is_heard(2, now_));
  EXPECT_TRUE(membership_.has_heard(2)) << "and is silent since";
  EXPECT_FALSE(membership_.has_heard(3));
  EXPECT_TRUE(membership_.has_heard(1)) << "of itself it knows";
}

// Or the others would have it in their next view while it may not yet be in any.
TEST_F(AMembership, that_was_started_again_asks_who_answers_and_is_not_heard) {
  Membership again(company_, 5, 9, now_, *this);
  again.on_timer(now_);
  ASSERT_EQ(asked_.size(), 2U);
  for (const Question& question : asked_) EXPECT_EQ(question.life, ::mutex::NO_LIFE);
  hear({2, 9}, 0);
  now_ += company_.lease * 2;
  EXPECT_EQ(hear({3, ::mutex::NO_LIFE}, 0).word, Word::DONE);
  EXPECT_FALSE(membership_.is_alive(3, now_));
  EXPECT_FALSE(membership_.is_heard(3, now_));
}

TEST_F(AMembership, that_was_started_again_takes_nothing_for_repeated) {
  Membership again(company_, 5, 9, now_, *this);
  now_ += company_.lease * 2;
  again.on_renewed({.kind = Question::Kind::renew, .to = 2, .sent = now_}, {.who = {2, 7}, .promised = 5}, now_);
  EXPECT_EQ(again.on_leave({2, 7}, 5, now_).word, Word::TOO_OLD);
  EXPECT_EQ(again.on_leave({2, 7}, 6, now_).word, Word::DONE);
}

}  // namespace
}  // namespace services::locks
