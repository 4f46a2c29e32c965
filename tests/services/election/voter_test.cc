#include "services/election/voter.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;

constexpr Span lease = 1000ms;
constexpr Span wait = lengthened(lease);
constexpr Moment begin = Moment(100h);
constexpr Id self = 1;
constexpr Life life = 11;
constexpr Candidate own = {self, life};

// A voter and its disk.
struct Booth {
  explicit Booth(std::optional<Kept> before = {}) : disk(before) {}

  std::optional<Kept> disk;
  bool is_full = false;
  Voter voter{own, lease, disk, begin, [this](const Kept& kept) {
                if (is_full) throw std::runtime_error("the disk is full");
                disk = kept;
              }};
};

TEST(voter, stands_by_its_word_for_a_lease_however_fast_its_clock_runs) {
  Booth booth;
  ASSERT_EQ(booth.voter.vote({2, life}, 1, begin), Answer::DONE);
  EXPECT_EQ(booth.voter.vote({3, life}, 2, begin + wait - 1ns), Answer::PROMISED);
  EXPECT_EQ(booth.voter.renew({3, life}, 2, begin + wait - 1ns), Answer::PROMISED);
  EXPECT_FALSE(booth.voter.is_free_for({self, life}, begin + wait - 1ns));
  EXPECT_EQ(booth.voter.vote({3, life}, 2, begin + wait), Answer::DONE);
  EXPECT_GT(wait, lease);
}

TEST(voter, stands_by_a_coordinator_a_lease_longer_each_time_it_renews) {
  Booth booth;
  ASSERT_EQ(booth.voter.renew({2, life}, 1, begin), Answer::DONE);
  ASSERT_EQ(booth.voter.renew({2, life}, 1, begin + lease / 2), Answer::DONE);
  EXPECT_EQ(booth.voter.vote({3, life}, 2, begin + lease / 2 + wait - 1ns), Answer::PROMISED);
}

TEST(voter, votes_once_in_a_term) {
  Booth booth;
  ASSERT_EQ(booth.voter.vote({2, life}, 5, begin), Answer::DONE);
  EXPECT_EQ(booth.voter.vote({2, life}, 5, begin + 1ms), Answer::DONE);  // the same again
  EXPECT_EQ(booth.voter.vote({3, life}, 5, begin + 2 * wait), Answer::VOTED);
  EXPECT_EQ(booth.voter.vote({3, life}, 4, begin + 2 * wait), Answer::TOO_OLD);
  EXPECT_EQ(booth.voter.renew({3, life}, 4, begin + 2 * wait), Answer::TOO_OLD);
}

TEST(voter, votes_in_a_later_term_for_whom_it_stands_by_already) {
  Booth booth;
  ASSERT_EQ(booth.voter.vote({2, life}, 1, begin), Answer::DONE);
  EXPECT_EQ(booth.voter.vote({2, life}, 2, begin + 1ms), Answer::DONE);
}

TEST(voter, gives_the_word_that_one_process_has_to_no_other_of_the_same_node) {
  constexpr Life other = 12;
  Booth booth;
  ASSERT_EQ(booth.voter.vote({2, life}, 1, begin), Answer::DONE);
  const auto expect_nothing_for_the_other = [](Voter& voter, Moment now) {
    EXPECT_FALSE(voter.is_free_for({2, other}, now));
    EXPECT_EQ(voter.vote({2, other}, 1, now), Answer::PROMISED);
    EXPECT_EQ(voter.vote({2, other}, 2, now), Answer::PROMISED);
    EXPECT_EQ(voter.renew({2, other}, 1, now), Answer::PROMISED);
    // And in that term never.
    EXPECT_EQ(voter.vote({2, other}, 1, now + wait), Answer::VOTED);
    EXPECT_EQ(voter.renew({2, other}, 1, now + wait), Answer::VOTED);
    EXPECT_EQ(voter.renew({2, life}, 1, now + wait), Answer::DONE);
  };
  expect_nothing_for_the_other(booth.voter, begin);
  Booth restarted(booth.disk);
  expect_nothing_for_the_other(restarted.voter, begin);
  EXPECT_EQ(restarted.voter.vote({2, other}, 2, begin + 2 * wait), Answer::DONE);
}

TEST(voter, has_no_word_left_in_its_term_where_it_is_not_written_for_which_process) {
  Booth booth(Kept{7, 2, lease});
  EXPECT_EQ(booth.voter.vote({2, life}, 7, begin), Answer::PROMISED);
  EXPECT_EQ(booth.voter.vote({2, life}, 7, begin + wait), Answer::VOTED);
  EXPECT_EQ(booth.voter.renew({2, life}, 7, begin + wait), Answer::VOTED);
  EXPECT_EQ(booth.voter.vote({2, life}, 8, begin + wait), Answer::DONE);
}

TEST(voter, has_kept_its_word_before_it_gives_it) {
  Booth booth;
  booth.is_full = true;
  EXPECT_THROW(booth.voter.vote({2, life}, 1, begin), std::runtime_error);
  EXPECT_THROW(booth.voter.stand(), std::runtime_error);
  EXPECT_EQ(booth.voter.term(), 0U);
  EXPECT_TRUE(booth.voter.is_free_for({3, life}, begin));
  booth.is_full = false;
  ASSERT_EQ(booth.voter.vote({2, life}, 1, begin), Answer::DONE);
  EXPECT_EQ(booth.disk, (Kept{1, 2, lease, life}));
}

TEST(voter, stands_by_its_word_after_it_was_restarted) {
  Booth booth(Kept{7, 2, lease, life});
  EXPECT_EQ(booth.voter.term(), 7U);
  EXPECT_EQ(booth.voter.renew({2, life}, 7, begin), Answer::DONE);
  Booth other(Kept{7, 2, lease, life});
  EXPECT_EQ(other.voter.vote({3, life}, 8, begin + wait - 1ns), Answer::PROMISED);
  EXPECT_EQ(other.voter.vote({3, life}, 7, begin + wait), Answer::VOTED);
  EXPECT_EQ(other.voter.vote({3, life}, 8, begin + wait), Answer::DONE);
}

TEST(voter, stands_by_it_for_the_lease_there_was_then) {
  Booth booth(Kept{7, 2, 3 * lease, life});
  EXPECT_EQ(booth.voter.vote({3, life}, 8, begin + lengthened(3 * lease) - 1ns), Answer::PROMISED);
  EXPECT_EQ(booth.voter.vote({3, life}, 8, begin + lengthened(3 * lease)), Answer::DONE);
}

TEST(voter, keeps_the_longer_lease_until_its_promise_is_over) {
  Booth booth(Kept{7, 2, 3 * lease, life});
  booth.voter.adopt(8);
  EXPECT_EQ(booth.disk, (Kept{8, nobody, 3 * lease}));
  ASSERT_EQ(booth.voter.vote({3, life}, 9, begin + lengthened(3 * lease)), Answer::DONE);
  EXPECT_EQ(booth.disk, (Kept{9, 3, lease, life}));
}

TEST(voter, gives_nobody_its_word_after_a_restart_where_it_may_have_led) {
  for (const Id promised_to : {self, nobody}) {
    Booth booth(Kept{7, promised_to, lease, life});
    for (const Id id : {self, Id{2}}) EXPECT_FALSE(booth.voter.is_free_for({id, life}, begin + wait - 1ns));
    for (const Id id : {self, Id{2}}) EXPECT_TRUE(booth.voter.is_free_for({id, life}, begin + wait));
  }
}

TEST(voter, has_terms_up_to_the_last) {
  EXPECT_TRUE(Booth().voter.has_terms());
  Booth booth(Kept{end_of_terms - 2, nobody, lease});
  ASSERT_TRUE(booth.voter.has_terms());
  EXPECT_EQ(booth.voter.stand(), end_of_terms - 1);
  EXPECT_FALSE(booth.voter.has_terms());
}

TEST(voter, need_not_wait_where_it_is_new) {
  Booth booth;
  EXPECT_TRUE(booth.voter.is_free_for({self, life}, begin));
  EXPECT_EQ(booth.voter.stand(), 1U);
  EXPECT_EQ(booth.disk, (Kept{1, self, lease, life}));
}

TEST(voter, gives_nobody_its_word_while_it_may_be_believed_to_lead) {
  Booth booth;
  booth.voter.stand();
  booth.voter.lead_until(begin + lease);
  EXPECT_EQ(booth.voter.vote({2, life}, 2, begin + lease - 1ns), Answer::PROMISED);
  EXPECT_EQ(booth.voter.renew({2, life}, 2, begin + lease - 1ns), Answer::PROMISED);
  EXPECT_FALSE(booth.voter.is_free_for({self, life}, begin + lease - 1ns));
  EXPECT_EQ(booth.voter.vote({2, life}, 2, begin + lease), Answer::DONE);
}

TEST(voter, remembers_the_coordinator_it_renews_and_not_the_loser_it_voted_for) {
  Booth booth;
  ASSERT_EQ(booth.voter.vote({3, life}, 1, begin), Answer::DONE);
  ASSERT_EQ(booth.voter.renew({2, life}, 1, begin + wait), Answer::DONE);
  EXPECT_EQ(booth.disk, (Kept{1, 2, lease, life}));
}

TEST(voter, has_no_vote_left_in_terms_before_one_it_has_heard_of) {
  Booth booth;
  booth.voter.adopt(9);
  EXPECT_EQ(booth.disk, (Kept{9, nobody, lease}));
  booth.voter.adopt(3);
  EXPECT_EQ(booth.voter.term(), 9U);
  EXPECT_EQ(booth.voter.vote({2, life}, 8, begin), Answer::TOO_OLD);
  EXPECT_EQ(booth.voter.vote({2, life}, 9, begin), Answer::DONE);
}

}  // namespace
