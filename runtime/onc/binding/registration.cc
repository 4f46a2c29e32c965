#include <onc/binding/binding.h>
#include <onc/binding/portmappers.h>
#include <onc/binding/universal_address.h>
#include <onc/client/client.h>
#include <onc/rpc/error.h>

#include "portmap.x.h"
#include "rpcbind.x.h"

#include <exception>
#include <utility>

#include <unistd.h>

namespace onc::binding {

using transport::Endpoint;
using transport::Protocol;

namespace {

// The portmapper is on this host: one that does not answer by then is not going to.
const rpc::ClientOptions on_this_host{.timeout = std::chrono::milliseconds(5'000)};

rpcbind::rpcb to_rpcb(const rpc::Program& program, const std::string& id, const std::string& address) {
  return {program.number, program.version, id, address, std::to_string(::geteuid())};
}

// What version 2 can say: TCP and UDP over IPv4.
portmap::mapping to_mapping(const rpc::Program& program, const std::string& id, const std::string& address) {
  const auto at = from_universal(id, address);
  if (!at || (id != "tcp" && id != "udp"))
    throw rpc::Error(rpc::errc::registration_refused,
                     "the portmapper speaks version 2 only, which has no word for " + id);
  return {program.number, program.version, id == "udp" ? portmap::IPPROTO_UDP : portmap::IPPROTO_TCP, at->port()};
}

// Calls by rpcbind version 3, and by portmap version 2 where that is unknown.
bool set_or_unset(const Endpoint& portmapper, bool set, const rpc::Program& program, const std::string& id,
                  const std::string& address) {
  try {
    rpcbind::RPCBPROG::RPCBVERS::Client client(portmapper.text(), on_this_host);
    const auto entry = to_rpcb(program, id, address);
    return set ? client.RPCBPROC_SET(entry) : client.RPCBPROC_UNSET(entry);
  } catch (const rpc::Error& error) {
    if (!speaks_another_version(error)) throw;
  }
  portmap::PMAP_PROG::PMAP_VERS::Client client(portmapper.text(), on_this_host);
  const auto entry = to_mapping(program, id, address);
  return set ? client.PMAPPROC_SET(entry) : client.PMAPPROC_UNSET(entry);
}

constexpr rpc::Program portmapper_program{100000, 3, "RPCBPROG", "RPCBVERS"};

bool answers(const Endpoint& portmapper) {
  try {
    rpc::Client client(portmapper.text(), on_this_host);
    client.call({portmapper_program, 0, "NULL"}, [](xdr::Encoder&) {}, [](xdr::Decoder&) {});
    return true;
  } catch (const rpc::Error& error) {
    return speaks_another_version(error);
  }
}

Endpoint find_portmapper() {
  std::string tried;
  for (const Endpoint& portmapper : own_portmappers()) {
    if (answers(portmapper)) return portmapper;
    tried += (tried.empty() ? "" : ", ") + portmapper.text();
  }
  throw rpc::Error(rpc::errc::registration_refused,
                   "no portmapper answers at " + tried + ": start rpcbind or portmapper, name another one by " +
                       portmapper_variable + ", or do not register");
}

}  // namespace

Registration::Registration(const std::vector<rpc::Program>& programs, const std::vector<Endpoint>& endpoints,
                           Registering registering) {
  if (registering == Registering::no) return;
  try {
    portmapper_ = find_portmapper();
    for (const rpc::Program& program : programs)
      for (const Endpoint& endpoint : endpoints) {
        const auto address = transport::resolve(endpoint).front();
        set({program, std::string(netid(*endpoint.protocol, address)), to_universal(address)});
      }
  } catch (const rpc::Error&) {
    unset_all();
    if (registering == Registering::required) throw;
  }
}

Registration::Registration(Registration&& other) noexcept
    : portmapper_(std::move(other.portmapper_)), entries_(std::exchange(other.entries_, {})) {}

Registration& Registration::operator=(Registration&& other) noexcept {
  std::swap(portmapper_, other.portmapper_);
  std::swap(entries_, other.entries_);
  return *this;
}

Registration::~Registration() { unset_all(); }

void Registration::set(const Entry& entry) {
  // What a server left behind that died: the table would keep the old address (RFC 1833 §2.2.1).
  set_or_unset(portmapper_, false, entry.program, entry.netid, entry.address);
  if (!set_or_unset(portmapper_, true, entry.program, entry.netid, entry.address))
    throw rpc::Error(rpc::errc::registration_refused,
                     "the portmapper at " + portmapper_.text() + " refuses " + entry.program.name + " version " +
                         std::to_string(entry.program.version) + " on " + entry.netid +
                         ": another user's server is registered for it; stop that one, or do not register");
  entries_.push_back(entry);
}

void Registration::unset_all() noexcept {
  for (const Entry& entry : std::exchange(entries_, {})) {
    try {
      set_or_unset(portmapper_, false, entry.program, entry.netid, entry.address);
    } catch (const std::exception&) {
      // The portmapper has gone, and the entry with it.
    }
  }
}

}  // namespace onc::binding
