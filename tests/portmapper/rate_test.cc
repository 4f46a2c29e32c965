#include "portmapper/rate.h"

#include <gtest/gtest.h>

namespace portmapper {
namespace {

using namespace std::chrono_literals;
using onc::transport::Address;

const auto start = RateLimit::TimePoint() + 1h;

int taken(RateLimit& limit, const std::string& host, int calls, RateLimit::TimePoint now) {
  int count = 0;
  for (int i = 0; i < calls; ++i) count += limit.take(Address::ip(host, static_cast<std::uint16_t>(1000 + i)), now);
  return count;
}

TEST(RateLimit, lets_as_many_through_at_once_as_a_second_has_and_then_as_they_come) {
  RateLimit limit(10);
  EXPECT_EQ(taken(limit, "10.0.0.1", 20, start), 10);
  EXPECT_EQ(taken(limit, "10.0.0.1", 20, start), 0);
  EXPECT_EQ(taken(limit, "10.0.0.1", 20, start + 500ms), 5);
  EXPECT_EQ(taken(limit, "10.0.0.1", 20, start + 24h), 10);
}

TEST(RateLimit, of_one_host_is_none_of_another) {
  RateLimit limit(1);
  EXPECT_EQ(taken(limit, "10.0.0.1", 5, start), 1);
  EXPECT_EQ(taken(limit, "10.0.0.2", 5, start), 1);
  EXPECT_EQ(taken(limit, "fd99::1", 5, start), 1);
}

TEST(RateLimit, is_that_of_its_network_for_ip6) {
  RateLimit limit(1);
  EXPECT_EQ(taken(limit, "fd99::1", 1, start), 1);
  EXPECT_EQ(taken(limit, "fd99::1:2:3:4", 1, start), 0);
  EXPECT_EQ(taken(limit, "fd99:0:0:1::1", 1, start), 1);
}

TEST(RateLimit, of_zero_is_none) {
  RateLimit limit(0);
  EXPECT_EQ(taken(limit, "10.0.0.1", 5000, start), 5000);
}

// Whoever forges senders makes the table no larger, and an honest host is not among those forgotten first.
TEST(RateLimit, knows_so_many_hosts_and_forgets_the_most_silent) {
  RateLimit limit(1);
  EXPECT_EQ(taken(limit, "10.0.0.1", 1, start), 1);
  EXPECT_EQ(taken(limit, "10.0.0.2", 1, start), 1);
  for (std::size_t i = 1; i < RateLimit::most_hosts; ++i) {
    EXPECT_EQ(taken(limit, "10.0.0.2", 1, start), 0);
    taken(limit, "11.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), 1, start);
  }
  EXPECT_EQ(taken(limit, "10.0.0.1", 1, start), 1);
  EXPECT_EQ(taken(limit, "10.0.0.2", 1, start), 0);
}

}  // namespace
}  // namespace portmapper
