#include "portmapper/rpcbind.h"
#include "portmapper/access.h"
#include "portmapper/dump.h"
#include "portmapper/netconfig.h"

#include <ctime>

namespace portmapper {

using onc::rpc::Caller;
using onc::rpcbind::rpcb;

// r_owner is what the caller says of itself: what the kernel says counts.
bool Rpcbind::set(const rpcb& wanted, const Caller& caller) {
  const bool done =
      registry_.set({wanted.r_prog, wanted.r_vers, wanted.r_netid, wanted.r_addr, owner_of(caller, rules_)});
  if (done) statistics_.set(protocol_);
  return done;
}

bool Rpcbind::unset(const rpcb& wanted, const Caller& caller) {
  const std::string owner = owner_of(caller, rules_);
  const bool done = wanted.r_netid.empty() ? registry_.unset(wanted.r_prog, wanted.r_vers, {}, owner)
                                           : registry_.unset(wanted.r_prog, wanted.r_vers, {wanted.r_netid}, owner);
  if (done) statistics_.unset(protocol_);
  return done;
}

std::string Rpcbind::address(const rpcb& wanted, const Caller& caller) {
  return told(registry_.find(wanted.r_prog, wanted.r_vers, netid_of(caller)), wanted, caller);
}

std::string Rpcbind::address_of_version(const rpcb& wanted, const Caller& caller) {
  return told(registry_.find_exactly(wanted.r_prog, wanted.r_vers, netid_of(caller)), wanted, caller);
}

std::string Rpcbind::told(const Entry* found, const rpcb& wanted, const Caller& caller) {
  statistics_.looked_up(protocol_, wanted.r_prog, wanted.r_vers, netid_of(caller), found != nullptr);
  return found ? merge_address(found->netid, found->address, caller.local) : "";
}

onc::rpcbind::rpcblist_ptr Rpcbind::dump() const { throw onc::rpc::InPieces{Dump(registry_, protocol_)}; }

onc::rpcbind::rpcb_entry_list_ptr Rpcbind::address_list(const rpcb& wanted, const Caller& caller) const {
  onc::rpcbind::rpcb_entry_list_ptr list;
  const Netconfig* used = find_netconfig(netid_of(caller));
  for (const Entry& entry : registry_.find_all(wanted.r_prog, wanted.r_vers)) {
    const Netconfig* transport = find_netconfig(entry.netid);
    if (!used || !transport || transport->protocol_family != used->protocol_family) continue;
    list.push_back({{merge_address(entry.netid, entry.address, caller.local), entry.netid, transport->semantics,
                     std::string(transport->protocol_family), std::string(transport->protocol)}});
  }
  return list;
}

// 32 bits on the wire, unsigned: good until 2106.
std::uint32_t Rpcbind::time() const { return static_cast<std::uint32_t>(std::time(nullptr)); }

onc::rpcbind::netbuf Rpcbind::to_transport_address(const std::string& universal, const Caller& caller) const {
  onc::xdr::Bytes bytes = to_sockaddr(netid_of(caller), universal);
  const auto size = static_cast<std::uint32_t>(bytes.size());
  return {size, std::move(bytes)};
}

std::string Rpcbind::to_universal_address(const onc::rpcbind::netbuf& transport_address) const {
  return to_universal(transport_address.buf);
}

}  // namespace portmapper
