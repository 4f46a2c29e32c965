#include "portmapper/statistics.h"

#include <gtest/gtest.h>

namespace portmapper {
namespace {

TEST(Statistics, count_each_procedure_of_each_version) {
  Statistics statistics;
  statistics.called(2, 3);
  statistics.called(4, 12);
  statistics.called(4, 12);
  statistics.set(3);
  statistics.unset(4);
  const auto& by_version = statistics.by_version();
  EXPECT_EQ(by_version[0].info[3], 1);
  EXPECT_EQ(by_version[1].info[3], 0);
  EXPECT_EQ(by_version[2].info[12], 2);
  EXPECT_EQ(by_version[1].setinfo, 1);
  EXPECT_EQ(by_version[2].unsetinfo, 1);
}

TEST(Statistics, a_procedure_that_there_is_not_is_not_counted) {
  Statistics statistics;
  for (const std::uint32_t procedure : {13U, 14U, 0x7fffffffU, 0xffffffffU}) statistics.called(3, procedure);
  EXPECT_EQ(statistics.by_version(), onc::rpcbind::rpcb_stat_byvers{});
}

TEST(Statistics, tell_lookups_apart_by_program_version_and_transport) {
  Statistics statistics;
  statistics.looked_up(3, 7, 1, "tcp", true);
  statistics.looked_up(3, 7, 1, "udp", false);
  statistics.looked_up(3, 7, 2, "tcp", true);
  statistics.looked_up(3, 7, 1, "tcp", true);
  statistics.looked_up(3, 7, 1, "tcp", false);
  using onc::rpcbind::rpcbs_addrlist;
  EXPECT_EQ(statistics.by_version()[1].addrinfo,
            (onc::rpcbind::rpcbs_addrlist_ptr{{7, 1, 0, 1, "udp"}, {7, 2, 1, 0, "tcp"}, {7, 1, 2, 1, "tcp"}}));
  EXPECT_TRUE(statistics.by_version()[0].addrinfo.empty());
}

TEST(Statistics, forget_the_lookup_that_is_the_longest_ago_when_there_are_too_many) {
  Statistics statistics;
  for (std::uint32_t program = 0; program < Statistics::most_lookups; ++program)
    statistics.looked_up(4, program, 1, "tcp", false);
  statistics.looked_up(4, 0, 1, "tcp", true);
  statistics.looked_up(4, 0xffffffff, 1, "tcp", false);
  const auto& lookups = statistics.by_version()[2].addrinfo;
  ASSERT_EQ(lookups.size(), Statistics::most_lookups);
  EXPECT_EQ(lookups.front().prog, 2U);
  EXPECT_EQ(lookups[lookups.size() - 2].prog, 0U);
  EXPECT_EQ(lookups.back().prog, 0xffffffffU);
}

}  // namespace
}  // namespace portmapper
