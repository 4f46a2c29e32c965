// A peer that sends what it likes: bytes over a plain socket, with a deadline on what comes back.
#pragma once

#include <onc/transport/endpoint.h>
#include <onc/transport/socket.h>
#include <onc/xdr/bytes.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <optional>

#include <sys/socket.h>
#include <sys/time.h>

class RawPeer {
 public:
  // `from`: a port of 127.0.0.1, as of a peer that comes back; 0 for one that is going to.
  explicit RawPeer(const onc::transport::Endpoint& server, int receive_buffer = 0,
                   std::optional<std::uint16_t> from = std::nullopt)
      : socket_(::socket(address(server).family(),
                         server.protocol == onc::transport::Protocol::udp ? SOCK_DGRAM : SOCK_STREAM, 0)) {
    const timeval limit{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (receive_buffer) ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    if (from) bind(*from);
    const auto to = address(server);
    if (::connect(socket_.get(), to.data(), to.size()) != 0) ADD_FAILURE() << "cannot connect";
  }

  std::uint16_t port() const {
    onc::transport::Address own;
    socklen_t size = onc::transport::Address::capacity();
    EXPECT_EQ(::getsockname(socket_.get(), own.data(), &size), 0);
    return own.port();
  }
  // Breaks the connection; another may then come from the same port at once.
  void reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    socket_ = onc::transport::Socket();
  }

  // False once the server has closed the connection.
  bool send(onc::xdr::BytesView bytes) {
    return ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
  }
  // What does not fit into the socket now is left out. Returns how much was taken.
  std::size_t send_what_fits(onc::xdr::BytesView bytes) {
    const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }

  // It only hears from here on.
  void say_no_more() { ::shutdown(socket_.get(), SHUT_WR); }

  // Exactly `size` bytes; fewer where the connection ends before.
  onc::xdr::Bytes receive(std::size_t size) {
    onc::xdr::Bytes bytes(size);
    std::size_t have = 0;
    while (have < size) {
      const ssize_t received = ::recv(socket_.get(), bytes.data() + have, size - have, 0);
      if (received <= 0) break;
      have += static_cast<std::size_t>(received);
    }
    bytes.resize(have);
    return bytes;
  }

  // True where the server has closed the connection by now.
  bool has_been_closed() {
    std::byte byte;
    return ::recv(socket_.get(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 || errno == ECONNRESET;
  }
  // True where the server closes the connection without another byte.
  bool is_closed() {
    std::byte byte;
    const ssize_t received = ::recv(socket_.get(), &byte, 1, 0);
    return received == 0 || (received < 0 && errno == ECONNRESET);
  }

 private:
  void bind(std::uint16_t port) {
    const int returns = port != 0;
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_REUSEADDR, &returns, sizeof returns);
    const auto own = onc::transport::Address::ip("127.0.0.1", port);
    EXPECT_EQ(::bind(socket_.get(), own.data(), own.size()), 0) << "the port is taken";
  }

  static onc::transport::Address address(const onc::transport::Endpoint& server) {
    return onc::transport::resolve(server).front();
  }

  onc::transport::Socket socket_;
};
