// Sockets to serve on. Knows no RPC.
#pragma once

#include <onc/transport/endpoint.h>
#include <onc/transport/socket.h>

namespace onc::transport {

struct Listener {
  Socket socket;      // bound, non-blocking; listening unless UDP
  Endpoint endpoint;  // as it became: with the port that was chosen
};

// Binds the first address of `endpoint`. Port 0 or none takes a free one. A local path that a dead server left behind
// is replaced; one that answers is not. IPv6 sockets leave IPv4 alone.
// Throws rpc::Error with errno's code, in one sentence that says what to do.
Listener listen(const Endpoint& endpoint);

}  // namespace onc::transport
