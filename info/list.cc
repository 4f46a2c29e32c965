#include "info/commands.h"
#include "info/host_portmapper.h"
#include "info/json.h"
#include "info/shown.h"

#include <algorithm>
#include <set>
#include <span>
#include <tuple>

namespace info {
namespace {

using Run = std::span<const Registration>;

// A program's registrations next to each other, and in there those that differ in nothing but the version.
bool goes_before(const Registration& a, const Registration& b) {
  return std::tie(a.program, a.netid, a.address, a.owner, a.version) <
         std::tie(b.program, b.netid, b.address, b.owner, b.version);
}

bool same_program(const Registration& a, const Registration& b) { return a.program == b.program; }

bool same_but_version(const Registration& a, const Registration& b) {
  return std::tie(a.program, a.netid, a.address, a.owner) == std::tie(b.program, b.netid, b.address, b.owner);
}

template <class Alike>
std::vector<Run> runs(const std::vector<Registration>& sorted, Alike alike) {
  std::vector<Run> runs;
  for (auto begin = sorted.begin(); begin != sorted.end();) {
    const auto end = std::find_if_not(begin, sorted.end(), [&](const auto& item) { return alike(*begin, item); });
    runs.emplace_back(begin, end);
    begin = end;
  }
  return runs;
}

std::string versions_of(Run run) {
  std::vector<std::uint32_t> versions;
  for (const Registration& registration : run) versions.push_back(registration.version);
  return shown_versions(std::move(versions));
}

// A column is never empty: others count them.
std::string name_or_dash(const std::string& name) { return name.empty() ? "-" : name; }

std::string owner_of(const Registration& registration) { return registration.owner.value_or("unknown"); }

// Each once. A stranger may have said thousands of them: more than are shown are not looked for.
template <class ToText>
std::string all_of(Run run, ToText to_text) {
  constexpr std::size_t most = 60;
  std::set<std::string> different;
  for (auto item = run.begin(); item != run.end() && different.size() < most; ++item) different.insert(to_text(*item));
  std::string text;
  for (const std::string& one : different) text += (text.empty() ? "" : ",") + one;
  return text;
}

void print_whole(const std::vector<Registration>& sorted, const ProgramNames& names, std::ostream& out) {
  print_table(out, {"PROGRAM", "NAME", "VERSIONS", "NETID", "ADDRESS", "OWNER"}, runs(sorted, same_but_version),
              [&](Run run) -> Row {
                const Registration& first = run.front();
                return {std::to_string(first.program),
                        name_or_dash(names.of(first.program)),
                        versions_of(run),
                        first.netid,
                        place_of(first),
                        owner_of(first)};
              });
}

void print_brief(const std::vector<Registration>& sorted, const ProgramNames& names, std::ostream& out) {
  print_table(
      out, {"PROGRAM", "NAME", "VERSIONS", "NETIDS", "OWNERS"}, runs(sorted, same_program), [&](Run run) -> Row {
        return {std::to_string(run.front().program), name_or_dash(names.of(run.front().program)), versions_of(run),
                all_of(run, [](const Registration& item) { return item.netid; }), all_of(run, owner_of)};
      });
}

Json to_json(const Registration& registration, const ProgramNames& names) {
  Json json = {{"program", registration.program},
               {"name", name_or_null(names.of(registration.program))},
               {"version", registration.version},
               {"netid", registration.netid},
               {"address", registration.address},
               {"host", nullptr},
               {"port", nullptr},
               {"owner", nullptr}};
  if (const auto address = address_of(registration)) json["host"] = address->host();
  if (const auto address = address_of(registration); address && address->is_ip()) json["port"] = address->port();
  if (registration.owner) json["owner"] = *registration.owner;
  return json;
}

}  // namespace

int list(const Asking& asking, bool brief, const ProgramNames& names, std::ostream& out) {
  HostPortmapper portmapper(asking.host, asking.timeout);
  Table table = portmapper.table();
  std::sort(table.registrations.begin(), table.registrations.end(), goes_before);
  if (asking.json)
    print_json_list(out, {{"portmapper", portmapper.at()}, {"protocol", table.protocol}}, "registrations",
                    table.registrations, [&](const Registration& item) { return to_json(item, names); });
  else if (brief)
    print_brief(table.registrations, names, out);
  else
    print_whole(table.registrations, names, out);
  return 0;
}

}  // namespace info
