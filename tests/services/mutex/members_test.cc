#include "services/mutex/members.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace services::locks {
namespace {

using Uris = std::map<::mutex::MemberId, std::string>;

TEST(AnId, is_decimal) {
  for (const auto& [text, id] :
       std::map<std::string, ::mutex::MemberId>{{"1", 1}, {"010", 10}, {"08", 8}, {"4294967295", 4294967295}})
    EXPECT_EQ(id_of(text), id) << text;
  for (const char* bad : {"", "0", "-1", "+1", "1x", "0x10", " 1", "4294967296"})
    EXPECT_THROW(id_of(bad), std::invalid_argument) << bad;
}

TEST(Members, are_at_a_place_of_their_own_over_tcp) {
  EXPECT_EQ(uris_of({"010=tcp://one:7421", "2=tcp://two:7421"}), (Uris{{2, "tcp://two:7421"}, {10, "tcp://one:7421"}}));
  for (const char* bad : {"x", "1", "=tcp://one:1", "1=", "0=tcp://one:1", "1=tcp://one", "1=tcp://one:0", "1=one",
                          "1=udp://one:1", "1=local:///run/x", "1=tpc://one:1"})
    EXPECT_THROW(uris_of({bad}), std::invalid_argument) << bad;
  EXPECT_THROW(uris_of({"1=tcp://one:1", "01=tcp://two:1"}), std::invalid_argument);
  EXPECT_THROW(uris_of({"1=tcp://one:1", "2=tcp://ONE:1"}), std::invalid_argument);
}

TEST(Members, are_called_so_where_they_make_no_sense) {
  try {
    uris_of({"x"});
    FAIL();
  } catch (const std::invalid_argument& error) {
    EXPECT_EQ(std::string(error.what()), "--node x is not like 1=tcp://host:7421, with an ID from 1");
  }
}

}  // namespace
}  // namespace services::locks
