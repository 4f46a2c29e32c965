// What the connections of several pools may be together.
#include <onc/transport/stream_pool.h>

#include <gtest/gtest.h>

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

  void connect(StreamPool& pool) {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peers_.emplace_back(ends[1]);
    pool.add(Socket(ends[0]), Protocol::local, Address());
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

}  // namespace
