#include "services/time/resolver.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace {

using namespace std::chrono_literals;
using services::time::Resolver;
using Servers = std::vector<std::string>;

const auto for_ever = std::chrono::steady_clock::time_point::max() - 1h;

TEST(resolver, tells_what_a_name_comes_to_once) {
  Resolver resolver([](const std::string& server) { return Servers{server + "1", server + "2"}; });
  EXPECT_EQ(resolver.wait("clock", for_ever)->servers, (Servers{"clock1", "clock2"}));
  EXPECT_EQ(resolver.wait("clock", for_ever)->servers, (Servers{"clock1", "clock2"})) << "it is looked up again";
}

TEST(resolver, says_why_there_is_nothing) {
  Resolver resolver([](const std::string&) -> Servers { throw std::runtime_error("no such name"); });
  const auto answer = resolver.wait("nosuch", for_ever);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->servers, Servers());
  EXPECT_EQ(answer->trouble, "no such name");
}

TEST(resolver, looks_one_name_up_at_a_time_and_each_once_however_often_it_is_asked) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future();
  std::atomic<int> at_once{0};
  std::atomic<int> most_at_once{0};
  std::atomic<int> times{0};
  Resolver resolver([&](const std::string&) {
    most_at_once = std::max<int>(most_at_once, ++at_once);
    ++times;
    released.wait();
    --at_once;
    return Servers{"x"};
  });
  for (int round = 0; round < 100; ++round)
    for (const char* name : {"a", "b", "c"}) EXPECT_FALSE(resolver.ask(name));
  release.set_value();
  for (const char* name : {"a", "b", "c"}) EXPECT_TRUE(resolver.wait(name, for_ever));
  EXPECT_EQ(most_at_once, 1);
  EXPECT_EQ(times, 3);
}

TEST(resolver, does_not_wait_for_a_name_that_hangs_when_it_goes) {
  std::promise<void> release;
  std::promise<void> begun;
  auto ended = std::make_shared<std::promise<void>>();
  {
    Resolver resolver([&begun, ended, released = release.get_future().share()](const std::string&) {
      begun.set_value();
      released.wait();
      ended->set_value();
      return Servers();
    });
    EXPECT_FALSE(resolver.ask("hangs"));
    EXPECT_FALSE(resolver.ask("another"));
    begun.get_future().wait();
  }
  release.set_value();
  ended->get_future().wait();
}

TEST(resolver, puts_addresses_in_names_places) {
  using services::time::is_numeric;
  using services::time::with_addresses;
  EXPECT_EQ(with_addresses("udp://127.0.0.1:7"), Servers{"udp://127.0.0.1:7"});
  EXPECT_EQ(with_addresses("udp://[::1]:7"), Servers{"udp://[::1]:7"});
  for (const std::string& server : with_addresses("udp://localhost:7")) {
    EXPECT_TRUE(is_numeric(server)) << server;
    EXPECT_TRUE(server.ends_with(":7")) << server;
  }
  EXPECT_FALSE(is_numeric("udp://localhost:7"));
  EXPECT_TRUE(is_numeric("local:///run/time.sock"));
}

}  // namespace
