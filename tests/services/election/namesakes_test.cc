#include "services/election/namesakes.h"

#include <gtest/gtest.h>

namespace services::elections {
namespace {

using namespace std::chrono_literals;

// Two processes of one node; an answer counts for two seconds.
class OfNamesakes : public testing::Test {
 protected:
  using Life = Namesakes::Life;
  static constexpr Life one = 1;
  static constexpr Life other = 2;
  static constexpr Moment start = Moment(1h);
  Namesakes namesakes_{2s};
};

TEST_F(OfNamesakes, nobody_counts_before_it_has_answered) {
  EXPECT_FALSE(namesakes_.counts(one, start));
  EXPECT_TRUE(namesakes_.called(one, start)) << "it is to be asked";
  EXPECT_FALSE(namesakes_.counts(one, start));
  EXPECT_FALSE(namesakes_.called(one, start + 1s)) << "but once";
  namesakes_.answered(one, start);
  EXPECT_TRUE(namesakes_.counts(one, start + 1s));
  EXPECT_TRUE(namesakes_.votes(one, start + 1s));
  EXPECT_FALSE(namesakes_.called(one, start + 1s));
  EXPECT_FALSE(namesakes_.counts(other, start + 1s));
}

TEST_F(OfNamesakes, an_answer_counts_from_when_it_was_asked_for) {
  namesakes_.answered(one, start);
  EXPECT_TRUE(namesakes_.counts(one, start + 2s));
  EXPECT_FALSE(namesakes_.counts(one, start + 2s + 1ns));
}

TEST_F(OfNamesakes, the_one_counts_that_was_asked_last_whenever_its_answer_came) {
  namesakes_.answered(other, start + 1s);
  namesakes_.answered(one, start);
  EXPECT_TRUE(namesakes_.answers(other));
  EXPECT_FALSE(namesakes_.answers(one));
}

TEST_F(OfNamesakes, one_is_another_that_goes_on_calling_while_the_first_answers) {
  namesakes_.called(other, start);
  namesakes_.answered(one, start);
  namesakes_.called(other, start + 2s - 1ns);
  EXPECT_FALSE(namesakes_.is_another(other, start + 2s - 1ns)) << "that was under way, maybe";
  namesakes_.called(other, start + 2s);
  EXPECT_TRUE(namesakes_.is_another(other, start + 2s));
  EXPECT_FALSE(namesakes_.is_another(one, start + 2s));
  EXPECT_TRUE(namesakes_.are_several(start + 6s));
  EXPECT_FALSE(namesakes_.are_several(start + 6s + 1ns)) << "it is silent";
}

TEST_F(OfNamesakes, one_that_was_started_again_is_no_other) {
  namesakes_.called(other, start);
  namesakes_.answered(one, start - 1ns);
  for (int i = 1; i < 8; ++i) namesakes_.called(other, start + i * 1s);
  EXPECT_FALSE(namesakes_.is_another(other, start + 7s)) << "nobody was asked since it called first";
  namesakes_.answered(other, start + 7s);
  EXPECT_FALSE(namesakes_.are_several(start + 8s));
  EXPECT_TRUE(namesakes_.counts(other, start + 8s));
}

TEST_F(OfNamesakes, who_takes_the_place_of_another_counts_and_votes_later) {
  namesakes_.answered(one, start);
  namesakes_.answered(other, start + 1s);
  EXPECT_TRUE(namesakes_.counts(other, start + 1s));
  EXPECT_FALSE(namesakes_.votes(other, start + 2s - 1ns));
  EXPECT_TRUE(namesakes_.votes(other, start + 2s));
}

TEST_F(OfNamesakes, who_takes_the_place_of_another_that_lives_votes_when_nobody_can_listen_to_that_one) {
  namesakes_.answered(one, start);
  namesakes_.answered(other, start + 1s);
  namesakes_.called(one, start + 1500ms);
  namesakes_.answered(other, start + 4s);
  const Moment over = start + 1s + lengthened(4s);
  namesakes_.called(one, over - 1ns);
  EXPECT_FALSE(namesakes_.votes(other, over - 1ns));
  namesakes_.called(one, over);
  EXPECT_TRUE(namesakes_.votes(other, over));
}

TEST_F(OfNamesakes, who_takes_the_place_of_the_second_waits_for_the_first_as_well) {
  namesakes_.answered(one, start);
  namesakes_.answered(other, start + 1s);
  namesakes_.called(one, start + 1100ms);
  constexpr Life third = 3;
  namesakes_.answered(third, start + 1200ms);
  const Moment over = start + 1s + lengthened(4s);
  namesakes_.answered(third, over);
  EXPECT_FALSE(namesakes_.votes(third, over - 1ns));
  EXPECT_TRUE(namesakes_.votes(third, over));
}

TEST_F(OfNamesakes, nobody_is_there_where_another_node_answers) {
  namesakes_.called(other, start);
  namesakes_.answered(one, start);
  namesakes_.answered(Namesakes::no_life, start + 1s);
  EXPECT_FALSE(namesakes_.is_anybody_there(start + 1s));
  EXPECT_FALSE(namesakes_.counts(one, start + 1s));
  EXPECT_FALSE(namesakes_.counts(Namesakes::no_life, start + 1s));
  namesakes_.answered(one, start + 1s);
  EXPECT_TRUE(namesakes_.counts(one, start + 1s));
  EXPECT_TRUE(namesakes_.votes(one, start + 1s)) << "it has taken nobody's place";
}

TEST_F(OfNamesakes, another_node_that_answers_is_no_proof_that_there_are_two) {
  namesakes_.called(one, start);
  namesakes_.answered(Namesakes::no_life, start);
  namesakes_.called(one, start + 2s);
  EXPECT_FALSE(namesakes_.are_several(start + 2s));
}

TEST_F(OfNamesakes, those_that_are_made_up_take_no_room) {
  for (Life life = 10; life < 1000; ++life) EXPECT_TRUE(namesakes_.called(life, start));
  namesakes_.answered(one, start);
  for (Life life = 10; life < 1000; ++life) namesakes_.called(life, start + 2s);
  EXPECT_FALSE(namesakes_.is_another(10, start + 2s));
}

}  // namespace
}  // namespace services::elections
