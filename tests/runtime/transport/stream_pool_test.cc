// What the connections of several pools may be together.
#include <onc/transport/stream_pool.h>

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include <sys/socket.h>

namespace {

using namespace onc::transport;
using namespace std::chrono_literals;

class StreamPools : public testing::Test {
 protected:
  static constexpr std::size_t limit = 3;

  StreamPools() {
    for (StreamPool* pool : {&one_, &other_}) pool->on_full_elsewhere([this] { ++asked_; });
  }

  void connect(StreamPool& pool, const char* from = "10.0.0.1") {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peers_.emplace_back(ends[1]);
    pool.add(Socket(ends[0]), Protocol::tcp, Address::ip(from, 700));
  }
  // Which of those that have connected are still there, by the order they came in.
  std::vector<std::size_t> left() const {
    std::vector<std::size_t> all;
    char byte;
    for (std::size_t i = 0; i < peers_.size(); ++i)
      if (::recv(peers_[i].get(), &byte, 1, MSG_PEEK) != 0) all.push_back(i);
    return all;
  }
  void send_call(std::size_t peer) {
    const std::array<char, 8> call = {'\x80', 0, 0, 4};
    ASSERT_EQ(::send(peers_[peer].get(), call.data(), call.size(), 0), static_cast<ssize_t>(call.size()));
    context_.poll();
  }
  // Half of a call.
  void send_part(std::size_t peer, std::size_t size) {
    std::vector<char> part(size);
    part[0] = '\x80';
    part[2] = '\x03';
    ASSERT_EQ(::send(peers_[peer].get(), part.data(), part.size(), 0), static_cast<ssize_t>(size));
    context_.poll();
  }

  asio::io_context context_{1};
  Handler handler_ = [](auto&&...) { return Verdict::carry_on; };
  StreamPool::Count open_ = 0;
  const StreamLimits limits_{.max_record = 1000,
                             .max_connections = limit,
                             .max_buffered = 1000,
                             .max_late = 1,
                             .max_late_of_all = 1,
                             .max_late_bytes = 1000,
                             .max_late_bytes_of_all = 1000,
                             .idle = 60s,
                             .partial = 60s};
  StreamPool one_{context_, limits_, handler_, open_};
  StreamPool other_{context_, limits_, handler_, open_};
  std::vector<Socket> peers_;
  int asked_ = 0;
};

TEST_F(StreamPools, that_are_full_make_room_themselves) {
  for (int i = 0; i < 10; ++i) {
    connect(i % 2 ? one_ : other_);
    EXPECT_LE(open_, limit);
  }
  EXPECT_EQ(open_, limit);
  EXPECT_EQ(asked_, 0);
}

TEST_F(StreamPools, ask_the_others_where_they_have_nobody_but_the_newcomer) {
  for (std::size_t i = 0; i < limit; ++i) connect(one_);
  connect(other_);
  EXPECT_EQ(open_, limit + 1);
  EXPECT_EQ(asked_, 1);
  EXPECT_TRUE(one_.is_over_limit());
  EXPECT_TRUE(one_.evict_longest_silent());
  EXPECT_EQ(open_, limit);
  EXPECT_FALSE(one_.is_over_limit());
  connect(other_);
  EXPECT_EQ(open_, limit);
  EXPECT_EQ(asked_, 1);
}

TEST_F(StreamPools, make_room_where_one_host_has_most_and_not_of_the_newcomer) {
  for (const char* from : {"10.0.0.1", "10.0.0.2", "10.0.0.2"}) connect(one_, from);
  connect(one_, "10.0.0.3");
  EXPECT_EQ(left(), (std::vector<std::size_t>{0, 2, 3}));
  connect(one_, "10.0.0.4");
  EXPECT_EQ(left(), (std::vector<std::size_t>{2, 3, 4}));
  connect(one_, "10.0.0.4");
  EXPECT_EQ(left(), (std::vector<std::size_t>{2, 3, 5}));
}

TEST_F(StreamPools, make_room_where_somebody_has_only_connected) {
  connect(one_);
  send_call(0);
  for (int others = 0; others < 10; ++others) connect(one_);
  EXPECT_EQ(left(), (std::vector<std::size_t>{0, 9, 10}));
}

TEST_F(StreamPools, close_the_largest_of_the_host_that_holds_most) {
  for (const char* from : {"10.0.0.1", "10.0.0.2", "10.0.0.2"}) connect(one_, from);
  send_part(0, 400);
  send_part(1, 200);
  send_part(2, 300);
  EXPECT_EQ(left(), (std::vector<std::size_t>{0, 1, 2}));
  send_part(1, 150);
  EXPECT_EQ(left(), (std::vector<std::size_t>{0, 2}));
}

}  // namespace
