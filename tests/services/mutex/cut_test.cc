#include "services/mutex/cut.h"

#include <onc/xdr/encoder.h>

#include <gtest/gtest.h>

namespace services::locks {
namespace {

using ::mutex::Outcome;
using ::mutex::Status;

std::size_t size_of(const Status& status) {
  onc::xdr::Encoder out;
  encode(out, status);
  return out.bytes().size();
}

Status report_of(unsigned locks, unsigned waiting) {
  ::mutex::Report report{.member = 1, .lease = 2, .view = 3, .peers = {}, .locks = {}};
  report.peers.push_back(
      {.id = 1, .uri = "tcp://one:7421", .known = true, .heard = true, .in_view = true, .silent = 0});
  for (unsigned i = 0; i < locks; ++i) {
    ::mutex::Lock lock{.name = "lock " + std::to_string(i), .holder = {}, .waiting = {}};
    lock.holder = ::mutex::Holder{.who = "holder", .at = 1, .token = 7, .held = 8};
    for (unsigned j = 0; j < waiting; ++j) lock.waiting.push_back({.who = std::to_string(j), .at = 1, .waits = 9});
    report.locks.push_back(std::move(lock));
  }
  return Status::with_report(Outcome::GRANTED, std::move(report));
}

TEST(AReport, is_whole_where_there_is_room_for_it) {
  const Status whole = report_of(3, 2);
  EXPECT_EQ(cut_to(size_of(whole), whole), whole);
  EXPECT_EQ(cut_to(0, Outcome::UNREACHABLE), Status(Outcome::UNREACHABLE));
}

TEST(AReport, says_that_it_was_cut_and_takes_no_more_than_there_is_room_for) {
  const Status whole = report_of(10, 5);
  const std::vector<::mutex::Lock>& all = whole.report().locks;
  for (std::size_t room = size_of(report_of(0, 0)); room < size_of(whole); ++room) {
    const Status part = cut_to(room, whole);
    ASSERT_EQ(part.outcome(), Outcome::CUT) << room;
    ASSERT_LE(size_of(part), room);
    ASSERT_GT(size_of(part) + size_of(report_of(1, 0)), room) << "more would have fitted";
    const auto& locks = part.report().locks;
    for (std::size_t i = 0; i + 1 < locks.size(); ++i) ASSERT_EQ(locks[i], all[i]) << room;
    ASSERT_TRUE(locks.empty() || locks.back().name == all[locks.size() - 1].name) << room;
    ASSERT_EQ(part.report().peers, whole.report().peers);
  }
}

}  // namespace
}  // namespace services::locks
