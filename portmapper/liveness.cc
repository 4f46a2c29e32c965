#include "portmapper/liveness.h"

#include <onc/binding/universal_address.h>
#include <onc/message/message.h>
#include <onc/transport/socket.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

namespace portmapper {

using onc::transport::Address;
using onc::transport::Protocol;
using onc::transport::Socket;

namespace {

// Looked after at once, as callers wait meanwhile: some microseconds each, and a full queue a millisecond.
constexpr int entries_at_once = 32;
constexpr std::chrono::milliseconds time_at_once{2};
constexpr std::chrono::milliseconds between_steps{10};

// A server on all interfaces is on the loopback one.
Address on_this_host(const Address& address) {
  if (!address.is_any()) return address;
  return Address::ip(address.family() == AF_INET ? "127.0.0.1" : "::1", address.port());
}

// Other folders may be other hosts', or a program's, that never answers.
bool is_below_run(const std::string& path) {
  const bool is_below = path.starts_with("/run/") || path.starts_with("/var/run/");
  return is_below && path.find("/..") == std::string::npos && path.find("/run/user/") == std::string::npos;
}

bool is_to_many(const Address& address) {
  if (address.family() == AF_INET) {
    const auto number = ntohl(reinterpret_cast<const sockaddr_in*>(address.data())->sin_addr.s_addr);
    return IN_MULTICAST(number) || number == INADDR_BROADCAST;
  }
  return address.family() == AF_INET6 &&
         IN6_IS_ADDR_MULTICAST(&reinterpret_cast<const sockaddr_in6*>(address.data())->sin6_addr);
}

bool is_of_this_host(const Address& address) {
  if (!address.is_ip()) return is_below_run(address.host());
  if (is_to_many(address)) return false;
  if (address.is_loopback()) return true;
  const Socket socket(::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const Address any_port = address.with_port(0);
  return socket.get() >= 0 && ::bind(socket.get(), any_port.data(), any_port.size()) == 0;
}

Liveness meaning(int error) {
  switch (error) {
    case 0:
    case EAGAIN: return Liveness::alive;
    case ECONNREFUSED: return Liveness::dead;
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

// As proc(5) tells: "sl local_address rem_address st ...", the address as HOST:PORT in hexadecimal.
bool has_port(const std::string& sockets, Protocol protocol, std::uint16_t port) {
  std::ifstream in("/proc/net/" + sockets);
  constexpr const char* listening = "0A";
  std::string line;
  for (std::getline(in, line); std::getline(in, line);) {
    std::istringstream fields(line);
    std::string number, local, remote, state;
    fields >> number >> local >> remote >> state;
    const std::size_t colon = local.rfind(':');
    if (colon == std::string::npos || (protocol == Protocol::tcp && state != listening)) continue;
    if (std::stoul(local.substr(colon + 1), nullptr, 16) == port) return true;
  }
  return false;
}

// A server that was told one address may have registered all of them: version 2 has no other word.
bool is_on_some_interface(Protocol protocol, std::uint16_t port) {
  const std::string name = protocol == Protocol::tcp ? "tcp" : "udp";
  return has_port(name, protocol, port) || has_port(name + "6", protocol, port);
}

Liveness look_at(const Address& address, Protocol protocol, const Entry& entry) {
  const int type = protocol == Protocol::udp ? SOCK_DGRAM : SOCK_STREAM;
  const Socket socket(::socket(address.family(), type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return Liveness::unknown;
  if (::connect(socket.get(), address.data(), address.size()) != 0)
    return meaning(errno == EINPROGRESS ? outcome_of_connecting(socket.get()) : errno);
  return protocol == Protocol::udp ? meaning(call_null(socket.get(), entry)) : Liveness::alive;
}

}  // namespace

Liveness look_after(const Entry& entry) {
  const auto protocol = onc::binding::protocol_of(entry.netid);
  const auto registered = onc::binding::from_universal(entry.netid, entry.address);
  if (!protocol || !registered) return Liveness::unknown;
  const Address address = on_this_host(*registered);
  if (!is_of_this_host(address)) return Liveness::unknown;
  const Liveness found = look_at(address, *protocol, entry);
  const bool is_elsewhere = found == Liveness::dead && registered->is_ip() && registered->is_any() &&
                            is_on_some_interface(*protocol, registered->port());
  return is_elsewhere ? Liveness::unknown : found;
}

void CheckAlive::start(const asio::any_io_executor& executor) {
  timer_ = std::make_unique<asio::steady_timer>(executor);
  wait(every_);
}

void CheckAlive::wait(std::chrono::milliseconds time) {
  timer_->expires_after(time);
  timer_->async_wait(waiting_.keep([this](const asio::error_code& ended) {
    if (ended) return;
    bool is_more = false;
    try {
      is_more = step();
    } catch (const std::exception&) {  // no memory: the next round goes on
    }
    wait(is_more ? between_steps : every_);
  }));
}

bool CheckAlive::step() {
  const auto began = std::chrono::steady_clock::now();
  for (int count = 0; count < entries_at_once; ++count) {
    if (std::chrono::steady_clock::now() - began > time_at_once) break;
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
