// Who may do what, judged by what the kernel says of a caller and not by what it says of itself.
#pragma once

#include <onc/server/service.h>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace portmapper {

// What the administrator has chosen.
struct Rules {
  // Other hosts' servers may register here too, and whoever says to be one (rpcbind -i).
  bool insecure = false;
  // Only root can call from a port below this one (ip_unprivileged_port_start in ip(7)).
  std::uint16_t reserved_ports = 1024;
  // How many calls a second each other host may make, after as many at once; 0: any number.
  std::uint32_t calls_per_second = 1000;
  // Whom hosts_access(5) lets ask; everybody, without it.
  std::function<bool(const onc::transport::Address& peer)> admits = {};
  // Told of each call that is refused, and why.
  std::function<void(const std::string& peer, const std::string& why)> refused = {};
  // Told of each call (rpcbind -l).
  std::function<void(const std::string& who, const std::string& what)> called = {};
};

// Only a process of this host can have sent it: from a loopback address, or over the local socket.
bool is_from_this_host(const onc::rpc::Caller& caller);

// Whose registrations a caller's are: "superuser", a user's number over the local socket, or "unknown".
// Throws onc::rpc::Refusal for a caller on another host, unless the rules are insecure: only this host's servers
// register here (RFC 1833 §2.2).
std::string owner_of(const onc::rpc::Caller& caller, const Rules& rules);

// The netid of the transport a call came on.
std::string_view netid_of(const onc::rpc::Caller& caller);

}  // namespace portmapper
