#include <onc/binding/binding.h>
#include <onc/binding/portmappers.h>
#include <onc/binding/universal_address.h>
#include <onc/rpc/error.h>

#include "info/commands.h"
#include "info/host_portmapper.h"
#include "info/json.h"
#include "info/probe.h"
#include "info/shown.h"

#include <algorithm>
#include <limits>

namespace info {

using onc::rpc::Error;
using onc::rpc::VersionRange;
using onc::transport::Endpoint;
using onc::transport::Protocol;

namespace {

// A server may say that it has four thousand million.
constexpr std::uint32_t most_versions = 32;

// The calls of one version.
struct Pinged {
  std::uint32_t version = 0;
  std::uint32_t calls = 0;
  std::chrono::nanoseconds shortest = std::chrono::nanoseconds::max();
  std::chrono::nanoseconds longest{};
  std::chrono::nanoseconds all{};
  onc::rpc::ReplyHeader last;

  bool is_ready() const { return !last.failure; }
  std::chrono::nanoseconds average() const { return all / calls; }
};

// What is to be pinged, and what the server said that it has.
struct Versions {
  std::vector<std::uint32_t> numbers;
  std::optional<VersionRange> said;
  bool any = false;  // whatever it is asked for, it answers

  bool is_cut() const { return said && said->high - said->low >= most_versions; }
};

std::string title(std::uint32_t program, const ProgramNames& names) {
  const std::string name = names.of(program);
  return name.empty() ? "program " + std::to_string(program) : name;
}

[[noreturn]] void not_registered(const std::string& name, const std::string& transports, const std::string& host) {
  throw Error(onc::rpc::errc::not_registered, name + " is not registered over " + transports +
                                                  " with the portmapper of " + host +
                                                  ": is its server running, and did it register?");
}

Endpoint locate_version(const Endpoint& server, std::uint32_t version, const std::string& name,
                        const PingOptions& options, const Asking& asking) {
  const onc::rpc::Program program{options.program, version, name.c_str(), ""};
  return onc::binding::locate(server, program, onc::transport::Clock::now() + asking.timeout);
}

// Asked for a version that it lacks, a portmapper gives the address of another.
Endpoint locate_any(const Endpoint& server, const std::string& name, const PingOptions& options, const Asking& asking) {
  try {
    return locate_version(server, 0, name, options, asking);
  } catch (const Error& error) {
    if (error.code() != onc::rpc::errc::not_registered) throw;
    not_registered(name, onc::transport::name(*server.protocol), server.host);
  }
}

// But over its local socket it is the table that is asked, which has no version but those that are there.
Endpoint locate_by_table(const Endpoint& server, const std::string& name, const PingOptions& options,
                         const Asking& asking) {
  HostPortmapper portmapper(std::nullopt, asking.timeout);
  for (const Registration& item : portmapper.table().registrations)
    if (item.program == options.program && onc::binding::protocol_of(item.netid) == server.protocol)
      return locate_version(server, item.version, name, options, asking);
  not_registered(name, onc::transport::name(*server.protocol), server.host);
}

Endpoint locate_over(Endpoint server, const Asking& asking, const PingOptions& options, const std::string& name) {
  if (server.protocol == Protocol::local || server.port) return server;
  if (options.version) return locate_version(server, *options.version, name, options, asking);
  const auto portmappers =
      onc::binding::portmappers_of(server.host, *server.protocol, onc::transport::Clock::now() + asking.timeout);
  const bool is_local = portmappers.front().protocol == Protocol::local;
  return (is_local ? locate_by_table : locate_any)(server, name, options, asking);
}

Endpoint locate(const Asking& asking, const PingOptions& options, const std::string& name) {
  Endpoint server = Endpoint::parse(*asking.host);
  if (!server.protocol) server.protocol = options.protocol;
  if (server.protocol) return locate_over(server, asking, options, name);
  for (const Protocol protocol : {Protocol::tcp, Protocol::udp}) {
    try {
      server.protocol = protocol;
      return locate_over(server, asking, options, name);
    } catch (const Error& error) {
      if (error.code() != onc::rpc::errc::not_registered) throw;
    }
  }
  not_registered(name, "tcp or udp", server.host);
}

// What a version that is surely not there is answered with: nobody has version 0, and where somebody has all the same,
// not the last.
std::optional<VersionRange> said_versions(Probe& probe) {
  for (const std::uint32_t version : {std::uint32_t{0}, std::numeric_limits<std::uint32_t>::max()}) {
    const onc::rpc::ReplyHeader reply = probe.ask(version).reply;
    if (reply.failure == onc::rpc::errc::version_mismatch) return reply.versions;
    if (reply.failure)
      throw Error(*reply.failure, "which versions there are could not be learnt: " + why_not_served(reply));
  }
  return std::nullopt;
}

Versions versions_of(Probe& probe) {
  const auto said = said_versions(probe);
  if (!said) return {{0}, std::nullopt, true};
  if (said->low > said->high)
    throw Error(onc::rpc::errc::bad_reply, "the server says that it has versions from " + std::to_string(said->low) +
                                               " to " + std::to_string(said->high) +
                                               ", which is nonsense: name the version that you mean");
  Versions versions{{}, said, false};
  const std::uint32_t count = std::min(said->high - said->low, most_versions - 1) + 1;
  for (std::uint32_t i = 0; i < count; ++i) versions.numbers.push_back(said->low + i);
  return versions;
}

// One that a server does not serve, or that fails, is not asked again.
Pinged ping_version(Probe& probe, std::uint32_t version, std::uint32_t count) {
  Pinged pinged;
  pinged.version = version;
  while (pinged.calls < count && pinged.is_ready()) {
    const Probe::Answer answer = probe.ask(version);
    pinged.last = answer.reply;
    pinged.shortest = std::min(pinged.shortest, answer.took);
    pinged.longest = std::max(pinged.longest, answer.took);
    pinged.all += answer.took;
    ++pinged.calls;
  }
  return pinged;
}

// The lowest and the highest are there; what lies between need not be (RFC 5531 §9).
bool is_gap(const Pinged& pinged, const Versions& versions) {
  return versions.said && pinged.last.failure == onc::rpc::errc::version_mismatch &&
         pinged.version != versions.said->low && pinged.version != versions.said->high;
}

std::string what_is_cut(const Versions& versions) {
  return "The server says that it has versions " + std::to_string(versions.said->low) + " to " +
         std::to_string(versions.said->high) + ": only the first " + std::to_string(most_versions) + " were called.";
}

std::string outcome(const Pinged& pinged) {
  if (pinged.is_ready()) return "ready";
  if (pinged.last.failure != onc::rpc::errc::version_mismatch) return why_not_served(pinged.last);
  const VersionRange versions = pinged.last.versions;
  if (versions.low == versions.high) return "not served; version " + std::to_string(versions.low) + " is";
  return "not served, though the server says " + std::to_string(versions.low) + " to " + std::to_string(versions.high);
}

void print(const std::string& title, const Endpoint& server, const Versions& versions, const std::vector<Pinged>& all,
           std::ostream& out) {
  out << shown(title) << " at " << server.text() << '\n';
  print_table(out, {"VERSION", "CALLS", "MIN ms", "AVG ms", "MAX ms", "OUTCOME"}, all, [](const Pinged& pinged) -> Row {
    return {std::to_string(pinged.version),      std::to_string(pinged.calls),
            shown_milliseconds(pinged.shortest), shown_milliseconds(pinged.average()),
            shown_milliseconds(pinged.longest),  outcome(pinged)};
  });
  if (versions.any) out << "The server answers whatever version it is called for.\n";
  if (versions.is_cut()) out << what_is_cut(versions) << '\n';
}

double to_milliseconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }

Json to_json(const Pinged& pinged) {
  return {{"version", pinged.version},
          {"ready", pinged.is_ready()},
          {"why_not", name_or_null(why_not_served(pinged.last))},
          {"calls", pinged.calls},
          {"min_ms", to_milliseconds(pinged.shortest)},
          {"avg_ms", to_milliseconds(pinged.average())},
          {"max_ms", to_milliseconds(pinged.longest)}};
}

Json to_json(const PingOptions& options, const ProgramNames& names, const Endpoint& server, const Versions& versions,
             const std::vector<Pinged>& all) {
  Json json = {{"program", options.program},
               {"name", name_or_null(names.of(options.program))},
               {"server", server.text()},
               {"low", nullptr},
               {"high", nullptr},
               {"versions", Json::array()}};
  if (versions.said) json["low"] = versions.said->low;
  if (versions.said) json["high"] = versions.said->high;
  for (const Pinged& pinged : all) json["versions"].push_back(to_json(pinged));
  return json;
}

}  // namespace

int ping(const Asking& asking, const PingOptions& options, const ProgramNames& names, std::ostream& out) {
  const std::string name = title(options.program, names);
  const Endpoint server = locate(asking, options, name);
  Probe probe(server, options.program, name, asking.timeout);
  const Versions versions = options.version ? Versions{{*options.version}, std::nullopt, false} : versions_of(probe);
  std::vector<Pinged> all;
  for (const std::uint32_t version : versions.numbers) all.push_back(ping_version(probe, version, options.count));
  if (asking.json)
    print_json(out, to_json(options, names, server, versions, all));
  else
    print(name, server, versions, all, out);
  const bool any = std::any_of(all.begin(), all.end(), [](const Pinged& pinged) { return pinged.is_ready(); });
  const auto is_good = [&](const Pinged& pinged) { return pinged.is_ready() || is_gap(pinged, versions); };
  return any && std::all_of(all.begin(), all.end(), is_good) ? 0 : 1;
}

}  // namespace info
