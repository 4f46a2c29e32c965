// Sockets that wait together. The first few wait by Asio and the others in the set: each behaviour is that of both.
#include <onc/transport/ready_set.h>
#include <onc/transport/socket.h>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <list>

#include <sys/socket.h>

namespace {

using onc::transport::ReadySet;
using onc::transport::Socket;

// One end of a pair of sockets, and who holds the other.
class Peer final : public ReadySet::Member {
 public:
  Peer() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    here_ = Socket(ends[0]);
    there_ = Socket(ends[1]);
  }

  int here() const { return here_.get(); }
  void send() const { EXPECT_EQ(::write(there_.get(), "x", 1), 1); }
  void receive() const {
    char byte = 0;
    EXPECT_EQ(::read(here_.get(), &byte, 1), 1);
  }
  void hang_up() { there_ = Socket(); }

  void on_ready() override {
    ++told;
    if (then) then();
  }

  int told = 0;
  std::function<void()> then = {};

 private:
  Socket here_;
  Socket there_;
};

// How many others there are before the one a test looks at.
class ready_set : public testing::TestWithParam<int> {
 protected:
  ready_set() {
    for (int i = 0; i < GetParam(); ++i) {
      others_.emplace_back();
      set.add(others_.back().here(), EPOLLIN, others_.back());
    }
  }
  ~ready_set() override {
    for (const Peer& other : others_) set.remove(other.here(), other);
  }

  // As much as happens at once.
  void turn() {
    context.restart();
    context.poll();
  }

  asio::io_context context{1};
  ReadySet set{context};

 private:
  std::list<Peer> others_;
};

INSTANTIATE_TEST_SUITE_P(of, ready_set, testing::Values(0, 3, 4, 100), [](const auto& others) {
  return "one_after_" + std::to_string(others.param);
});

TEST_P(ready_set, tells_nobody_while_nothing_comes) {
  Peer peer;
  set.add(peer.here(), EPOLLIN, peer);
  turn();
  EXPECT_EQ(peer.told, 0);
  set.remove(peer.here(), peer);
}

TEST_P(ready_set, tells_again_until_what_came_is_dealt_with) {
  Peer peer;
  set.add(peer.here(), EPOLLIN, peer);
  peer.then = [&] {
    if (peer.told == 3) peer.receive();
  };
  peer.send();
  turn();
  EXPECT_EQ(peer.told, 3);
  peer.send();
  peer.then = [&] { peer.receive(); };
  turn();
  EXPECT_EQ(peer.told, 4);
  set.remove(peer.here(), peer);
}

TEST_P(ready_set, waits_for_what_was_asked_for_last) {
  Peer peer;
  set.add(peer.here(), EPOLLIN, peer);
  turn();
  set.change(peer.here(), EPOLLOUT, peer);
  peer.then = [&] { set.change(peer.here(), EPOLLIN, peer); };
  turn();
  EXPECT_EQ(peer.told, 1);
  turn();
  EXPECT_EQ(peer.told, 1) << "it can still be written to, which nobody asked for";
  peer.then = [&] { peer.receive(); };
  peer.send();
  turn();
  EXPECT_EQ(peer.told, 2);
  set.remove(peer.here(), peer);
}

TEST_P(ready_set, tells_of_a_peer_that_hung_up) {
  Peer peer;
  set.add(peer.here(), EPOLLIN, peer);
  peer.then = [&] { set.remove(peer.here(), peer); };
  peer.hang_up();
  turn();
  EXPECT_EQ(peer.told, 1);
}

TEST_P(ready_set, tells_a_removed_one_no_more) {
  Peer peer;
  set.add(peer.here(), EPOLLIN, peer);
  peer.send();
  set.remove(peer.here(), peer);
  turn();
  EXPECT_EQ(peer.told, 0);
  set.add(peer.here(), EPOLLIN, peer);
  peer.then = [&] { peer.receive(); };
  turn();
  EXPECT_EQ(peer.told, 1);
  set.remove(peer.here(), peer);
}

TEST_P(ready_set, tells_none_that_another_removed_on_the_same_turn) {
  std::list<Peer> peers(3);
  int told = 0;
  for (Peer& peer : peers) {
    set.add(peer.here(), EPOLLIN, peer);
    peer.send();
    peer.then = [&] {
      ++told;
      for (const Peer& each : peers) set.remove(each.here(), each);
      peers.clear();  // also the one that speaks: its last act
    };
  }
  turn();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(peers.empty());
}

}  // namespace
