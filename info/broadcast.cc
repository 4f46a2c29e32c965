#include <onc/client/broadcast.h>
#include <onc/transport/broadcast.h>
#include <onc/transport/clock.h>

#include "info/commands.h"
#include "info/json.h"
#include "info/shown.h"

namespace info {
namespace {

using onc::transport::Clock;

struct Heard {
  onc::transport::Address from;
  std::chrono::nanoseconds after;
};

onc::rpc::Broadcast ask(const BroadcastOptions& options, const char* name) {
  onc::rpc::BroadcastOptions how;
  how.duration = options.duration;
  how.port = options.port;
  how.portmapper_port = options.portmapper_port;
  how.to = options.to;
  return onc::rpc::Broadcast(
      {{options.program, options.version, name, ""}, 0, "NULL"}, [](onc::xdr::Encoder&) {}, how);
}

Json to_json(const Heard& heard) {
  return {{"host", heard.from.host()},
          {"port", heard.from.port()},
          {"after_ms", static_cast<double>(heard.after.count()) / 1e6}};
}

}  // namespace

int broadcast(const Asking& asking, const BroadcastOptions& options, const ProgramNames& names, std::ostream& out) {
  const std::string name = names.of(options.program);
  const auto begin = Clock::now();
  onc::rpc::Broadcast asked = ask(options, name.c_str());
  std::vector<Heard> all;
  while (const auto answer = asked.next()) {
    all.push_back({answer->from(), Clock::now() - begin});
    if (!asking.json)
      out << answer->from().text() << " after " << shown_milliseconds(all.back().after) << " ms" << std::endl;
  }
  if (asking.json)
    print_json_list(out, {{"program", options.program}, {"name", name_or_null(name)}, {"version", options.version}},
                    "answers", all, to_json);
  else if (all.empty() && options.to.empty() && onc::transport::broadcast_addresses(options.portmapper_port).empty())
    out << "Nobody answered, and over IPv4 nobody was asked, for no interface has a broadcast address: name one by "
           "--to.\n";
  else if (all.empty())
    out << "Nobody answered. Most portmappers pass on no calls from other hosts, as rpcbind without -r: with --port, "
           "servers themselves are asked.\n";
  return all.empty() ? 1 : 0;
}

}  // namespace info
