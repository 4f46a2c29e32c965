#include "info/host_portmapper.h"

#include <onc/binding/binding.h>
#include <onc/binding/portmappers.h>
#include <onc/binding/universal_address.h>

#include "portmap.x.h"

#include <algorithm>

#include <unistd.h>

namespace info {

using onc::rpc::Error;
using onc::transport::Address;
using onc::transport::Clock;
using onc::transport::Endpoint;
using onc::transport::Protocol;
using onc::transport::TimePoint;
using Version4 = onc::rpcbind::RPCBPROG::RPCBVERS4::Client;
using Version3 = onc::rpcbind::RPCBPROG::RPCBVERS::Client;
using Version2 = onc::portmap::PMAP_PROG::PMAP_VERS::Client;

namespace {

constexpr std::size_t longest_table = std::size_t{16} << 20;
// Nothing else that a portmapper tells is that long.
constexpr std::size_t longest_else = std::size_t{1} << 20;

onc::rpc::ClientOptions options(TimePoint deadline, std::size_t longest) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return {.timeout = std::max(left, std::chrono::milliseconds(1)),
          .max_reply = longest,
          .decoding = {.memory = 4 * longest, .lenient = true}};
}

Endpoint to_place(const std::string& host) {
  Endpoint place = Endpoint::parse(host);
  if (!place.protocol) place.protocol = Protocol::tcp;
  if (place.protocol != Protocol::local && !place.port) place.port = onc::binding::portmapper_port;
  return place;
}

Registration to_registration(onc::rpcbind::rp__list&& item) {
  onc::rpcbind::rpcb& map = item.rpcb_map;
  return {map.r_prog, map.r_vers, std::move(map.r_netid), std::move(map.r_addr), std::move(map.r_owner)};
}

std::string netid_of(std::uint32_t protocol) {
  if (protocol == onc::portmap::IPPROTO_TCP) return "tcp";
  if (protocol == onc::portmap::IPPROTO_UDP) return "udp";
  return "protocol " + std::to_string(protocol);
}

Registration to_registration(const onc::portmap::pmap& item) {
  const onc::portmap::mapping& map = item.map;
  // More than a port's 16 bits stay visible: such an address is none.
  const std::string address = "0.0.0.0." + std::to_string(map.port >> 8) + "." + std::to_string(map.port & 255);
  return {map.prog, map.vers, netid_of(map.prot), address, std::nullopt};
}

template <class List>
Table to_table(std::uint32_t protocol, List list) {
  Table table{protocol, {}};
  table.registrations.reserve(list.size());
  for (auto& item : list) table.registrations.push_back(to_registration(std::move(item)));
  return table;
}

// What `by_4` gives, or where the portmapper is too old for it `by_3` or `by_2`.
template <class By4, class By3, class By2>
auto by_any_version(By4 by_4, By3 by_3, By2 by_2) {
  try {
    return by_4();
  } catch (const Error& error) {
    if (!onc::binding::speaks_another_version(error)) throw;
  }
  try {
    return by_3();
  } catch (const Error& error) {
    if (!onc::binding::speaks_another_version(error)) throw;
  }
  return by_2();
}

std::vector<Endpoint> local_ones(const std::vector<Endpoint>& places) {
  std::vector<Endpoint> local;
  for (const Endpoint& place : places)
    if (place.protocol == Protocol::local) local.push_back(place);
  return local.empty() ? places : local;
}

[[noreturn]] void tells_too_much(const Endpoint& place) {
  throw Error(onc::rpc::errc::record_too_long, "what comes from " + place.text() +
                                                   " is longer than anything a portmapper should tell, or no RPC at "
                                                   "all: is it a portmapper?");
}

[[noreturn]] void refuses(const Endpoint& place) {
  const char* const remedy = place.protocol == Protocol::udp
                                 ? "over UDP it may tell other hosts no more than they ask: write tcp://"
                                 : "see its hosts.allow and hosts.deny, and how many calls it lets a host make";
  throw Error(onc::rpc::errc::authentication_error,
              "the portmapper at " + place.text() + " refuses to answer: " + remedy);
}

// It is not there, or as good as not there: another place may be better.
bool is_silent(const Error& error) {
  return error.code() == std::errc::no_such_file_or_directory || error.code() == std::errc::connection_refused ||
         error.code() == std::errc::timed_out || error.code() == std::errc::permission_denied;
}

}  // namespace

std::optional<Address> address_of(const Registration& registration) {
  return onc::binding::from_universal(registration.netid, registration.address);
}

std::string place_of(const Registration& registration) {
  const auto address = address_of(registration);
  return address ? address->text() : registration.address;
}

HostPortmapper::HostPortmapper(std::vector<Endpoint> places, std::chrono::milliseconds timeout)
    : places_(std::move(places)), deadline_(Clock::now() + timeout) {}

HostPortmapper::HostPortmapper(const std::optional<std::string>& host, std::chrono::milliseconds timeout)
    : HostPortmapper(host ? std::vector{to_place(*host)} : onc::binding::own_portmappers(), timeout) {}

HostPortmapper HostPortmapper::to_change(std::chrono::milliseconds timeout) {
  return {local_ones(onc::binding::own_portmappers()), timeout};
}

template <class Question>
auto HostPortmapper::ask(Question question) {
  std::string silent;
  std::error_code why;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    try {
      auto answer = question(places_[i].text(), onc::transport::share_of(deadline_, places_.size() - i));
      places_ = {places_[i]};
      return answer;
    } catch (const Error& error) {
      if (error.code() == onc::rpc::errc::record_too_long) tells_too_much(places_[i]);
      if (error.code() == onc::rpc::errc::authentication_error) refuses(places_[i]);
      if (!is_silent(error)) throw;
      why = error.code();
      silent += (silent.empty() ? "" : ", ") + places_[i].text() + " (" + why.message() + ")";
    }
  }
  throw Error(why, "no portmapper answers at " + silent +
                       ": is rpcbind or portmapper running there, and is it let through to?");
}

Table HostPortmapper::table() {
  return ask([](const std::string& at, TimePoint deadline) {
    const auto limits = [=] { return options(deadline, longest_table); };
    return by_any_version([&] { return to_table(4, Version4(at, limits()).RPCBPROC_DUMP()); },
                          [&] { return to_table(3, Version3(at, limits()).RPCBPROC_DUMP()); },
                          [&] { return to_table(2, Version2(at, limits()).PMAPPROC_DUMP()); });
  });
}

onc::rpcbind::rpcb_stat_byvers HostPortmapper::statistics() {
  return ask([](const std::string& at, TimePoint deadline) {
    return Version4(at, options(deadline, longest_else)).RPCBPROC_GETSTAT();
  });
}

onc::rpcbind::rpcb_entry_list_ptr HostPortmapper::addresses(std::uint32_t program, std::uint32_t version) {
  return ask([=](const std::string& at, TimePoint deadline) {
    return Version4(at, options(deadline, longest_else)).RPCBPROC_GETADDRLIST({program, version, "", "", ""});
  });
}

bool HostPortmapper::unset(std::uint32_t program, std::uint32_t version, const std::string& netid) {
  return ask([&](const std::string& at, TimePoint deadline) {
    const auto limits = [=] { return options(deadline, longest_else); };
    const onc::rpcbind::rpcb which{program, version, netid, "", std::to_string(::geteuid())};
    return by_any_version([&] { return Version4(at, limits()).RPCBPROC_UNSET(which); },
                          [&] { return Version3(at, limits()).RPCBPROC_UNSET(which); },
                          [&] {
                            if (!netid.empty())
                              throw Error(onc::rpc::errc::procedure_unavailable,
                                          "the portmapper at " + at +
                                              " speaks version 2 only, which removes a program from all netids at "
                                              "once: leave the netid out");
                            return Version2(at, limits()).PMAPPROC_UNSET({program, version, 0, 0});
                          });
  });
}

}  // namespace info
