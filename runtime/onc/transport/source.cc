#include <onc/transport/reserved_port.h>
#include <onc/transport/source.h>

#include <cerrno>

#include <sys/socket.h>

namespace onc::transport {

namespace {

int bind_any_port(int descriptor, sa_family_t family) {
  const Address any = Address::ip(family == AF_INET6 ? "::" : "0.0.0.0", 0);
  return ::bind(descriptor, any.data(), any.size()) == 0 ? 0 : errno;
}

}  // namespace

bool Source::is_taken(const Address& peer, int error) const {
  return may_return_to(peer) && (error == EADDRINUSE || error == EADDRNOTAVAIL || error == EACCES);
}

int bind_source(int descriptor, const Address& peer, const Source& source) {
  if (source.may_return_to(peer)) {
    const int on = 1;  // what is left of the connection before may still have the port
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return ::bind(descriptor, source.before.data(), source.before.size()) == 0 ? 0 : errno;
  }
  if (!peer.is_ip()) return 0;
  if (source.port == SourcePort::reserved) return bind_reserved_port(descriptor, peer.family());
  return source.returns ? bind_any_port(descriptor, peer.family()) : 0;
}

void reset_when_closed(int descriptor) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace onc::transport
