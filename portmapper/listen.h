// Where a portmapper listens: one port for everything over IP, and a local socket.
#pragma once

#include <onc/server/server.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace portmapper {

// A server bound to TCP and UDP on every interface, at `port` or, for 0, at a free one that all share, and to the local
// socket that everybody on this host may connect to. IPv6 is left out where the host has none.
// `make_server` is asked again where a free port turned out to be free for TCP only.
// Throws onc::rpc::Error, in one sentence that says what to do.
std::unique_ptr<onc::rpc::Server> listen_everywhere(
    const std::function<std::unique_ptr<onc::rpc::Server>()>& make_server, std::uint16_t port,
    const std::string& socket);

}  // namespace portmapper
