// Ports that only root may bind: what servers of the trusting kind, NFS among them, take for proof of it. Knows no RPC.
#pragma once

#include <onc/transport/address.h>

namespace onc::transport {

// Binds a socket of this family to a free port from 512 to 1023, as bindresvport(3) does. 0 or errno: EACCES where this
// process may not, EADDRINUSE where none is free.
int bind_reserved_port(int descriptor, sa_family_t family);

}  // namespace onc::transport
