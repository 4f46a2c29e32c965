// Where a client's sockets come from. Knows no RPC.
#pragma once

#include <onc/transport/address.h>

namespace onc::transport {

struct Source {
  SourcePort port = SourcePort::any;
  // It is to return there when it breaks: its port must be its own. A port that connect() chooses may be shared, with
  // connections to elsewhere, and then cannot be had again while they last.
  bool returns = false;
  // Of a socket that broke. The next one is to come from there, for servers that know by it what they were asked
  // before; where that is taken by now, from any of the kind above.
  Address before = {};

  bool may_return_to(const Address& peer) const { return before.is_ip() && before.family() == peer.family(); }
  // Not from where it was before, that is.
  bool is_taken(const Address& peer, int error) const;
};

// For a socket that is to be connected to `peer`. 0 or errno.
int bind_source(int descriptor, const Address& peer, const Source& source);

// As soon as it is closed, so is the connection, whatever has not been sent; its port is free at once.
void reset_when_closed(int descriptor);

}  // namespace onc::transport
