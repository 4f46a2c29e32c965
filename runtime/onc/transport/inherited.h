// Sockets that whoever started this process has opened for it, as systemd does (sd_listen_fds(3)). Knows no RPC.
#pragma once

#include <onc/transport/listen.h>

#include <vector>

namespace onc::transport {

// Takes the sockets that LISTEN_PID and LISTEN_FDS announce, where this process is meant: TCP and local ones that
// listen, UDP ones. Once only: the variables are gone then, so that no child takes the sockets for its own.
// Throws rpc::Error(bad_endpoint) where one is something else.
std::vector<Listener> inherited_listeners();

}  // namespace onc::transport
