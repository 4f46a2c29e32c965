// Thousands of bad days, and what must hold on each of them. They are the same days each time.
#include "tests/services/election/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

using namespace services::elections;

constexpr Span lease = Simulation::lease;
constexpr Span bad_day = 16 * lease;
// Within so long after everything has healed, somebody leads; onc-electiond(8) promises it.
constexpr Span bound = 5 * lease;

struct Outcome {
  std::string trouble;  // empty where there is none
  std::size_t offices = 0;
  Span settled{0};  // so long after healing
};

// How long after healing the last change was, of who leads and in which term.
Span settle(Simulation& simulation) {
  const Span healed = simulation.now();
  Span changed = healed;
  std::pair<Id, Term> last;
  while (simulation.now() < healed + bound + 4 * lease) {
    const Id leader = simulation.leader();
    const std::pair<Id, Term> now{leader, leader == nobody ? 0 : simulation.term(leader)};
    if (now != last || leader == nobody) changed = simulation.now();
    last = now;
    simulation.run(lease / 20);
  }
  return changed - healed;
}

std::string not_known_to_all(const Simulation& simulation, std::size_t nodes) {
  for (Id id = 1; id <= nodes; ++id)
    if (simulation.status(id).coordinator != simulation.leader() ||
        simulation.status(id).term != simulation.term(simulation.leader()))
      return std::to_string(id) + " does not know who leads";
  return "";
}

Outcome live_through(const Setting& setting) {
  Simulation simulation(setting);
  simulation.trouble(bad_day);
  simulation.heal();
  const Span settled = settle(simulation);
  const std::size_t offices = simulation.history().offices();
  if (!simulation.history().is_good()) return {simulation.history().trouble(), offices, settled};
  if (settled > bound) return {"nobody leads for good", offices, settled};
  return {not_known_to_all(simulation, setting.nodes), offices, settled};
}

void expect_good_days(Algorithm algorithm, std::size_t nodes, std::uint32_t first, std::uint32_t seeds) {
  std::size_t offices = 0;
  Span longest{0};
  for (std::uint32_t seed = first; seed < first + seeds; ++seed) {
    const Outcome outcome = live_through({.seed = seed, .algorithm = algorithm, .nodes = nodes});
    ASSERT_EQ(outcome.trouble, "") << "seed " << seed;
    offices += outcome.offices;
    longest = std::max(longest, outcome.settled);
  }
  testing::Test::RecordProperty("longest until one leads, in thousandths of a lease",
                                static_cast<int>(longest * 1000 / lease));
  // Days on which nobody is ever elected would prove little.
  EXPECT_GT(offices, seeds);
}

TEST(ring, keeps_its_promises_among_three_nodes_whatever_happens) { expect_good_days(Algorithm::RING, 3, 1, 1000); }
TEST(ring, keeps_its_promises_among_four) { expect_good_days(Algorithm::RING, 4, 1001, 300); }
TEST(ring, keeps_its_promises_among_five) { expect_good_days(Algorithm::RING, 5, 2001, 300); }
TEST(ring, keeps_its_promises_alone_and_in_a_pair) {
  expect_good_days(Algorithm::RING, 1, 3001, 200);
  expect_good_days(Algorithm::RING, 2, 4001, 200);
}
TEST(bully, keeps_its_promises_among_three_nodes_whatever_happens) { expect_good_days(Algorithm::BULLY, 3, 1, 1000); }
TEST(bully, keeps_its_promises_among_four) { expect_good_days(Algorithm::BULLY, 4, 1001, 300); }
TEST(bully, keeps_its_promises_among_five) { expect_good_days(Algorithm::BULLY, 5, 2001, 300); }
TEST(bully, keeps_its_promises_alone_and_in_a_pair) {
  expect_good_days(Algorithm::BULLY, 1, 3001, 200);
  expect_good_days(Algorithm::BULLY, 2, 4001, 200);
}

// Where two processes say they are the last node, and come through `days`.
template <class Days>
Outcome live_with_two_lives(const Setting& setting, Days days) {
  Simulation simulation(setting);
  days(simulation);
  simulation.heal();
  const Span settled = settle(simulation);
  const std::size_t offices = simulation.history().offices();
  if (!simulation.history().is_good()) return {simulation.history().trouble(), offices, settled};
  const Id second = static_cast<Id>(setting.nodes + 1);
  if (simulation.history().has_held(second)) return {"the second led", offices, settled};
  if (settled > bound) return {"nobody leads for good", offices, settled};
  for (Id number = 1; number <= second; ++number) {
    const bool is_told = simulation.status(number).peers.back().fault == election::Fault::RUNS_TWICE;
    // The first hears nothing of the second, which goes on without it.
    if (is_told != (number != setting.nodes)) return {std::to_string(number) + " is told wrongly", offices, settled};
  }
  return {not_known_to_all(simulation, setting.nodes), offices, settled};
}

void bad_day_of_two_lives(Simulation& simulation) { simulation.trouble(bad_day); }

// Each of the two has half of the other nodes, and with these a majority as it counts.
template <std::size_t nodes>
void split_day_of_two_lives(Simulation& simulation) {
  std::vector<Id> side = {static_cast<Id>(nodes)};
  for (Id id = 1; id <= nodes / 2; ++id) side.push_back(id);
  simulation.come_and_go(2 * lease);
  simulation.lose(0.1);
  simulation.split(side);
  for (Id number = 1; number <= nodes + 1; ++number) simulation.restart(number);
  simulation.run(6 * lease);
  simulation.come_and_go(4 * lease);
}

template <class Days>
void expect_good_days_with_two_lives(Algorithm algorithm, std::size_t nodes, std::uint32_t seeds, Days days) {
  std::size_t offices = 0;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    const Outcome outcome =
        live_with_two_lives({.seed = seed, .algorithm = algorithm, .nodes = nodes, .is_last_twice = true}, days);
    ASSERT_EQ(outcome.trouble, "") << "seed " << seed;
    offices += outcome.offices;
  }
  EXPECT_GT(offices, seeds);
}

void expect_good_days_with_two_lives(Algorithm algorithm) {
  expect_good_days_with_two_lives(algorithm, 3, 600, bad_day_of_two_lives);
  for (const std::size_t nodes : {2U, 4U, 5U})
    expect_good_days_with_two_lives(algorithm, nodes, 150, bad_day_of_two_lives);
}

void expect_good_splits_between_two_lives(Algorithm algorithm) {
  expect_good_days_with_two_lives(algorithm, 3, 600, split_day_of_two_lives<3>);
  expect_good_days_with_two_lives(algorithm, 5, 200, split_day_of_two_lives<5>);
}

TEST(ring, keeps_its_promises_where_two_processes_are_one_node) { expect_good_days_with_two_lives(Algorithm::RING); }
TEST(bully, keeps_its_promises_where_two_processes_are_one_node) { expect_good_days_with_two_lives(Algorithm::BULLY); }
TEST(ring, keeps_its_promises_where_nobody_hears_both_of_them) {
  expect_good_splits_between_two_lives(Algorithm::RING);
}
TEST(bully, keeps_its_promises_where_nobody_hears_both_of_them) {
  expect_good_splits_between_two_lives(Algorithm::BULLY);
}

// Of days on which something is broken, so many may pass before it is noticed. From `first` on, where that is rare, as
// tests have a minute.
void expect_caught(Broken broken, std::size_t nodes, std::string_view by, std::uint32_t first = 1) {
  for (const Algorithm algorithm : {Algorithm::RING, Algorithm::BULLY}) {
    std::uint32_t seed = first;
    const auto caught = [&] {
      const Setting setting{.seed = seed, .algorithm = algorithm, .nodes = nodes, .broken = broken};
      return live_through(setting).trouble.find(by) != std::string::npos;
    };
    while (seed < first + 1000 && !caught()) ++seed;
    EXPECT_LT(seed, first + 1000) << "nobody noticed";
    testing::Test::RecordProperty("caught by seed", static_cast<int>(seed));
  }
}

TEST(checker, notices_that_votes_are_forgotten) { expect_caught(Broken::votes_are_forgotten, 3, "token"); }
TEST(checker, notices_that_promises_are_forgotten) { expect_caught(Broken::promises_are_forgotten, 3, "is over"); }
TEST(checker, notices_that_clocks_run_away) { expect_caught(Broken::clocks_run_away, 3, "is over"); }
TEST(checker, notices_that_groups_are_two) { expect_caught(Broken::groups_are_two, 5, "token"); }
TEST(checker, notices_that_anybody_s_word_counts) { expect_caught(Broken::anybody_s_word_counts, 5, "token", 350); }
// On a ring the second is never chosen, as that is told where it does not answer.
TEST(checker, notices_that_lives_are_one) {
  const auto caught = [](std::uint32_t seed) {
    const Setting setting{
        .seed = seed, .algorithm = Algorithm::BULLY, .broken = Broken::lives_are_one, .is_last_twice = true};
    return live_with_two_lives(setting, split_day_of_two_lives<3>).trouble.find("token") != std::string::npos;
  };
  std::uint32_t seed = 1;
  while (seed < 1000 && !caught(seed)) ++seed;
  EXPECT_LT(seed, 1000U) << "nobody noticed";
}
TEST(checker, notices_that_leases_begin_with_answers) {
  expect_caught(Broken::leases_begin_with_answers, 3, "token", 540);
}

}  // namespace
