// Where a portmapper listens: one port for everything over IP, and a local socket.
#pragma once

#include <onc/server/server.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace portmapper {

inline constexpr const char* default_socket = "/run/rpcbind.sock";

struct Listening {
  std::uint16_t port = 111;  // 0: a free one that all share
  std::string socket = default_socket;
  // IP addresses for UDP, in the place of all interfaces; the loopback ones are added (rpcbind -h). TCP is not
  // restricted.
  std::vector<std::string> udp_hosts = {};
};

// Binds `server` to TCP and UDP as that says, and not to the local socket. Throws onc::rpc::Error.
void listen_on_ip(onc::rpc::Server& server, const Listening& where);

// A server at the sockets that systemd has opened for us, or else bound to TCP and UDP on every interface, and to the
// local socket that everybody on this host may connect to. IPv6 is left out where the host has none.
// `make_server` is asked again where a free port turned out to be free for TCP only.
// Throws onc::rpc::Error, in one sentence that says what to do.
std::unique_ptr<onc::rpc::Server> listen_everywhere(
    const std::function<std::unique_ptr<onc::rpc::Server>()>& make_server, const Listening& where);

}  // namespace portmapper
