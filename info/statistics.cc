#include "info/commands.h"
#include "info/host_portmapper.h"
#include "info/json.h"
#include "info/shown.h"

#include <array>
#include <string_view>

namespace info {
namespace {

using onc::rpcbind::rpcb_stat;
using onc::rpcbind::rpcbs_addrlist;
using onc::rpcbind::rpcbs_rmtcalllist;

// By number, in the words of RFC 1833.
constexpr std::array<std::string_view, onc::rpcbind::RPCBSTAT_HIGHPROC> portmap_procedures = {
    "NULL", "SET", "UNSET", "GETPORT", "DUMP", "CALLIT"};
constexpr std::array<std::string_view, onc::rpcbind::RPCBSTAT_HIGHPROC> rpcbind_procedures = {
    "NULL",        "SET",         "UNSET",       "GETADDR",  "DUMP",        "CALLIT", "GETTIME",
    "UADDR2TADDR", "TADDR2UADDR", "GETVERSADDR", "INDIRECT", "GETADDRLIST", "GETSTAT"};

struct Version {
  std::uint32_t number;
  const rpcb_stat& counts;
};

bool has_procedure(std::uint32_t version, std::size_t procedure) {
  return procedure <= (version == 2 ? 5 : version == 3 ? 8 : 12);
}

// Version 4 calls its fifth procedure otherwise than 3.
std::string procedure_name(std::uint32_t version, std::size_t procedure) {
  if (version == 4 && procedure == 5) return "BCAST";
  const std::string_view name = (version == 2 ? portmap_procedures : rpcbind_procedures)[procedure];
  return name.empty() ? "procedure " + std::to_string(procedure) : std::string(name);
}

std::string program_name(std::uint32_t program, const ProgramNames& names) {
  const std::string name = names.of(program);
  return name.empty() ? std::to_string(program) : name;
}

void print_calls(const Version& version, std::ostream& out) {
  std::string line;
  for (std::size_t i = 0; i < version.counts.info.size(); ++i) {
    if (version.counts.info[i] == 0) continue;
    line +=
        (line.empty() ? "" : ", ") + procedure_name(version.number, i) + " " + std::to_string(version.counts.info[i]);
  }
  out << (version.number == 2 ? "portmap" : "rpcbind") << " version " << version.number << '\n'
      << "  calls: " << (line.empty() ? "none" : line) << '\n'
      << "  registered: " << version.counts.setinfo << ", removed: " << version.counts.unsetinfo << '\n';
}

Row to_row(const rpcbs_addrlist& item, const ProgramNames& names) {
  return {"  " + program_name(item.prog, names), std::to_string(item.vers), item.netid, std::to_string(item.success),
          std::to_string(item.failure)};
}

Row to_row(const rpcbs_rmtcalllist& item, const ProgramNames& names) {
  return {"  " + program_name(item.prog, names), std::to_string(item.vers),    std::to_string(item.proc),    item.netid,
          std::to_string(item.success),          std::to_string(item.failure), std::to_string(item.indirect)};
}

void print(const Version& version, const ProgramNames& names, std::ostream& out) {
  print_calls(version, out);
  const auto row = [&](const auto& item) { return to_row(item, names); };
  if (!version.counts.addrinfo.empty())
    print_table(out, {"  LOOKED UP", "VERSION", "NETID", "FOUND", "NOT FOUND"}, version.counts.addrinfo, row);
  if (!version.counts.rmtinfo.empty())
    print_table(out, {"  PASSED ON TO", "VERSION", "PROCEDURE", "NETID", "DONE", "FAILED", "INDIRECT"},
                version.counts.rmtinfo, row);
}

Json to_json(const rpcbs_addrlist& item, const ProgramNames& names) {
  return {{"program", item.prog},  {"name", name_or_null(names.of(item.prog))},
          {"version", item.vers},  {"netid", item.netid},
          {"found", item.success}, {"not_found", item.failure}};
}

Json to_json(const rpcbs_rmtcalllist& item, const ProgramNames& names) {
  return {{"program", item.prog},   {"name", name_or_null(names.of(item.prog))},
          {"version", item.vers},   {"procedure", item.proc},
          {"netid", item.netid},    {"done", item.success},
          {"failed", item.failure}, {"indirect", item.indirect}};
}

template <class List>
Json to_list(const List& list, const ProgramNames& names) {
  Json json = Json::array();
  for (const auto& item : list) json.push_back(to_json(item, names));
  return json;
}

Json to_json(const Version& version, const ProgramNames& names) {
  Json calls = Json::object();
  for (std::size_t i = 0; i < version.counts.info.size(); ++i)
    if (version.counts.info[i] != 0 || has_procedure(version.number, i))
      calls[procedure_name(version.number, i)] = version.counts.info[i];
  return {{"version", version.number},
          {"calls", calls},
          {"registered", version.counts.setinfo},
          {"removed", version.counts.unsetinfo},
          {"lookups", to_list(version.counts.addrinfo, names)},
          {"passed_on", to_list(version.counts.rmtinfo, names)}};
}

}  // namespace

int statistics(const Asking& asking, const ProgramNames& names, std::ostream& out) {
  HostPortmapper portmapper(asking.host, asking.timeout);
  const auto by_version = portmapper.statistics();
  std::vector<Version> versions;
  for (const rpcb_stat& counts : by_version)
    versions.push_back({static_cast<std::uint32_t>(versions.size() + 2), counts});
  if (asking.json)
    print_json_list(out, {{"portmapper", portmapper.at()}}, "versions", versions,
                    [&](const Version& version) { return to_json(version, names); });
  else
    for (const Version& version : versions) print(version, names, out);
  return 0;
}

}  // namespace info
