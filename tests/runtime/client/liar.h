// A server that behaves as told, and the messages it reads and writes.
#pragma once

#include <onc/transport/listen.h>
#include <onc/xdr/bytes.h>

#include <functional>
#include <string>
#include <thread>

#include "tests/runtime/hex.h"

#include <poll.h>
#include <sys/socket.h>

// A TCP server of one connection at a time that behaves as told.
class Liar {
 public:
  explicit Liar(std::function<void(int connection)> behave)
      : listener_(onc::transport::listen(onc::transport::Endpoint::parse("tcp://127.0.0.1:0"))),
        thread_([this, behave] { serve(behave); }) {}
  ~Liar() {
    ::shutdown(listener_.socket.get(), SHUT_RDWR);
    thread_.join();
  }

  std::string at() const { return listener_.endpoint.text(); }

 private:
  void serve(const std::function<void(int)>& behave) {
    pollfd wait{.fd = listener_.socket.get(), .events = POLLIN, .revents = 0};
    while (::poll(&wait, 1, -1) == 1 && (wait.revents & POLLHUP) == 0) {
      const onc::transport::Socket connection(::accept4(listener_.socket.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (connection.get() >= 0) behave(connection.get());
    }
  }

  onc::transport::Listener listener_;
  std::thread thread_;
};

// A call of add() has 52 bytes. Empty where the client has hung up.
inline constexpr std::size_t size_of_add = 52;
inline onc::xdr::Bytes read_call(int connection, std::size_t size = size_of_add) {
  onc::xdr::Bytes call(size);
  const ssize_t received = ::recv(connection, call.data(), call.size(), MSG_WAITALL);
  call.resize(received > 0 ? static_cast<std::size_t>(received) : 0);
  return call;
}

inline std::string xid_of(const onc::xdr::Bytes& call) { return to_hex({call.data() + 4, 4}); }

inline void send_hex(int connection, const std::string& hex) {
  const onc::xdr::Bytes bytes = from_hex(hex);
  ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

inline std::string sum(const std::string& xid, const std::string& value) {
  return "8000001c" + xid + "00000001 00000000 00000000 00000000 00000000" + value;
}

inline void wait_for_the_end(int connection) {
  while (!read_call(connection).empty()) continue;
}
