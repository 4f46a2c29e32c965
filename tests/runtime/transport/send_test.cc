// Messages whose large opaques lie elsewhere, over a socket that takes only some of them at a time.
#include <onc/transport/send.h>
#include <onc/transport/socket.h>
#include <onc/xdr/stub.h>

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>

namespace {

using namespace onc;
using transport::Socket;

class Pair {
 public:
  Pair() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    out = Socket(ends[0]);
    in_ = Socket(ends[1]);
    const int small = 4096;
    ::setsockopt(out.get(), SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
  }
  // Whatever has arrived, after what had before.
  void receive(xdr::Bytes& arrived) {
    std::array<std::byte, 1000> bytes;
    for (ssize_t size; (size = ::recv(in_.get(), bytes.data(), bytes.size(), 0)) > 0;)
      arrived.insert(arrived.end(), bytes.begin(), bytes.begin() + size);
  }

  Socket out{-1};

 private:
  Socket in_{-1};
};

TEST(sending, of_any_number_of_large_opaques_goes_on_where_it_stopped) {
  for (const int opaques : {1, 2, 31, 32, 33, 100}) {
    xdr::Encoder message;
    message.keep_large(1000);
    std::uint8_t next = 0;
    for (int i = 0; i < opaques; ++i) {
      xdr::Bytes value(1000 + 7 * static_cast<std::size_t>(i));
      for (std::byte& byte : value) byte = std::byte{++next};
      message.opaque(std::move(value), xdr::unbounded);
    }
    xdr::Bytes whole;
    for (const xdr::BytesView piece : message.pieces()) whole.insert(whole.end(), piece.begin(), piece.end());
    ASSERT_TRUE(message.has_large());
    Pair pair;
    xdr::Bytes arrived;
    for (std::size_t sent = 0; sent < message.size(); pair.receive(arrived)) {
      const ssize_t size = transport::send_rest(pair.out.get(), message, sent);
      ASSERT_GT(size, 0) << std::strerror(errno);
      sent += static_cast<std::size_t>(size);
    }
    EXPECT_EQ(arrived, whole) << opaques;
  }
}

}  // namespace
