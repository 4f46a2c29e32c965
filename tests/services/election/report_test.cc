#include "services/election/report.h"

#include <nlohmann/json.hpp>

#include <gtest/gtest.h>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;
using election::Condition;
using nlohmann::json;

constexpr std::chrono::sys_seconds noon =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + std::chrono::hours(12);

election::Status led() {
  return {.node = 2,
          .algorithm = election::Algorithm::BULLY,
          .lease = 2'500'000'000,
          .condition = Condition::LED,
          .coordinator = 3,
          .term = 7,
          .held = 61'900'000'000,
          .sure = 0,
          .peers = {{.id = 2, .uri = "tcp://two:1", .known = true, .heard = true, .silent = 0},
                    {.id = 3, .uri = "tcp://three:1", .known = true, .heard = true, .silent = 400'000'000},
                    {.id = 4, .uri = "tcp://\x1b[2J\xff", .known = true, .heard = false, .silent = 12'000'000'000}}};
}

election::Status led_by_nobody() {
  election::Status status = led();
  status.condition = Condition::NO_MAJORITY;
  status.coordinator = election::NOBODY;
  return status;
}

TEST(report, is_text_that_moves_no_cursor) {
  EXPECT_EQ(to_text(led(), noon),
            "node 2, one of 3, bully, lease 2.5 s\n"
            "coordinator 3 in term 7, since 2026-11-22T11:58:58Z\n"
            "  2 tcp://two:1 this node\n"
            "  3 tcp://three:1 heard 0.4 s ago\n"
            "  4 tcp://?[2J? silent for 12.0 s\n");
}

// Of whom any may come, whatever its ID.
TEST(report, counts_no_nodes_of_zookeeper) {
  election::Status status = led();
  status.node = 6;
  status.algorithm = election::Algorithm::ZOOKEEPER;
  status.peers.resize(1);
  EXPECT_TRUE(to_text(status, noon).starts_with("node 6, zookeeper, lease 2.5 s\n")) << to_text(status, noon);
}

TEST(report, says_why_nobody_leads) {
  EXPECT_NE(to_text(led_by_nobody(), noon)
                .find("no coordinator: too few nodes are heard for a majority; the last term seen is 7\n"),
            std::string::npos);
}

TEST(report, says_who_is_not_listened_to) {
  election::Status status = led();
  status.peers[1].fault = election::Fault::WRONG_URI;
  status.peers[2].fault = election::Fault::WRONG_GROUP;
  EXPECT_NE(to_text(status, noon).find("  3 tcp://three:1 another node answers there, heard 0.4 s ago\n"),
            std::string::npos);
  EXPECT_NE(to_text(status, noon).find(" of another group, silent for 12.0 s\n"), std::string::npos);
  status.peers[0].fault = election::Fault::RUNS_TWICE;
  EXPECT_NE(to_text(status, noon).find("  2 tcp://two:1 two processes say they are it, this node\n"),
            std::string::npos);
  EXPECT_EQ(json::parse(to_json(status, noon))["peers"][0]["fault"], "runs_twice");
  status.peers[0].fault = election::Fault::NO_FAULT;
  EXPECT_EQ(json::parse(to_json(status, noon))["peers"][0]["fault"], "none");
  EXPECT_EQ(json::parse(to_json(status, noon))["peers"][1]["fault"], "wrong_uri");
  EXPECT_EQ(json::parse(to_json(status, noon))["peers"][2]["fault"], "wrong_group");
}

TEST(report, is_json) {
  const json whole = json::parse(to_json(led(), noon));
  EXPECT_EQ(whole["coordinator"], 3);
  EXPECT_EQ(whole["term"], 7);
  EXPECT_EQ(whole["algorithm"], "bully");
  EXPECT_EQ(whole["condition"], "led");
  EXPECT_EQ(whole["since"], "2026-11-22T11:58:58Z");
  EXPECT_EQ(whole["lease"], 2.5);
  EXPECT_EQ(whole["peers"][2]["heard"], false);
  const json nobody = json::parse(to_json(led_by_nobody(), noon));
  EXPECT_TRUE(nobody["coordinator"].is_null());
  EXPECT_TRUE(nobody["since"].is_null());
  EXPECT_EQ(nobody["condition"], "no_majority");
}

TEST(report, is_a_line_for_scripts) {
  EXPECT_EQ(leader_line(led(), false), "3 7\n");
  EXPECT_EQ(leader_line(led_by_nobody(), false), "none\n");
  EXPECT_EQ(leader_line(led(), true), "{\"coordinator\":3,\"term\":7,\"condition\":\"led\"}\n");
  EXPECT_EQ(leader_line(led_by_nobody(), true), "{\"coordinator\":null,\"term\":7,\"condition\":\"no_majority\"}\n");
}

TEST(report, does_not_say_since_when_where_the_clock_was_not_yet) {
  election::Status status = led();
  status.held = ~std::uint64_t{0};
  EXPECT_NE(to_text(status, noon).find("coordinator 3 in term 7\n"), std::string::npos);
  EXPECT_TRUE(json::parse(to_json(status, noon))["since"].is_null());
}

// Whenever it is asked for.
TEST(report, says_since_when_without_jumping_and_never_what_is_to_come) {
  election::Status status = led();
  for (const std::chrono::milliseconds later : {0ms, 50ms, 99ms, 100ms, 500ms, 999ms, 1000ms}) {
    status.held = 61'900'000'000 + static_cast<std::uint64_t>(std::chrono::nanoseconds(later).count());
    EXPECT_EQ(json::parse(to_json(status, noon + later))["since"], "2026-11-22T11:58:58Z") << later.count();
  }
  status.held = 100'000'000;
  EXPECT_EQ(json::parse(to_json(status, noon + 900ms))["since"], "2026-11-22T12:00:00Z");
}

TEST(report, tells_who_was_never_heard_from_who_is_silent) {
  election::Status status = led();
  status.peers[2].known = false;
  status.peers[2].silent = 0;
  EXPECT_NE(to_text(status, noon).find("  4 tcp://?[2J? never heard\n"), std::string::npos);
  const json peers = json::parse(to_json(status, noon))["peers"];
  EXPECT_TRUE(peers[2]["silent"].is_null());
  EXPECT_EQ(peers[2]["heard"], false);
  EXPECT_EQ(peers[1]["silent"], 0.4);
}

}  // namespace
