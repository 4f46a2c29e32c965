#include "portmapper/access.h"
#include "portmapper/registry.h"

#include <onc/binding/universal_address.h>

namespace portmapper {

bool is_from_this_host(const onc::rpc::Caller& caller) {
  return caller.protocol == onc::transport::Protocol::local || caller.peer.is_loopback();
}

std::string owner_of(const onc::rpc::Caller& caller, const Rules& rules) {
  if (caller.peer_uid) return *caller.peer_uid == 0 ? std::string(superuser) : std::to_string(*caller.peer_uid);
  // A local socket whose peer the kernel does not know is nobody's either.
  if (caller.protocol == onc::transport::Protocol::local || !is_from_this_host(caller)) {
    if (!rules.insecure) throw onc::rpc::Refusal{onc::rpc::AuthStatus::too_weak};
    return "unknown";
  }
  // Only root can call from such a port; nothing else is known of a caller over IP.
  return caller.peer.port() < rules.reserved_ports ? std::string(superuser) : "unknown";
}

std::string_view netid_of(const onc::rpc::Caller& caller) { return onc::binding::netid(caller.protocol, caller.local); }

}  // namespace portmapper
