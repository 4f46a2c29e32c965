#include "info/program_names.h"

#include <gtest/gtest.h>

namespace {

TEST(ProgramNames, a_program_is_meant_by_its_name_an_alias_or_its_number) {
  info::ProgramNames names;
  names.add(100003, "nfs");
  names.add(100003, "nfsprog");
  for (const char* text : {"nfs", "nfsprog", "100003", "0x186a3", "0x186A3"}) EXPECT_EQ(names.number(text), 100003u);
  EXPECT_EQ(names.of(100003), "nfs");
  EXPECT_EQ(names.of(100004), "");
}

TEST(ProgramNames, what_is_no_number_of_32_bits_is_none) {
  EXPECT_EQ(info::to_number("4294967295"), 4294967295u);
  EXPECT_EQ(info::to_number("0"), 0u);
  for (const char* text : {"", "-1", "+1", " 1", "1 ", "0x", "0xg", "4294967296", "1.0", "nfs"})
    EXPECT_EQ(info::to_number(text), std::nullopt) << text;
}

TEST(ProgramNames, this_host_knows_the_portmapper) {
  const auto names = info::ProgramNames::of_this_host();
  if (names.of(100000).empty()) GTEST_SKIP() << "there is no /etc/rpc";
  EXPECT_EQ(names.number(names.of(100000)), 100000u);
}

}  // namespace
