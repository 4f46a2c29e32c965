#include "portmapper/portmap_v2.h"
#include "portmapper/access.h"
#include "portmapper/dump.h"

#include <onc/binding/universal_address.h>

#include <optional>

namespace portmapper {

using onc::portmap::mapping;
using onc::rpc::Caller;

namespace {

// Empty for what version 2 has no word for.
std::string_view netid_of_protocol(std::uint32_t protocol) {
  if (protocol == onc::portmap::IPPROTO_TCP) return "tcp";
  if (protocol == onc::portmap::IPPROTO_UDP) return "udp";
  return "";
}

std::optional<std::uint32_t> protocol_of_netid(std::string_view netid) {
  if (netid == "tcp") return onc::portmap::IPPROTO_TCP;
  if (netid == "udp") return onc::portmap::IPPROTO_UDP;
  return std::nullopt;
}

std::string on_all_interfaces(std::uint32_t port) {
  return onc::binding::to_universal(onc::transport::Address::ip("0.0.0.0", static_cast<std::uint16_t>(port)));
}

std::uint32_t port_of(const Entry& entry) {
  const auto address = onc::binding::from_universal(entry.netid, entry.address);
  return address ? address->port() : 0;
}

}  // namespace

std::optional<mapping> mapping_of(const Entry& entry) {
  const auto protocol = protocol_of_netid(entry.netid);
  if (!protocol) return std::nullopt;
  return mapping{entry.program, entry.version, *protocol, port_of(entry)};
}

Entry entry_of(const mapping& map, std::string owner) {
  const std::string address = map.port > 65'535 ? "" : on_all_interfaces(map.port);
  return {map.prog, map.vers, std::string(netid_of_protocol(map.prot)), address, std::move(owner)};
}

bool PortmapV2::PMAPPROC_SET(mapping map, const Caller& caller) {
  const bool done = registry_.set(entry_of(map, owner_of(caller, rules_)));
  if (done) statistics_.set(2);
  return done;
}

// The protocol and port of the argument are ignored (RFC 1833 §3.2).
bool PortmapV2::PMAPPROC_UNSET(mapping map, const Caller& caller) {
  const bool done = registry_.unset(map.prog, map.vers, {"udp", "tcp"}, owner_of(caller, rules_));
  if (done) statistics_.unset(2);
  return done;
}

std::uint32_t PortmapV2::PMAPPROC_GETPORT(mapping map, const Caller&) {
  const std::string_view netid = netid_of_protocol(map.prot);
  const Entry* found = registry_.find(map.prog, map.vers, netid);
  statistics_.looked_up(2, map.prog, map.vers, netid, found != nullptr);
  return found ? port_of(*found) : 0;
}

onc::portmap::pmaplist PortmapV2::PMAPPROC_DUMP(const Caller&) { throw onc::rpc::InPieces{Dump(registry_, 2)}; }

// Calls are not forwarded: a server would take a stranger's call for one from this host, and the answer would go to
// whatever address the stranger forged. The protocol's way to say no is silence (RFC 1833 §3.2).
onc::portmap::call_result PortmapV2::PMAPPROC_CALLIT(onc::portmap::call_args, const Caller&) {
  throw onc::rpc::NoReply{};
}

}  // namespace portmapper
