// What a pool of connections counts where memory is short.
#include <onc/transport/stream_pool.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/runtime/allocations.h"

#include <sys/socket.h>

namespace {

using namespace onc::transport;
using namespace std::chrono_literals;

class ShortOfMemory : public testing::Test {
 protected:
  static constexpr std::size_t body = std::size_t{0x1e} << 16;  // 1.9 MB
  static constexpr std::size_t part = 900'000;

  void connect() {
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    peers_.emplace_back(ends[1]);
    pool_.add(Socket(ends[0]), Protocol::tcp, Address::ip("10.0.0.1", 700));
  }
  void send(std::size_t size) {
    std::vector<char> bytes(size);
    bytes[0] = '\x80';
    bytes[1] = static_cast<char>(body >> 16);
    for (std::size_t sent = 0; sent < size;) {
      context_.poll();
      const std::size_t next = std::min<std::size_t>(size - sent, 50'000);
      const ssize_t taken = ::send(peers_.back().get(), bytes.data() + sent, next, 0);
      if (taken > 0) sent += static_cast<std::size_t>(taken);
    }
  }
  // A call, whose memory is kept for the next, and the beginning of that. Its last bytes are still to be received.
  void send_call_and_part() {
    send(4 + body);
    context_.poll();
    send(part);
  }
  bool is_open() const {
    char byte;
    return ::recv(peers_.back().get(), &byte, 1, MSG_PEEK) != 0;
  }

  asio::io_context context_{1};
  Handler handler_ = [](auto&&...) { return Verdict::carry_on; };
  StreamPool::Count open_ = 0;
  const StreamLimits limits_{.max_record = 2'000'000,
                             .max_connections = 100,
                             .max_buffered = 5'000'000,
                             .max_late = 1,
                             .max_late_of_all = 1,
                             .max_late_bytes = 1000,
                             .max_late_bytes_of_all = 1000,
                             .idle = 60s,
                             .partial = 60s};
  StreamPool pool_{context_, limits_, handler_, open_};
  std::vector<Socket> peers_;
};

TEST_F(ShortOfMemory, a_pool_still_counts_right_what_it_holds) {
  for (long after = 0; after < 20; ++after) {
    SCOPED_TRACE(after);
    for (int i = 0; i < 3; ++i) {
      connect();
      send_call_and_part();
      if (i != 2) context_.poll();
    }
    {
      const allocations::Failing failing(::pthread_self(), after);
      context_.poll();
    }
    peers_.clear();
    context_.poll();
    EXPECT_EQ(open_, 0U);
    connect();
    send_call_and_part();
    context_.poll();
    EXPECT_TRUE(is_open());
    peers_.clear();
    context_.poll();
  }
}

}  // namespace
