// Datagrams to everybody on the networks of this host, and the answers. Knows no RPC.
#pragma once

#include <onc/transport/address.h>
#include <onc/transport/clock.h>
#include <onc/transport/socket.h>
#include <onc/xdr/bytes.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace onc::transport {

// Of every interface that is up: where IPv4 hosts hear a broadcast.
std::vector<Address> broadcast_addresses(std::uint16_t port);
// Of every interface that is up: the multicast group ff02::202 of portmappers (RFC 5665 §5.2.3.2's registry).
std::vector<Address> portmapper_groups(std::uint16_t port);

class BroadcastSocket {
 public:
  struct Received {
    Address from;
    xdr::BytesView message;  // valid until the next receive()
  };

  // Throws std::system_error.
  explicit BroadcastSocket(sa_family_t family);

  // Not to be sent is as good as lost: an interface may have gone.
  void send(xdr::BytesView message, const Address& to);
  // What has arrived already, if anything.
  std::optional<Received> receive();
  int descriptor() const { return socket_.get(); }

 private:
  Socket socket_;
  xdr::Bytes buffer_;
};

}  // namespace onc::transport
