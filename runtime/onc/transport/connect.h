// Blocking channels to a peer, over TCP, UDP or a local socket. Knows no RPC.
#pragma once

#include <onc/transport/channel.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/source.h>

#include <memory>

namespace onc::transport {

// Tries every address of the host. `max_message`: the longest that is received, in
// bytes. Throws std::system_error with the last address's errno, ETIMEDOUT at the deadline; rpc::Error(unknown_host).
std::unique_ptr<Channel> connect(const Endpoint& endpoint, TimePoint deadline, std::size_t max_message,
                                 const Source& source = {});

}  // namespace onc::transport
