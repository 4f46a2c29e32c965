#include "services/mutex/report.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace services::locks {
namespace {

using ::mutex::Outcome;
using ::mutex::Status;

TEST(WhatIsPrintable, is_what_can_be_seen) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"nightly", "nightly"},
      {"größe", "größe"},
      {"日本", "日本"},
      {"🔒", "🔒"},
      {"gr\xf6\xdf"
       "e",
       "gr\\xf6\\xdfe"},
      {"\x1b[2J", "\\x1b[2J"},
      {"a\xc2\x85", "a\\xc2\\x85"},
      {"a\xe2\x80\xae"
       "b",
       "a\\xe2\\x80\\xaeb"},
      {"\xc0\xaf", "\\xc0\\xaf"},
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},
      {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
      {"\xe6\x97", "\\xe6\\x97"},
      {"", ""},
  };
  for (const auto& [text, printed] : table) EXPECT_EQ(printable(text), printed);
}

TEST(WhoHolds, says_for_how_long_and_whose_turn_is_next) {
  const ::mutex::Holder holder{.who = "vm:1", .at = 1, .token = 7, .held = 1'100'000'000};
  EXPECT_EQ(who_holds({.holder = holder, .before = 0}), "is held by vm:1 for 1.1 s");
  EXPECT_EQ(who_holds({.holder = holder, .before = 1}), "is held by vm:1 for 1.1 s, and you are next");
  EXPECT_EQ(who_holds({.holder = holder, .before = 2}), "is held by vm:1 for 1.1 s, and 1 waits before you");
  EXPECT_EQ(who_holds({.holder = holder, .before = 3}), "is held by vm:1 for 1.1 s, and 2 wait before you");
  EXPECT_EQ(who_holds({.holder = {}, .before = 0}), "is not yet granted");
  EXPECT_EQ(who_holds({.holder = {}, .before = 2}), "is not yet granted, and 2 wait before you");
}

TEST(TheReport, says_that_it_was_cut) {
  const ::mutex::Report report{.member = 1, .view = 1, .peers = {}, .locks = {}};
  EXPECT_EQ(to_text(Status::with_report(Outcome::GRANTED, report)).find("more than"), std::string::npos);
  EXPECT_NE(to_text(Status::with_report(Outcome::CUT, report)).find("more than"), std::string::npos);
  EXPECT_FALSE(nlohmann::json::parse(to_json(Status::with_report(Outcome::GRANTED, report)))["cut"]);
  EXPECT_TRUE(nlohmann::json::parse(to_json(Status::with_report(Outcome::CUT, report)))["cut"]);
}

TEST(TheReport, tells_who_was_never_heard_from_who_is_silent) {
  ::mutex::Report report{.member = 1, .view = 1, .peers = {}, .locks = {}};
  report.peers = {{.id = 1, .uri = "tcp://one:1", .known = true, .heard = true, .in_view = true},
                  {.id = 2, .uri = "tcp://two:1", .known = true, .heard = false, .silent = 12'000'000'000},
                  {.id = 3, .uri = "tcp://three:1", .known = false, .heard = false}};
  const Status status = Status::with_report(Outcome::GRANTED, report);
  EXPECT_EQ(to_text(status),
            "member 1 of 3, lamport, lease 0.0 s, view 1\n"
            "  1 tcp://one:1 this member\n"
            "  2 tcp://two:1 silent for 12.0 s, not in the view\n"
            "  3 tcp://three:1 never heard, not in the view\n");
  const auto peers = nlohmann::json::parse(to_json(status))["peers"];
  EXPECT_EQ(peers[0]["silent"], 0);
  EXPECT_EQ(peers[1]["silent"], 12);
  EXPECT_TRUE(peers[2]["silent"].is_null());
}

}  // namespace
}  // namespace services::locks
