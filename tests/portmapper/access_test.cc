// Whom the portmapper answers, and by which rules.
#include "tests/portmapper/caller.h"

namespace portmapper::test {
namespace {

constexpr std::uint32_t null = 0, getaddr = 3;
const onc::rpcbind::rpcb server{7, 1, "tcp", "0.0.0.0.4.1", ""};
const From stranger = over_tcp("10.99.0.2", 700, "10.99.0.1");
const From stranger_over_udp = over_udp("10.99.0.2", 700, "10.99.0.1");

class Insecure : public Portmapping {
 protected:
  static Rules rules() {
    Rules rules;
    rules.insecure = true;
    return rules;
  }
  Insecure() : Portmapping(rules()) {}
};

TEST_F(Insecure, other_hosts_register_as_nobody) {
  EXPECT_TRUE(set(3, server, stranger));
  EXPECT_EQ(table(), Table{"7 1 tcp 0.0.0.0.4.1 unknown"});
  EXPECT_TRUE(unset(3, server, stranger));
  EXPECT_TRUE(set(3, server, root()));
  EXPECT_FALSE(unset(3, server, stranger));
}

class Open : public Portmapping {
 protected:
  static Rules rules() {
    Rules rules;
    rules.reserved_ports = 80;
    return rules;
  }
  Open() : Portmapping(rules()) {}
};

TEST_F(Open, a_port_that_everybody_may_have_makes_nobody_root) {
  EXPECT_TRUE(set(3, server, over_tcp("127.0.0.1", 80, "127.0.0.1")));
  EXPECT_TRUE(set(3, {8, 1, "tcp", "0.0.0.0.4.1", ""}, over_tcp("127.0.0.1", 79, "127.0.0.1")));
  EXPECT_EQ(table(), (Table{"7 1 tcp 0.0.0.0.4.1 unknown", "8 1 tcp 0.0.0.0.4.1 superuser"}));
}

class Limited : public Portmapping {
 protected:
  Limited() : Portmapping(rules()) {}

  Rules rules() {
    Rules rules;
    rules.calls_per_second = 2;
    rules.refused = [this](const std::string& peer, const std::string& why) { told_.push_back(peer + ": " + why); };
    return rules;
  }

  std::vector<std::string> told_;
};

TEST_F(Limited, a_host_that_asks_too_often_is_met_with_silence_or_refused) {
  EXPECT_FALSE(call(2, null, stranger).failure);
  bool is_silent = false;
  bool is_refused = false;
  for (int calls = 0; calls < 10'000 && !(is_silent && is_refused); ++calls) {
    is_silent = is_silent || call(2, null, stranger_over_udp).silent();
    is_refused = is_refused || call(2, null, stranger).failure == errc::authentication_error;
  }
  ASSERT_TRUE(is_silent && is_refused);
  EXPECT_EQ(told_.front(), "10.99.0.2:700: it calls more than 2 times a second");
  EXPECT_FALSE(call(2, null, over_udp("10.99.0.3", 700, "10.99.0.1")).failure);
}

TEST_F(Limited, this_host_asks_as_often_as_it_likes) {
  for (int calls = 0; calls < 9; ++calls) {
    EXPECT_FALSE(call(2, null, over_udp("127.0.0.1", 7000, "127.0.0.1")).failure);
    EXPECT_FALSE(call(2, null, over_local(1000)).failure);
  }
}

TEST_F(Limited, who_is_refused_is_told) {
  EXPECT_EQ(call(3, 1, stranger, arguments_of(server)).why_refused, static_cast<int>(AuthStatus::too_weak));
  EXPECT_EQ(told_, Table{"10.99.0.2:700: it may not call procedure 1 of version 3"});
}

class Wrapped : public Portmapping {
 protected:
  static Rules rules() {
    Rules rules;
    rules.admits = [](const Address& peer) { return peer.host() == "10.99.0.3"; };
    return rules;
  }
  Wrapped() : Portmapping(rules()) {}
};

TEST_F(Wrapped, hosts_that_the_administrator_keeps_out_only_learn_that_it_is_there) {
  for (const From& from : {stranger, stranger_over_udp, From()}) {
    EXPECT_FALSE(call(2, null, from).failure);
    EXPECT_EQ(call(4, getaddr, from, arguments_of(server)).why_refused, static_cast<int>(AuthStatus::too_weak));
  }
  EXPECT_FALSE(call(4, getaddr, over_tcp("10.99.0.3", 700, "10.99.0.1"), arguments_of(server)).failure);
  EXPECT_FALSE(call(4, getaddr, over_local(1000), arguments_of(server)).failure);
}

}  // namespace
}  // namespace portmapper::test
