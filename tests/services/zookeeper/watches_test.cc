#include "services/zookeeper/watches.h"

#include <gtest/gtest.h>

namespace {

using services::zookeeper::Watches;

TEST(watches, are_told_once_each) {
  Watches watches;
  int told = 0;
  const auto one = std::make_shared<int>();
  const auto other = std::make_shared<int>();
  watches.add("/a", one, [&] { told += 1; });
  watches.add("/a", other, [&] { told += 10; });
  watches.add("/b", one, [&] { told += 100; });
  for (const auto& tell : watches.take("/a")) tell();
  EXPECT_EQ(told, 11);
  EXPECT_TRUE(watches.take("/a").empty());
  EXPECT_EQ(watches.take("/b").size(), 1u);
}

TEST(watches, do_not_pile_up_on_a_node_that_stays) {
  Watches watches;
  for (int watcher = 0; watcher < 100; ++watcher) watches.add("/held", std::make_shared<int>(), [] {});
  EXPECT_EQ(watches.count("/held"), 1u);
  const auto again = std::make_shared<int>();
  for (int time = 0; time < 100; ++time) watches.add("/held", again, [] {});
  EXPECT_EQ(watches.count("/held"), 1u);
}

TEST(watches, tell_nobody_who_has_gone) {
  Watches watches;
  watches.add("/a", std::make_shared<int>(), [] { FAIL() << "it has gone"; });
  for (const auto& tell : watches.take("/a")) tell();
}

}  // namespace
