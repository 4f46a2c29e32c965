// Sockets of clients that wait together, come to rest and wake.
#include <onc/transport/socket.h>
#include <onc/transport/wait_together.h>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <list>

#include <sys/socket.h>

namespace {

using namespace std::chrono_literals;
using onc::transport::Socket;
using onc::transport::WaitTogether;

// One end of a pair of sockets, and who holds the other.
class Peer final : public WaitTogether::Member {
 public:
  explicit Peer(WaitTogether& all) : all_(all) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    here_ = Socket(ends[0]);
    there_ = Socket(ends[1]);
    EXPECT_TRUE(all_.add(here_.get(), EPOLLIN, *this));
    all_.wake();
  }
  ~Peer() {
    all_.rest();
    all_.remove(here_.get(), *this);
  }

  void send() const { EXPECT_EQ(::write(there_.get(), "x", 1), 1); }
  void receive() const {
    char byte = 0;
    EXPECT_EQ(::read(here_.get(), &byte, 1), 1);
  }

  void on_ready() override {
    ++told;
    then();
  }

  int told = 0;
  std::function<void()> then = [this] { receive(); };

 private:
  WaitTogether& all_;
  Socket here_;
  Socket there_;
};

class wait_together : public testing::Test {
 protected:
  // As much as happens at once.
  void turn() {
    context.restart();
    context.poll();
  }

  asio::io_context context{1};
  WaitTogether& all = *WaitTogether::of(context.get_executor());
};

TEST_F(wait_together, tells_each_of_what_comes_for_it) {
  std::list<Peer> peers;
  for (int i = 0; i < 100; ++i) peers.emplace_back(all);
  for (int round = 1; round <= 3; ++round) {
    for (const Peer& peer : peers) peer.send();
    turn();
    for (const Peer& peer : peers) EXPECT_EQ(peer.told, round);
  }
}

TEST_F(wait_together, tells_none_that_another_removed_on_the_same_turn) {
  std::list<Peer> peers;
  int told = 0;
  for (int i = 0; i < 3; ++i) {
    peers.emplace_back(all);
    peers.back().send();
    peers.back().then = [&] {
      ++told;
      peers.clear();  // also the one that speaks: its last act
    };
  }
  turn();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(peers.empty());
}

TEST_F(wait_together, tells_the_others_whatever_one_throws) {
  struct Thrown {};
  std::list<Peer> peers;
  for (int i = 0; i < 3; ++i) peers.emplace_back(all).send();
  peers.front().then = [&] {
    peers.front().receive();
    throw Thrown();
  };
  EXPECT_THROW(turn(), Thrown);
  turn();
  for (const Peer& peer : peers) EXPECT_EQ(peer.told, 1);
}

TEST_F(wait_together, keeps_no_context_from_ending_while_all_rest) {
  Peer first(all);
  Peer second(all);
  context.poll();
  EXPECT_FALSE(context.stopped());
  all.rest();
  context.poll();
  EXPECT_FALSE(context.stopped());
  all.rest();
  context.poll();
  EXPECT_TRUE(context.stopped());
  all.wake();
  all.rest();
  all.wake();  // before it is known that the wait has ended
  all.wake();
  first.send();
  turn();
  EXPECT_EQ(first.told, 1);
  EXPECT_FALSE(context.stopped());
}

}  // namespace
