#include "portmapper/liveness.h"

#include <onc/binding/universal_address.h>
#include <onc/message/message.h>
#include <onc/transport/socket.h>

#include <cerrno>
#include <optional>

#include <poll.h>
#include <sys/socket.h>

namespace portmapper {

using onc::transport::Address;
using onc::transport::Protocol;
using onc::transport::Socket;

namespace {

// Looked after at once: callers wait meanwhile, some microseconds each.
constexpr int entries_at_once = 32;
constexpr std::chrono::milliseconds between_steps{10};

// A server on all interfaces is on the loopback one.
Address on_this_host(const Address& address) {
  if (!address.is_any()) return address;
  return Address::ip(address.family() == AF_INET ? "127.0.0.1" : "::1", address.port());
}

bool is_of_this_host(const Address& address) {
  if (address.is_loopback()) return true;
  const Socket socket(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const Address any_port = address.with_port(0);
  return socket.get() >= 0 && ::bind(socket.get(), any_port.data(), any_port.size()) == 0;
}

Liveness meaning(int error) {
  switch (error) {
    case 0:
    case EAGAIN: return Liveness::alive;
    case ECONNREFUSED:
    case ENOENT: return Liveness::dead;
    default: return Liveness::unknown;
  }
}

// The kernel's answer to a connection within itself is there at once, but for one that a full queue has no room for.
int outcome_of_connecting(int socket) {
  pollfd answered{.fd = socket, .events = POLLOUT, .revents = 0};
  if (::poll(&answered, 1, 1) != 1) return EAGAIN;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

// The kernel answers for a port that nobody has, before send() returns where it is our own.
int call_null(int socket, const Entry& entry) {
  onc::xdr::Encoder call;
  const onc::rpc::Program program{entry.program, entry.version, "", ""};
  onc::rpc::encode_call(call, 1, {program, 0, ""}, onc::rpc::Credential::none());
  if (::send(socket, call.bytes().data(), call.size(), MSG_NOSIGNAL) < 0) return errno;
  std::byte ignored;
  return ::recv(socket, &ignored, 1, MSG_DONTWAIT) < 0 ? errno : 0;
}

}  // namespace

Liveness look_after(const Entry& entry) {
  const auto protocol = onc::binding::protocol_of(entry.netid);
  const auto registered = onc::binding::from_universal(entry.netid, entry.address);
  if (!protocol || !registered) return Liveness::unknown;
  const Address address = on_this_host(*registered);
  if (!is_of_this_host(address)) return Liveness::unknown;
  const int type = *protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  const Socket socket(::socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return Liveness::unknown;
  if (::connect(socket.get(), address.data(), address.size()) != 0)
    return meaning(errno == EINPROGRESS ? outcome_of_connecting(socket.get()) : errno);
  return *protocol == Protocol::udp ? meaning(call_null(socket.get(), entry)) : Liveness::alive;
}

void CheckAlive::start(const asio::any_io_executor& executor) {
  timer_ = std::make_unique<asio::steady_timer>(executor);
  wait(every_);
}

void CheckAlive::wait(std::chrono::milliseconds time) {
  timer_->expires_after(time);
  timer_->async_wait([this](const asio::error_code& ended) {
    if (ended) return;
    wait(step() ? between_steps : every_);
  });
}

bool CheckAlive::step() {
  for (int count = 0; count < entries_at_once; ++count) {
    const auto next = registry_.entries().upper_bound(looked_after_);
    if (next == registry_.entries().end()) {
      looked_after_ = 0;
      std::erase_if(suspects_, [&](Registry::Number number) { return !registry_.entries().contains(number); });
      return false;
    }
    looked_after_ = next->first;
    if (next->second.program != own_program) look_after_next(next->first, next->second);
  }
  return true;
}

void CheckAlive::look_after_next(Registry::Number number, const Entry& entry) {
  if (look_(entry) != Liveness::dead) {
    suspects_.erase(number);
  } else if (suspects_.erase(number) == 0) {
    suspects_.insert(number);
  } else {
    const Entry gone = entry;
    registry_.remove(number);
    if (removed_) removed_(gone);
  }
}

}  // namespace portmapper
