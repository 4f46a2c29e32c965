#include "portmapper/access.h"
#include "portmapper/registry.h"

#include <onc/binding/universal_address.h>

#include <netinet/in.h>

namespace portmapper {

std::string owner_of(const onc::rpc::Caller& caller) {
  if (caller.peer_uid) return *caller.peer_uid == 0 ? std::string(superuser) : std::to_string(*caller.peer_uid);
  const bool on_this_host = caller.protocol != onc::transport::Protocol::local && caller.peer.is_loopback();
  if (!on_this_host) throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
  // Only root can call from such a port; nothing else is known of a caller over IP.
  return caller.peer.port() < IPPORT_RESERVED ? std::string(superuser) : "unknown";
}

std::string_view netid_of(const onc::rpc::Caller& caller) { return onc::binding::netid(caller.protocol, caller.local); }

}  // namespace portmapper
