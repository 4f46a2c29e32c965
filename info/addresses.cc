#include <onc/binding/universal_address.h>

#include "info/commands.h"
#include "info/host_portmapper.h"
#include "info/json.h"
#include "info/shown.h"

namespace info {
namespace {

using onc::rpcbind::rpcb_entry;
using onc::rpcbind::rpcb_entry_list;

std::optional<onc::transport::Address> address_of(const rpcb_entry& entry) {
  return onc::binding::from_universal(entry.r_nc_netid, entry.r_maddr);
}

// RFC 1833 §2.1, with the numbers of netconfig(5).
std::string semantics(std::uint32_t number) {
  switch (number) {
    case 1: return "datagrams";
    case 2: return "stream";
    case 3: return "stream, orderly release";
    default: return std::to_string(number);
  }
}

Row to_row(const rpcb_entry_list& item) {
  const rpcb_entry& entry = item.rpcb_entry_map;
  const auto address = address_of(entry);
  return {entry.r_nc_netid, address ? address->text() : entry.r_maddr, entry.r_nc_protofmly, entry.r_nc_proto,
          semantics(entry.r_nc_semantics)};
}

Json to_json(const rpcb_entry_list& item) {
  const rpcb_entry& entry = item.rpcb_entry_map;
  const auto address = address_of(entry);
  return {{"netid", entry.r_nc_netid},
          {"address", entry.r_maddr},
          {"host", address ? Json(address->host()) : Json()},
          {"port", address && address->is_ip() ? Json(address->port()) : Json()},
          {"family", entry.r_nc_protofmly},
          {"protocol", entry.r_nc_proto},
          {"semantics", entry.r_nc_semantics}};
}

}  // namespace

int addresses(const Asking& asking, std::uint32_t program, std::uint32_t version, const ProgramNames& names,
              std::ostream& out) {
  HostPortmapper portmapper(asking.host, asking.timeout);
  const auto all = portmapper.addresses(program, version);
  if (asking.json)
    print_json_list(out,
                    {{"portmapper", portmapper.at()},
                     {"program", program},
                     {"name", name_or_null(names.of(program))},
                     {"version", version}},
                    "addresses", all, to_json);
  else if (!all.empty())
    print_table(out, {"NETID", "ADDRESS", "FAMILY", "PROTOCOL", "SEMANTICS"}, all, to_row);
  else
    out << "program " << program << " version " << version << " is not registered with the portmapper at "
        << portmapper.at() << '\n';
  return all.empty() ? 1 : 0;
}

}  // namespace info
