// What a node is made of, piece by piece.
#include "services/election/detector.h"
#include "services/election/distinct.h"
#include "services/election/group.h"
#include "services/election/tenure.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;

constexpr Moment begin = Moment(100h);

TEST(detector, suspects_who_is_not_heard_for_long) {
  Detector detector(100ms, 1s, begin);
  EXPECT_FALSE(detector.suspects(begin + 200ms));
  EXPECT_TRUE(detector.suspects(begin + 1001ms));
  detector.heard(begin + 1001ms);
  EXPECT_FALSE(detector.suspects(begin + 1101ms));
}

TEST(detector, is_quicker_with_who_is_heard_regularly) {
  Detector regular(100ms, 1s, begin);
  Detector irregular(100ms, 1s, begin);
  for (int beat = 1; beat <= 50; ++beat) {
    regular.heard(begin + beat * 100ms);
    irregular.heard(begin + beat * 100ms + (beat % 2) * 80ms);
  }
  EXPECT_EQ(regular.patience(), 200ms);
  EXPECT_GT(irregular.patience(), 300ms);
  EXPECT_LE(irregular.patience(), 1s);
}

TEST(detector, is_not_spoilt_by_one_long_silence) {
  Detector detector(100ms, 1s, begin);
  detector.heard(begin + 1h);
  EXPECT_LE(detector.patience(), 1s);
  for (int beat = 1; beat <= 50; ++beat) detector.heard(begin + 1h + beat * 100ms);
  EXPECT_LT(detector.patience(), 220ms);
}

TEST(group, is_another_wherever_anything_is) {
  const Group group({1, 2, 3}, Algorithm::RING, 2s);
  EXPECT_EQ(group.fingerprint(), Group({3, 1, 2}, Algorithm::RING, 2s).fingerprint());
  EXPECT_NE(group.fingerprint(), Group({1, 2, 4}, Algorithm::RING, 2s).fingerprint());
  EXPECT_NE(group.fingerprint(), Group({1, 2}, Algorithm::RING, 2s).fingerprint());
  EXPECT_NE(group.fingerprint(), Group({1, 2, 3}, Algorithm::BULLY, 2s).fingerprint());
  EXPECT_NE(group.fingerprint(), Group({1, 2, 3}, Algorithm::RING, 3s).fingerprint());
}

TEST(group, has_majorities_of_which_any_two_meet) {
  const std::size_t majorities[] = {1, 2, 2, 3, 3, 4};
  std::vector<Id> ids;
  for (const std::size_t majority : majorities) {
    ids.push_back(static_cast<Id>(ids.size() + 1));
    EXPECT_EQ(Group(ids, Algorithm::RING, 2s).majority(), majority);
  }
}

TEST(group, takes_no_nonsense) {
  EXPECT_THROW(Group({}, Algorithm::RING, 2s), std::invalid_argument);
  EXPECT_THROW(Group({0, 1}, Algorithm::RING, 2s), std::invalid_argument);
  EXPECT_THROW(Group({1, 2, 1}, Algorithm::RING, 2s), std::invalid_argument);
  EXPECT_THROW(Group(std::vector<Id>(65, 1), Algorithm::RING, 2s), std::invalid_argument);
  EXPECT_THROW(Group({1}, Algorithm::RING, 49ms), std::invalid_argument);
  EXPECT_THROW(Group({1}, Algorithm::RING, 3601s), std::invalid_argument);
}

TEST(nodes, are_at_different_places) {
  const auto distinct = [](const std::string& one, const std::string& two) {
    try {
      check_distinct({{1, one}, {2, two}});
      return true;
    } catch (const std::invalid_argument&) {
      return false;
    }
  };
  EXPECT_FALSE(distinct("tcp://one:7411", "tcp://one:7411"));
  EXPECT_FALSE(distinct("tcp://one.example:7411", "tcp://ONE.example.:7411"));
  EXPECT_FALSE(distinct("tcp://[::1]:7411", "tcp://[0:0:0:0:0:0:0:1]:7411"));
  EXPECT_FALSE(distinct("local:///a", "local:///a"));
  EXPECT_TRUE(distinct("tcp://one:7411", "tcp://one:7412"));
  EXPECT_TRUE(distinct("tcp://one:7411", "tcp://two:7411"));
  EXPECT_TRUE(distinct("tcp://127.0.0.1:7411", "tcp://127.0.0.2:7411"));
  EXPECT_TRUE(distinct("local:///a", "local:///A"));
}

TEST(nodes, that_others_cannot_reach_are_told_so) {
  using onc::transport::Endpoint;
  const auto why = [](const std::string& served, const std::string& own, const std::string& other) {
    return why_unreachable(1, Endpoint::parse(served), {{1, own}, {2, other}});
  };
  EXPECT_EQ(
      why("tcp://127.0.1.1:7411", "tcp://one:7411", "tcp://two:7411"),
      "node 1 serves at tcp://127.0.1.1:7411, where node 2 at tcp://two:7411 cannot reach it; write an address of "
      "this host's network for 'one' into --node or /etc/hosts");
  EXPECT_NE(why("tcp://[::1]:7411", "tcp://one:7411", "udp://192.0.2.2:7411"), "");
  EXPECT_EQ(why("tcp://192.0.2.1:7411", "tcp://one:7411", "tcp://two:7411"), "");
  // All on one host.
  EXPECT_EQ(why("tcp://127.0.1.1:7411", "tcp://one:7411", "tcp://one:7412"), "");
  EXPECT_EQ(why("tcp://127.0.0.1:7411", "tcp://127.0.0.1:7411", "tcp://localhost:7412"), "");
  EXPECT_EQ(why("tcp://127.0.0.1:7411", "tcp://127.0.0.1:7411", "tcp://127.0.0.2:7411"), "");
}

TEST(tenure, is_sure_a_short_lease_from_when_a_majority_was_asked) {
  Tenure tenure(Group({1, 2, 3}, Algorithm::RING, 1s));
  tenure.granted(0, begin + 10ms);
  EXPECT_EQ(tenure.sure_until(), Moment::min());
  tenure.granted(2, begin);
  EXPECT_EQ(tenure.sure_until(), begin + shortened(1s));
  EXPECT_LT(shortened(1s), 1s);
  tenure.granted(1, begin + 5ms);
  EXPECT_EQ(tenure.sure_until(), begin + 5ms + shortened(1s));
  tenure.granted(1, begin);  // an old answer that comes late
  EXPECT_EQ(tenure.sure_until(), begin + 5ms + shortened(1s));
  tenure.clear();
  EXPECT_EQ(tenure.sure_until(), Moment::min());
}

TEST(clocks, that_run_fast_and_slow_agree_on_who_is_first) {
  for (const Span lease : {50ms, 2000ms, 3600000ms}) {
    const double worst = drift_in_thousandths / 1000.0;
    const double leads_at_most = static_cast<double>(shortened(lease).count()) / (1 - worst);
    const double stands_by_at_least = static_cast<double>(lengthened(lease).count()) / (1 + worst);
    EXPECT_LE(leads_at_most, stands_by_at_least);
  }
}

}  // namespace
