#include "services/election/roster.h"

#include <gtest/gtest.h>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;
using election::Condition;

constexpr Span lease = 1000ms;
constexpr Moment begin = Moment(100h);

struct RosterTest : testing::Test {
  Roster roster{2, {{2, "tcp://two:1"}, {9, "tcp://nine:1"}}};

  election::Status status_at(Moment now, std::optional<Roster::Office> own = {}) {
    return roster.status(own, lease, now);
  }
};

TEST_F(RosterTest, says_that_the_first_of_the_queue_leads) {
  roster.heard({{1, "tcp://one:1", 10}, {2, "tcp://two:1", 11}}, begin, true);
  const auto status = status_at(begin + 200ms);
  EXPECT_EQ(status.algorithm, Algorithm::ZOOKEEPER);
  EXPECT_EQ(status.condition, Condition::LED);
  EXPECT_EQ(status.coordinator, 1u);
  EXPECT_EQ(status.term, 10u);
  EXPECT_EQ(status.held, 200'000'000u);
  EXPECT_EQ(status.sure, 0u);
}

TEST_F(RosterTest, says_nothing_of_what_it_heard_a_lease_ago) {
  roster.heard({{1, "tcp://one:1", 10}}, begin, true);
  EXPECT_EQ(status_at(begin + lease - 1ns).condition, Condition::LED);
  const auto status = status_at(begin + lease);
  EXPECT_EQ(status.condition, Condition::NO_MAJORITY);
  EXPECT_EQ(status.coordinator, nobody);
  EXPECT_EQ(status.term, 10u);
}

TEST_F(RosterTest, does_not_take_the_place_of_an_earlier_process_for_its_own_office) {
  roster.heard({{2, "tcp://two:1", 10}, {1, "tcp://one:1", 11}}, begin, true);
  EXPECT_EQ(status_at(begin).condition, Condition::NO_COORDINATOR);
}

TEST_F(RosterTest, leads_itself_where_it_is_sure_to) {
  const auto status = status_at(begin + 2s, Roster::Office{12, begin, begin + 2500ms});
  EXPECT_EQ(status.condition, Condition::LED);
  EXPECT_EQ(status.coordinator, 2u);
  EXPECT_EQ(status.term, 12u);
  EXPECT_EQ(status.held, 2'000'000'000u);
  EXPECT_EQ(status.sure, 500'000'000u);
}

TEST_F(RosterTest, believes_in_no_earlier_term_than_its_own) {
  roster.seen(12, begin);
  roster.heard({{1, "tcp://one:1", 10}}, begin, true);
  EXPECT_EQ(status_at(begin).condition, Condition::NO_COORDINATOR);
  EXPECT_EQ(status_at(begin).term, 12u);
}

TEST_F(RosterTest, follows_terms_back_where_that_is_the_latest) {
  EXPECT_TRUE(roster.heard({{1, "tcp://one:1", 12}}, begin, true));
  EXPECT_TRUE(roster.heard({{1, "tcp://one:1", 10}}, begin + 1ms, false));  // as a server knows it that is behind
  EXPECT_EQ(status_at(begin + 1ms).condition, Condition::NO_COORDINATOR);
  EXPECT_FALSE(roster.heard({{1, "tcp://one:1", 10}}, begin + 2ms, true));
  EXPECT_EQ(status_at(begin + 2ms).condition, Condition::LED);
  EXPECT_EQ(status_at(begin + 2ms).term, 10u);
  EXPECT_TRUE(roster.heard({{1, "tcp://one:1", 10}}, begin + 3ms, true));
}

TEST_F(RosterTest, knows_peers_by_the_queue_and_those_that_shall_be_there) {
  roster.heard({{1, "tcp://one:1", 10}, {2, "tcp://two:1", 11}}, begin + 1s, true);
  const auto peers = status_at(begin + 1500ms).peers;
  ASSERT_EQ(peers.size(), 3u);
  EXPECT_EQ(peers[0],
            (election::Peer{.id = 1, .uri = "tcp://one:1", .known = true, .heard = true, .silent = 500'000'000}));
  EXPECT_EQ(peers[1], (election::Peer{.id = 2, .uri = "tcp://two:1", .known = true, .heard = true, .silent = 0}));
  EXPECT_EQ(peers[2], (election::Peer{.id = 9, .uri = "tcp://nine:1"}));
}

TEST_F(RosterTest, tells_no_more_peers_than_the_x_allows) {
  std::vector<Roster::Entry> many;
  for (Id id = 10; id < 100; ++id) many.push_back({id, "tcp://host:1", id});
  roster.heard(many, begin, true);
  EXPECT_EQ(status_at(begin).peers.size(), std::size_t{election::MAX_NODES});
}

TEST(roster, reads_what_nodes_write_and_nothing_else) {
  const auto entry = Roster::from_data(Roster::to_data(7, "tcp://host:1"), 5);
  EXPECT_EQ(entry.id, 7u);
  EXPECT_EQ(entry.uri, "tcp://host:1");
  EXPECT_EQ(entry.term, 5u);
  for (const std::string& data : {std::string(), std::string("7"), std::string("x tcp://host:1"), std::string("-1 a"),
                                  std::string("99999999999 a"), "7 " + std::string(election::MAX_URI + 1, 'a')})
    EXPECT_EQ(Roster::from_data(data, 5).id, nobody) << data;
}

}  // namespace
