#include <onc/binding/binding.h>
#include <onc/binding/portmappers.h>
#include <onc/binding/universal_address.h>
#include <onc/client/client.h>
#include <onc/rpc/error.h>

#include "portmap.x.h"
#include "rpcbind.x.h"

#include <algorithm>
#include <optional>

namespace onc::binding {

using transport::Address;
using transport::Clock;
using transport::Endpoint;
using transport::Protocol;
using transport::TimePoint;

namespace {

// One question to one portmapper: where is `program` over `protocol`?
struct Question {
  const Endpoint& portmapper;
  const rpc::Program& program;
  Protocol protocol;
  TimePoint deadline;

  rpc::ClientOptions options() const {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return {.timeout = std::max(left, std::chrono::milliseconds(1))};
  }
};

// A server on all interfaces is where its portmapper is.
Address at_portmappers_host(const Address& any, const Endpoint& portmapper) {
  const std::string loopback = any.family() == AF_INET6 ? "::1" : "127.0.0.1";
  const bool local = portmapper.protocol == Protocol::local;
  return transport::resolve({Protocol::tcp, local ? loopback : portmapper.host, any.port()}).front();
}

// A stranger's text as it may stand on a terminal.
std::string shown(std::string text) {
  if (text.size() > 60) text.resize(60);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

std::optional<Address> to_address(std::string_view netid, const std::string& universal, const Endpoint& portmapper) {
  if (universal.empty()) return std::nullopt;
  const auto address = from_universal(netid, universal);
  if (!address)
    throw rpc::Error(rpc::errc::bad_reply, "the portmapper at " + portmapper.text() + " gave '" + shown(universal) +
                                               "', which is no universal address (RFC 5665)");
  return address->is_any() ? at_portmappers_host(*address, portmapper) : *address;
}

template <class RpcbindClient>
std::optional<Address> ask_rpcbind(const Question& question) {
  const Address at = transport::resolve(question.portmapper).front();  // numeric by now
  const std::string_view id = netid(question.protocol, at);
  RpcbindClient client(question.portmapper.text(), question.options());
  const std::string universal = client.RPCBPROC_GETADDR(
      {question.program.number, question.program.version, std::string(id), to_universal(at), ""});
  return to_address(id, universal, question.portmapper);
}

std::optional<Address> ask_portmap(const Question& question) {
  portmap::PMAP_PROG::PMAP_VERS::Client client(question.portmapper.text(), question.options());
  const auto protocol = question.protocol == Protocol::udp ? portmap::IPPROTO_UDP : portmap::IPPROTO_TCP;
  const std::uint32_t port = client.PMAPPROC_GETPORT({question.program.number, question.program.version, protocol, 0});
  if (port == 0 || port > 65535) return std::nullopt;
  const bool local = question.portmapper.protocol == Protocol::local;
  const Endpoint at{question.protocol, local ? "127.0.0.1" : question.portmapper.host,
                    static_cast<std::uint16_t>(port)};
  return transport::resolve(at).front();
}

// Over its local socket rpcbind would tell of local addresses only: the whole table has the others.
std::optional<Address> search_table(const Question& question) {
  rpcbind::RPCBPROG::RPCBVERS::Client client(question.portmapper.text(), question.options());
  for (const auto& entry : client.RPCBPROC_DUMP()) {
    const rpcbind::rpcb& map = entry.rpcb_map;
    if (map.r_prog == question.program.number && map.r_vers == question.program.version &&
        protocol_of(map.r_netid) == question.protocol)
      return to_address(map.r_netid, map.r_addr, question.portmapper);
  }
  return std::nullopt;
}

std::optional<Address> ask(const Question& question) {
  using namespace rpcbind::RPCBPROG;
  using Way = std::optional<Address> (*)(const Question&);
  const bool local = question.portmapper.protocol == Protocol::local;
  for (const Way way : {local ? search_table : ask_rpcbind<RPCBVERS4::Client>, ask_rpcbind<RPCBVERS::Client>}) {
    try {
      return way(question);
    } catch (const rpc::Error& error) {
      if (!speaks_another_version(error)) throw;
    }
  }
  return ask_portmap(question);
}

// One portmapper to ask for a program over one protocol.
struct Place {
  Protocol protocol;
  Endpoint portmapper;
};

std::vector<Place> places_to_ask(const Endpoint& server, TimePoint deadline) {
  std::vector<Place> places;
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp}) {
    if (server.protocol && server.protocol != protocol) continue;
    for (Endpoint& portmapper : portmappers_of(server.host, protocol, deadline))
      places.push_back({protocol, std::move(portmapper)});
  }
  return places;
}

[[noreturn]] void cannot_ask(const Endpoint& server, const Endpoint& portmapper, const rpc::Error& why) {
  if (why.code() == rpc::errc::bad_reply) throw rpc::Error(why.code(), why.what());
  const bool refuses = why.code() == rpc::errc::authentication_error;
  throw rpc::Error(
      why.code(), "the portmapper at " + portmapper.text() + " cannot be asked for the port (" +
                      (refuses ? "it refuses: see its hosts.allow, hosts.deny and limit of calls): let this host in"
                               : why.code().message() + "): start it") +
                      ", or write the port, as in " +
                      Endpoint{server.protocol.value_or(Protocol::tcp), server.host, 12345}.text());
}

[[noreturn]] void not_registered(const Place& place, const rpc::Program& program) {
  throw rpc::Error(rpc::errc::not_registered,
                   std::string(program.name) + " version " + std::to_string(program.version) +
                       " is not registered with the portmapper at " + place.portmapper.text() +
                       ": is its server running, and did it register?");
}

}  // namespace

Endpoint locate(const Endpoint& server, const rpc::Program& program, TimePoint deadline) {
  if (server.protocol == Protocol::local || (server.protocol && server.port)) return server;
  const std::vector<Place> places = places_to_ask(server, deadline);
  const Place* answered = nullptr;
  const Place* failed = nullptr;
  std::optional<rpc::Error> why;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& [protocol, portmapper] = places[i];
    try {
      // One more share is for the connection to what is found.
      const TimePoint until = transport::share_of(deadline, places.size() - i + 1);
      if (const auto address = ask({portmapper, program, protocol, until})) return Endpoint::at(protocol, *address);
      answered = &places[i];
    } catch (const rpc::Error& error) {
      if (!failed) failed = &places[i];
      if (!why) why = error;
    }
  }
  if (!answered) cannot_ask(server, failed->portmapper, *why);
  not_registered(*answered, program);
}

}  // namespace onc::binding
