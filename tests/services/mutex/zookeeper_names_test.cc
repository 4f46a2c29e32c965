#include "services/mutex/zookeeper_locks.h"

#include <gtest/gtest.h>

namespace {

using namespace services::locks;

TEST(zookeeper_names, are_those_of_locks_where_they_are_plain) {
  EXPECT_EQ(to_node("nightly_backup-2"), "nightly_backup-2");
}

TEST(zookeeper_names, lead_nowhere_else) {
  EXPECT_EQ(to_node("a/b"), "a%2Fb");
  EXPECT_EQ(to_node(".."), "%2E%2E");
  EXPECT_EQ(to_node("100%"), "100%25");
  EXPECT_EQ(to_node("\xc3\xa9"), "%C3%A9");
}

TEST(zookeeper_names, are_read_back) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  EXPECT_EQ(from_node(to_node(all)), all);
}

TEST(zookeeper_names, are_no_others_than_ours) {
  for (const char* name : {"a b", "%2f", "%41", "%", "%4", "%zz", "a%2"})
    EXPECT_EQ(from_node(name), std::nullopt) << name;
  EXPECT_EQ(from_node(std::string(256, 'a')), std::nullopt);
}

}  // namespace
