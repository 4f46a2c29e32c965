// Servers that are gone.
#include "portmapper/liveness.h"

#include <onc/binding/universal_address.h>
#include <onc/transport/listen.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>

#include <unistd.h>

namespace portmapper {
namespace {

using onc::transport::Endpoint;
using onc::transport::listen;
using onc::transport::Listener;

Entry entry_at(const std::string& netid, const std::string& address) { return {7, 1, netid, address, "1000"}; }

std::string universal(const Listener& listener, const std::string& host) {
  return host + "." + std::to_string(*listener.endpoint.port / 256) + "." +
         std::to_string(*listener.endpoint.port % 256);
}

TEST(Liveness, is_whether_somebody_listens) {
  struct Row {
    const char* netid;
    const char* uri;
    const char* host;
  };
  for (const Row& row : std::vector<Row>{{"tcp", "tcp://127.0.0.1:0", "127.0.0.1"},
                                         {"tcp", "tcp://0.0.0.0:0", "0.0.0.0"},
                                         {"udp", "udp://127.0.0.1:0", "127.0.0.1"},
                                         {"udp", "udp://0.0.0.0:0", "0.0.0.0"},
                                         {"tcp6", "tcp://[::1]:0", "::1"},
                                         {"udp6", "udp://[::]:0", "::"}}) {
    std::optional<Listener> listener = listen(Endpoint::parse(row.uri));
    const Entry entry = entry_at(row.netid, universal(*listener, row.host));
    EXPECT_EQ(look_after(entry), Liveness::alive) << row.uri;
    listener.reset();
    EXPECT_EQ(look_after(entry), Liveness::dead) << row.uri;
  }
}

// A path may lead to a file system that never answers.
TEST(Liveness, of_a_local_socket_is_looked_for_below_run_only) {
  const std::string path =
      std::filesystem::temp_directory_path() / ("onc-alive-" + std::to_string(::getpid()) + ".sock");
  std::optional<Listener> listener = listen(Endpoint::parse("local://" + path));
  listener.reset();
  for (const std::string& elsewhere :
       {path, std::string("/run/../tmp/x"), std::string("/run/user/1000/x"), std::string("/run/onc-alive/nobody")})
    EXPECT_EQ(look_after(entry_at("local", elsewhere)), Liveness::unknown) << elsewhere;
  std::filesystem::remove(path);
}

TEST(Liveness, of_a_port_on_all_interfaces_is_that_of_any) {
  const Listener one = listen(Endpoint::parse("tcp://127.0.0.2:0"));
  EXPECT_EQ(look_after(entry_at("tcp", universal(one, "0.0.0.0"))), Liveness::unknown);
  EXPECT_EQ(look_after(entry_at("tcp", universal(one, "127.0.0.1"))), Liveness::dead);
}

TEST(Liveness, of_what_is_on_another_host_is_not_known) {
  EXPECT_EQ(look_after(entry_at("tcp", "192.0.2.1.4.1")), Liveness::unknown);
  EXPECT_EQ(look_after(entry_at("udp6", "2001:db8::1.4.1")), Liveness::unknown);
  for (const char* to_many : {"239.1.2.3.4.1", "255.255.255.255.4.1"})
    EXPECT_EQ(look_after(entry_at("udp", to_many)), Liveness::unknown) << to_many;
  EXPECT_EQ(look_after(entry_at("udp6", "ff0e::1.4.1")), Liveness::unknown);
}

class Checking : public testing::Test {
 protected:
  void round() {
    while (check_.step()) continue;
  }
  std::vector<std::uint32_t> versions() const {
    std::vector<std::uint32_t> all;
    for (const auto& [number, entry] : registry_.entries()) all.push_back(entry.version);
    return all;
  }
  void add(std::uint32_t version, Liveness liveness) {
    registry_.set({7, version, "tcp", "0.0.0.0.4.1", "1000"});
    state_[version] = liveness;
  }

  Registry registry_;
  std::map<std::uint32_t, Liveness> state_;
  CheckAlive check_{registry_, std::chrono::seconds(1), [this](const Entry& entry) { return state_[entry.version]; }};
};

TEST_F(Checking, removes_what_was_dead_twice_in_a_row) {
  add(1, Liveness::alive);
  add(2, Liveness::dead);
  add(3, Liveness::unknown);
  add(4, Liveness::dead);
  std::vector<std::uint32_t> removed;
  check_.on_removed([&](const Entry& entry) { removed.push_back(entry.version); });
  round();
  EXPECT_EQ(versions(), (std::vector<std::uint32_t>{1, 2, 3, 4}));
  state_[4] = Liveness::alive;
  round();
  EXPECT_EQ(versions(), (std::vector<std::uint32_t>{1, 3, 4}));
  EXPECT_EQ(removed, std::vector<std::uint32_t>{2});
  state_[4] = Liveness::dead;
  round();
  EXPECT_EQ(versions(), (std::vector<std::uint32_t>{1, 3, 4}));
  round();
  EXPECT_EQ(versions(), (std::vector<std::uint32_t>{1, 3}));
}

TEST_F(Checking, leaves_the_portmapper_itself_alone_and_goes_through_long_tables_in_steps) {
  registry_.add_own("tcp", "0.0.0.0.0.111");
  for (std::uint32_t version = 1; version <= 1000; ++version) add(version, Liveness::dead);
  int steps = 1;
  while (check_.step()) ++steps;
  EXPECT_GT(steps, 10);
  round();
  EXPECT_EQ(registry_.entries().size(), 3U);
}

}  // namespace
}  // namespace portmapper
