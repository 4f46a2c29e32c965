#include <onc/binding/binding.h>
#include <onc/binding/portmappers.h>
#include <onc/binding/universal_address.h>
#include <onc/client/client.h>
#include <onc/rpc/error.h>

#include "portmap.x.h"
#include "rpcbind.x.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <set>
#include <utility>

#include <unistd.h>

namespace onc::binding {

using transport::Clock;
using transport::Endpoint;
using transport::TimePoint;

namespace {

// For everything that is said in one go. The portmapper is on this host: one that does not answer by then is not
// going to, and an exit must not wait for it entry by entry.
constexpr auto patience = std::chrono::seconds(5);

std::chrono::milliseconds left_until(TimePoint deadline) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()), std::chrono::milliseconds(1));
}

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

// What is said to one portmapper: by rpcbind version 3, and by portmap version 2 where that is unknown.
class Talk {
 public:
  Talk(const Endpoint& portmapper, TimePoint deadline)
      : deadline_(deadline), version_3_(portmapper.text()), version_2_(portmapper.text()) {}

  bool set(const rpc::Program& program, const std::string& id, const std::string& address) {
    return ask([&](Version3& portmapper) { return portmapper.RPCBPROC_SET(to_rpcb(program, id, address)); },
               [&](Version2& portmapper) { return portmapper.PMAPPROC_SET(to_mapping(program, id, address)); });
  }

  bool unset(const rpc::Program& program, const std::string& id, const std::string& address) {
    return ask([&](Version3& portmapper) { return portmapper.RPCBPROC_UNSET(to_rpcb(program, id, address)); },
               [&](Version2& portmapper) { return portmapper.PMAPPROC_UNSET(to_mapping(program, id, address)); });
  }

  // Whether this very address was registered when the first such question was asked.
  bool stands(const rpc::Program& program, const std::string& id, const std::string& address) {
    return ask(
        [&](Version3& portmapper) {
          if (!table_) table_ = portmapper.RPCBPROC_DUMP();
          return std::any_of(table_->begin(), table_->end(), [&](const rpcbind::rp__list& item) {
            const rpcbind::rpcb& map = item.rpcb_map;
            return map.r_prog == program.number && map.r_vers == program.version && map.r_netid == id &&
                   map.r_addr == address;
          });
        },
        [&](Version2& portmapper) {
          const auto map = to_mapping(program, id, address);
          return portmapper.PMAPPROC_GETPORT(map) == map.port;
        });
  }

 private:
  using Version3 = rpcbind::RPCBPROG::RPCBVERS::Client;
  using Version2 = portmap::PMAP_PROG::PMAP_VERS::Client;

  template <class By3, class By2>
  bool ask(By3 by_3, By2 by_2) {
    if (!version_2_only_) {
      try {
        version_3_.set_timeout(left_until(deadline_));
        return by_3(version_3_);
      } catch (const rpc::Error& error) {
        if (!speaks_another_version(error)) throw;
        version_2_only_ = true;
      }
    }
    version_2_.set_timeout(left_until(deadline_));
    return by_2(version_2_);
  }

  TimePoint deadline_;
  Version3 version_3_;
  Version2 version_2_;
  bool version_2_only_ = false;
  std::optional<rpcbind::rpcblist_ptr> table_;
};

constexpr rpc::Program portmapper_program{100000, 3, "RPCBPROG", "RPCBVERS"};

bool answers(const Endpoint& portmapper, TimePoint deadline) {
  try {
    rpc::Client client(portmapper.text(), {.timeout = left_until(deadline)});
    client.call(
        {portmapper_program, 0, "NULL"}, [](xdr::Encoder&) {}, [](xdr::Decoder&) {});
    return true;
  } catch (const rpc::Error& error) {
    if (error.code() == rpc::errc::bad_endpoint) throw;
    return speaks_another_version(error);
  }
}

Endpoint find_portmapper(TimePoint deadline) {
  std::string tried;
  for (const Endpoint& portmapper : own_portmappers()) {
    if (answers(portmapper, deadline)) return portmapper;
    tried += (tried.empty() ? "" : ", ") + portmapper.text();
    if (Clock::now() >= deadline) break;
  }
  throw rpc::Error(rpc::errc::registration_refused, "no portmapper answers at " + tried +
                                                        ": start rpcbind or portmapper, name another one by " +
                                                        portmapper_variable + ", or do not register");
}

}  // namespace

Registration::Registration(const std::vector<rpc::Program>& programs, const std::vector<Endpoint>& endpoints,
                           Registering registering) {
  if (registering == Registering::no) return;
  const TimePoint deadline = Clock::now() + patience;
  try {
    portmapper_ = find_portmapper(deadline);
    set_all(entries(programs, endpoints), deadline);
  } catch (const rpc::Error& error) {
    unset_all(deadline);
    // A portmapper that cannot be meant is a mistake, and no portmapper that is not there.
    if (registering == Registering::required || error.code() == rpc::errc::bad_endpoint) throw;
    why_not_ = error.what();
  }
}

Registration::Registration(Registration&& other) noexcept
    : portmapper_(std::move(other.portmapper_)),
      entries_(std::exchange(other.entries_, {})),
      why_not_(std::move(other.why_not_)) {}

Registration& Registration::operator=(Registration&& other) noexcept {
  std::swap(portmapper_, other.portmapper_);
  std::swap(entries_, other.entries_);
  std::swap(why_not_, other.why_not_);
  return *this;
}

Registration::~Registration() { unset_all(Clock::now() + patience); }

// A table has one address for a program on a netid: the first of ours.
std::vector<Registration::Entry> Registration::entries(const std::vector<rpc::Program>& programs,
                                                       const std::vector<Endpoint>& endpoints) {
  std::vector<Entry> entries;
  for (const rpc::Program& program : programs) {
    std::set<std::string_view> told;
    for (const Endpoint& endpoint : endpoints) {
      const auto address = transport::resolve(endpoint).front();
      const std::string_view id = netid(*endpoint.protocol, address);
      if (told.insert(id).second) entries.push_back({program, std::string(id), to_universal(address)});
    }
  }
  return entries;
}

void Registration::set_all(const std::vector<Entry>& entries, TimePoint deadline) {
  Talk talk(portmapper_, deadline);
  // What a server left behind that died: the table would keep the old address (RFC 1833 §2.2.1). All of it before the
  // first is set, for version 2 removes a program's TCP and UDP at once (RFC 1833 §3.2).
  for (const Entry& entry : entries) talk.unset(entry.program, entry.netid, entry.address);
  for (const Entry& entry : entries) {
    if (!talk.set(entry.program, entry.netid, entry.address))
      throw rpc::Error(rpc::errc::registration_refused,
                       "the portmapper at " + portmapper_.text() + " refuses " + entry.program.name + " version " +
                           std::to_string(entry.program.version) + " on " + entry.netid +
                           ": another user's server is registered for it; stop that one, or do not register");
    entries_.push_back(entry);
  }
}

void Registration::unset_all(TimePoint deadline) noexcept {
  const auto entries = std::exchange(entries_, {});
  if (entries.empty()) return;
  try {
    Talk talk(portmapper_, deadline);
    // Another server of the same user may have put itself in our place: its entries are not ours to remove.
    for (const Entry& entry : entries)
      if (talk.stands(entry.program, entry.netid, entry.address)) talk.unset(entry.program, entry.netid, entry.address);
  } catch (const std::exception&) {
    // The portmapper has gone, and the entries with it; or it hangs, and would let us wait for each of them.
  }
}

}  // namespace onc::binding
