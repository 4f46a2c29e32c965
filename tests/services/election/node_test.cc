// What nodes do on ordinary days.
#include "tests/services/election/simulation.h"

#include <gtest/gtest.h>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;
using election::Condition;
using election::Fault;

constexpr Span lease = Simulation::lease;

class both : public testing::TestWithParam<Algorithm> {
 protected:
  Simulation simulation{{.seed = 1, .algorithm = GetParam(), .nodes = 5}};
};
INSTANTIATE_TEST_SUITE_P(, both, testing::Values(Algorithm::RING, Algorithm::BULLY),
                         [](const auto& chosen) { return chosen.param == Algorithm::RING ? "ring" : "bully"; });

TEST_P(both, elect_the_highest_and_all_know_it) {
  simulation.run(3 * lease);
  EXPECT_EQ(simulation.leader(), 5U);
  for (Id id = 1; id <= 5; ++id) {
    const auto status = simulation.status(id);
    EXPECT_EQ(status.condition, Condition::LED);
    EXPECT_EQ(status.coordinator, 5U);
    EXPECT_EQ(status.term, 1U);
    EXPECT_NEAR(static_cast<double>(status.held), static_cast<double>(simulation.status(5).held), 1e8);
    EXPECT_EQ(status.sure > 0, id == 5);
  }
}

TEST_P(both, elect_the_highest_that_is_left_and_skip_the_crashed) {
  simulation.run(3 * lease);
  simulation.crash(5);
  simulation.crash(3);
  simulation.run(5 * lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_GT(simulation.term(4), 1U);
  EXPECT_FALSE(simulation.status(1).peers[2].heard);
  EXPECT_TRUE(simulation.status(1).peers[1].heard);
}

TEST_P(both, have_who_returns_join_in_whatever_its_identifier) {
  simulation.run(3 * lease);
  simulation.crash(5);
  simulation.run(5 * lease);
  const Term term = simulation.term(4);
  simulation.restart(5);
  simulation.run(5 * lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.term(4), term);
  EXPECT_EQ(simulation.status(5).coordinator, 4U);
}

TEST_P(both, elect_nobody_without_a_majority) {
  simulation.run(3 * lease);
  const Term term = simulation.term(5);
  for (const Id id : {5U, 4U, 3U}) simulation.crash(id);
  simulation.run(10 * lease);
  EXPECT_EQ(simulation.leader(), nobody);
  EXPECT_EQ(simulation.status(1).condition, Condition::NO_MAJORITY);
  EXPECT_EQ(simulation.status(1).coordinator, nobody);
  // Nor do they use up terms.
  EXPECT_EQ(simulation.term(1), term);
  simulation.restart(3);
  simulation.run(5 * lease);
  EXPECT_NE(simulation.leader(), nobody);
  EXPECT_GT(simulation.term(1), term);
}

TEST_P(both, elect_another_where_a_minority_has_the_coordinator) {
  simulation.run(3 * lease);
  simulation.split({5, 1});
  simulation.run(5 * lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.status(5).condition, Condition::NO_MAJORITY);
  simulation.split({});
  simulation.run(5 * lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.status(5).coordinator, 4U);
  EXPECT_TRUE(simulation.history().is_good()) << simulation.history().trouble();
}

TEST_P(both, elect_another_where_the_coordinator_resigns) {
  simulation.run(3 * lease);
  EXPECT_EQ(simulation.resign(4), Answer::NOT_COORDINATOR);
  ASSERT_EQ(simulation.resign(5), Answer::DONE);
  EXPECT_EQ(simulation.leader(), nobody);
  EXPECT_EQ(simulation.status(5).sure, 0U);
  simulation.run(3 * lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_TRUE(simulation.history().is_good()) << simulation.history().trouble();
}

TEST_P(both, never_believe_one_that_was_stopped_and_goes_on) {
  simulation.run(3 * lease);
  simulation.pause(5, 5 * lease);
  simulation.run(5 * lease - 1ms);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.status(5).sure, 0U);
  simulation.run(lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.status(5).coordinator, 4U);
}

TEST_P(both, know_who_was_never_heard) {
  simulation.crash(5);
  simulation.run(lease / 100);
  EXPECT_FALSE(simulation.status(1).peers[4].known);
  EXPECT_FALSE(simulation.status(1).peers[4].heard);
  EXPECT_TRUE(simulation.status(1).peers[0].heard);
  simulation.restart(5);
  simulation.run(3 * lease);
  EXPECT_TRUE(simulation.status(1).peers[4].known);
  simulation.crash(5);
  simulation.run(3 * lease);
  EXPECT_TRUE(simulation.status(1).peers[4].known);
  EXPECT_FALSE(simulation.status(1).peers[4].heard);
}

TEST_P(both, count_nobody_s_word_for_another_s) {
  // 5 takes 3 for 4 as well, and hears of the others nothing: it has two words and not three.
  for (const Id id : {1U, 2U}) simulation.mislead(5, id, 5);
  simulation.mislead(5, 4, 3);
  for (const Id id : {1U, 2U, 4U}) simulation.mislead(id, 5, id);
  simulation.run(10 * lease);
  EXPECT_EQ(simulation.status(5).sure, 0U);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.status(5).peers[3].fault, Fault::WRONG_URI);
  EXPECT_EQ(simulation.status(5).peers[2].fault, Fault::NO_FAULT);
  EXPECT_TRUE(simulation.history().is_good()) << simulation.history().trouble();
}

TEST_P(both, pass_over_who_cannot_keep_its_word) {
  simulation.fill(5);
  simulation.run(8 * lease);
  EXPECT_EQ(simulation.leader(), 4U);
  EXPECT_EQ(simulation.status(5).peers[4].fault, Fault::NOT_KEPT);
  simulation.fill(5, false);
  simulation.run(lease);
  EXPECT_EQ(simulation.status(5).peers[4].fault, Fault::NO_FAULT);
  simulation.crash(4);
  simulation.run(5 * lease);
  EXPECT_EQ(simulation.leader(), 5U);
}

}  // namespace
