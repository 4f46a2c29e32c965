#include "portmapper/registry.h"

#include <gtest/gtest.h>

namespace portmapper {
namespace {

constexpr std::uint32_t program = 0x20000001;

Entry entry(std::uint32_t version, std::string netid, std::string address, std::string owner = "1000") {
  return {program, version, std::move(netid), std::move(address), std::move(owner)};
}

// As "version netid", in the table's order.
std::vector<std::string> listed(const Registry& registry) {
  std::vector<std::string> list;
  for (const auto& [number, at] : registry.entries()) list.push_back(std::to_string(at.version) + " " + at.netid);
  return list;
}

using List = std::vector<std::string>;

TEST(Registry, lists_entries_in_the_order_they_came) {
  Registry registry;
  EXPECT_TRUE(registry.set(entry(2, "udp", "0.0.0.0.4.1")));
  EXPECT_TRUE(registry.set(entry(1, "tcp6", "::.4.1")));
  EXPECT_TRUE(registry.set(entry(1, "local", "/run/x.sock")));
  EXPECT_EQ(listed(registry), (List{"2 udp", "1 tcp6", "1 local"}));
  EXPECT_EQ(registry.entries().begin()->second, entry(2, "udp", "0.0.0.0.4.1"));
}

TEST(Registry, setting_again_is_true_for_the_same_address_only) {
  Registry registry;
  EXPECT_TRUE(registry.set(entry(1, "tcp", "0.0.0.0.4.1")));
  EXPECT_TRUE(registry.set(entry(1, "tcp", "0.0.0.0.4.1")));
  EXPECT_TRUE(registry.set(entry(1, "tcp", "0.0.0.0.4.1", "1001")));
  EXPECT_FALSE(registry.set(entry(1, "tcp", "0.0.0.0.4.2")));
  EXPECT_FALSE(registry.set(entry(1, "tcp", "0.0.0.0.4.2", "superuser")));
  ASSERT_EQ(registry.entries().size(), 1U);
  EXPECT_EQ(registry.entries().begin()->second, entry(1, "tcp", "0.0.0.0.4.1"));
}

TEST(Registry, refuses_what_is_no_address_of_the_transport) {
  struct Row {
    const char* netid;
    const char* address;
  };
  for (const Row& row : std::vector<Row>{{"", "0.0.0.0.4.1"},
                                         {"ticots", "0.0.0.0.4.1"},
                                         {"TCP", "0.0.0.0.4.1"},
                                         {"tcp", ""},
                                         {"tcp", "zzz"},
                                         {"tcp", "0.0.0.0.0.0"},
                                         {"tcp", "0.0.0.0.4"},
                                         {"tcp", "0.0.0.0.273.112"},
                                         {"tcp", "::.4.1"},
                                         {"tcp6", "0.0.0.0.4.1"},
                                         {"local", "run/x.sock"},
                                         {"local", ""}}) {
    Registry registry;
    EXPECT_FALSE(registry.set(entry(1, row.netid, row.address))) << row.netid << " " << row.address;
    EXPECT_TRUE(registry.entries().empty());
  }
}

TEST(Registry, unset_removes_what_the_owner_may_and_says_whether_that_was_all) {
  struct Row {
    const char* what;
    std::uint32_t version;
    std::vector<std::string_view> netids;
    const char* owner;
    bool done;
    List left;
  };
  const List all = {"1 tcp", "1 udp", "1 tcp6", "2 tcp"};
  const std::vector<Row> rows = {
      {"one transport", 1, {"udp"}, "1000", true, {"1 tcp", "1 tcp6", "2 tcp"}},
      {"two transports", 1, {"udp", "tcp"}, "1000", true, {"1 tcp6", "2 tcp"}},
      {"another's entry", 1, {"tcp6"}, "1000", false, all},
      {"all transports, one of them another's", 1, {}, "1000", false, {"1 tcp6", "2 tcp"}},
      {"all transports, by the superuser", 1, {}, "superuser", true, {"2 tcp"}},
      {"another version", 2, {}, "1000", true, {"1 tcp", "1 udp", "1 tcp6"}},
      {"a version that is not there", 3, {}, "superuser", false, all},
      {"a transport that is not there", 1, {"udp6"}, "superuser", false, all},
      {"nobody known", 1, {"tcp"}, "unknown", false, all},
      {"a name that only begins as the owner's", 1, {"tcp"}, "100", false, all},
  };
  for (const Row& row : rows) {
    Registry registry;
    registry.set(entry(1, "tcp", "0.0.0.0.4.1"));
    registry.set(entry(1, "udp", "0.0.0.0.4.1"));
    registry.set(entry(1, "tcp6", "::.4.1", "1001"));
    registry.set(entry(2, "tcp", "0.0.0.0.4.1"));
    bool done = false;
    switch (row.netids.size()) {
      case 0: done = registry.unset(program, row.version, {}, row.owner); break;
      case 1: done = registry.unset(program, row.version, {row.netids[0]}, row.owner); break;
      default: done = registry.unset(program, row.version, {row.netids[0], row.netids[1]}, row.owner);
    }
    EXPECT_EQ(done, row.done) << row.what;
    EXPECT_EQ(listed(registry), row.left) << row.what;
  }
}

TEST(Registry, what_was_unset_can_be_set_elsewhere) {
  Registry registry;
  registry.set(entry(1, "tcp", "0.0.0.0.4.1"));
  EXPECT_TRUE(registry.unset(program, 1, {"tcp"}, "1000"));
  EXPECT_FALSE(registry.unset(program, 1, {"tcp"}, "1000"));
  EXPECT_TRUE(registry.set(entry(1, "tcp", "0.0.0.0.4.2", "1001")));
  EXPECT_EQ(registry.find_exactly(program, 1, "tcp")->owner, "1001");
}

TEST(Registry, a_lookup_takes_the_version_or_else_the_oldest_other_one_on_the_same_transport) {
  Registry registry;
  registry.set(entry(3, "tcp", "0.0.0.0.3.3"));
  registry.set(entry(2, "tcp", "0.0.0.0.2.2"));
  registry.set(entry(4, "udp", "0.0.0.0.4.4"));
  struct Row {
    std::uint32_t version;
    const char* netid;
    const char* address;
  };
  for (const Row& row : std::vector<Row>{{2, "tcp", "0.0.0.0.2.2"},
                                         {3, "tcp", "0.0.0.0.3.3"},
                                         {0, "tcp", "0.0.0.0.3.3"},
                                         {4, "tcp", "0.0.0.0.3.3"},
                                         {2, "udp", "0.0.0.0.4.4"}}) {
    const Entry* found = registry.find(program, row.version, row.netid);
    ASSERT_TRUE(found) << row.version << row.netid;
    EXPECT_EQ(found->address, row.address) << row.version << row.netid;
  }
  EXPECT_FALSE(registry.find(program, 2, "tcp6"));
  EXPECT_FALSE(registry.find(program + 1, 2, "tcp"));
  EXPECT_FALSE(registry.find_exactly(program, 4, "tcp"));
  EXPECT_EQ(registry.find_exactly(program, 4, "udp")->address, "0.0.0.0.4.4");
}

TEST(Registry, finds_a_version_on_every_transport) {
  Registry registry;
  registry.set(entry(1, "udp", "0.0.0.0.4.1"));
  registry.set(entry(2, "udp", "0.0.0.0.4.1"));
  registry.set(entry(1, "local", "/run/x.sock"));
  EXPECT_EQ(registry.find_all(program, 1),
            (std::vector<Entry>{entry(1, "udp", "0.0.0.0.4.1"), entry(1, "local", "/run/x.sock")}));
  EXPECT_TRUE(registry.find_all(program, 3).empty());
}

TEST(Registry, nobody_registers_or_removes_the_portmapper) {
  Registry registry;
  registry.add_own("tcp6", "::.0.111");
  registry.add_own("tcp", "0.0.0.0.0.111");
  registry.add_own("local", "/run/rpcbind.sock");
  const List own = {"4 tcp6", "3 tcp6", "4 tcp", "3 tcp", "2 tcp", "4 local", "3 local"};
  EXPECT_EQ(listed(registry), own);
  for (const std::string owner : {"1000", "unknown", "superuser"}) {
    EXPECT_FALSE(registry.set({own_program, 5, "tcp", "0.0.0.0.4.1", owner}));
    EXPECT_FALSE(registry.set({own_program, 2, "tcp6", "::.4.1", owner}));
    EXPECT_FALSE(registry.unset(own_program, 4, {}, owner));
    EXPECT_FALSE(registry.unset(own_program, 2, {"tcp", "udp"}, owner));
  }
  EXPECT_EQ(listed(registry), own);
}

TEST(Registry, a_full_table_takes_nothing_more_and_goes_on) {
  Registry registry(4);
  for (std::uint32_t version = 1; version <= 4; ++version)
    EXPECT_TRUE(registry.set(entry(version, "tcp", "0.0.0.0.4.1", "superuser")));
  EXPECT_FALSE(registry.set(entry(5, "tcp", "0.0.0.0.4.1", "superuser")));
  EXPECT_TRUE(registry.set(entry(4, "tcp", "0.0.0.0.4.1", "superuser")));
  EXPECT_TRUE(registry.unset(program, 1, {}, "superuser"));
  EXPECT_TRUE(registry.set(entry(5, "tcp", "0.0.0.0.4.1", "superuser")));
}

TEST(Registry, other_users_together_fill_half_of_it) {
  Registry registry(4);
  EXPECT_TRUE(registry.set(entry(1, "tcp", "0.0.0.0.4.1", "1000")));
  EXPECT_TRUE(registry.set(entry(2, "tcp", "0.0.0.0.4.1", "unknown")));
  EXPECT_FALSE(registry.set(entry(3, "tcp", "0.0.0.0.4.1", "1001")));
  EXPECT_TRUE(registry.set(entry(3, "tcp", "0.0.0.0.4.1", "superuser")));
  EXPECT_TRUE(registry.unset(program, 2, {}, "superuser"));
  EXPECT_TRUE(registry.set(entry(4, "tcp", "0.0.0.0.4.1", "1001")));
}

TEST(Registry, of_one_user_has_an_eighth_at_most) {
  Registry registry(16);
  for (std::uint32_t version = 1; version <= 2; ++version)
    EXPECT_TRUE(registry.set(entry(version, "tcp", "0.0.0.0.4.1", "1000")));
  EXPECT_FALSE(registry.set(entry(3, "tcp", "0.0.0.0.4.1", "1000")));
  EXPECT_TRUE(registry.set(entry(3, "tcp", "0.0.0.0.4.1", "1001")));
  EXPECT_TRUE(registry.unset(program, 1, {}, "1000"));
  EXPECT_TRUE(registry.set(entry(4, "tcp", "0.0.0.0.4.1", "1000")));
}

}  // namespace
}  // namespace portmapper
