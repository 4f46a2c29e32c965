#include "services/zookeeper/ensemble.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using services::zookeeper::servers_of;

TEST(ensemble, is_named_by_hosts_or_uris_at_once_or_one_by_one) {
  EXPECT_EQ(servers_of({"one:2182"}), "one:2182");
  EXPECT_EQ(servers_of({"one:2182,tcp://two:2183", "three:2184"}), "one:2182,two:2183,three:2184");
}

TEST(ensemble, is_at_the_usual_port_unless_another_is_said) {
  EXPECT_EQ(servers_of({"one,tcp://two"}), "one:2181,two:2181");
}

TEST(ensemble, is_not_what_is_no_server) {
  for (const char* text : {"", ",", "one:2181,,two:2181", "udp://one:2181", "local:///tmp/one", "one:0", "one:x"})
    EXPECT_THROW(servers_of({text}), std::invalid_argument) << text;
  EXPECT_THROW(servers_of({}), std::invalid_argument);
}

}  // namespace
