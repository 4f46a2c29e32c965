#include "info/commands.h"
#include "info/host_portmapper.h"
#include "info/json.h"
#include "info/shown.h"

#include <algorithm>
#include <iterator>

namespace info {
namespace {

struct Outcome {
  std::vector<Registration> removed;
  std::vector<Registration> left;
};

// Those meant, sorted.
std::vector<Registration> find(HostPortmapper& portmapper, std::uint32_t program, std::uint32_t version,
                               const std::string& netid) {
  std::vector<Registration> found;
  for (Registration& item : portmapper.table().registrations)
    if (item.program == program && item.version == version && (netid.empty() || item.netid == netid))
      found.push_back(std::move(item));
  std::sort(found.begin(), found.end());
  return found;
}

// rpcbind answers TRUE where there was nothing to remove, and portmap version 2 also where it refuses: the table is
// what tells.
Outcome unset(HostPortmapper& portmapper, std::uint32_t program, std::uint32_t version, const std::string& netid) {
  const auto before = find(portmapper, program, version, netid);
  if (before.empty()) return {};
  portmapper.unset(program, version, netid);
  Outcome outcome{{}, find(portmapper, program, version, netid)};
  std::set_difference(before.begin(), before.end(), outcome.left.begin(), outcome.left.end(),
                      std::back_inserter(outcome.removed));
  return outcome;
}

std::string text(const Registration& item) {
  return shown(item.netid) + " " + shown(place_of(item)) + " of " + shown(item.owner.value_or("unknown"));
}

void print(const Outcome& outcome, const std::string& what, std::ostream& out) {
  for (const Registration& item : outcome.removed) out << "removed: " << text(item) << '\n';
  for (const Registration& item : outcome.left) out << "still registered: " << text(item) << '\n';
  if (outcome.removed.empty() && outcome.left.empty())
    out << what << " is not registered, so there was nothing to remove\n";
  else if (!outcome.left.empty())
    out << "The portmapper refused: it removes one's own for anybody, everybody's for root, and never itself.\n";
}

Json to_json(const std::vector<Registration>& items) {
  Json list = Json::array();
  for (const Registration& item : items)
    list.push_back(
        {{"netid", item.netid}, {"address", item.address}, {"owner", item.owner ? Json(*item.owner) : Json()}});
  return list;
}

}  // namespace

int remove(const Asking& asking, std::uint32_t program, std::uint32_t version, const std::string& netid,
           const ProgramNames& names, std::ostream& out) {
  HostPortmapper portmapper = HostPortmapper::to_change(asking.timeout);
  const Outcome outcome = unset(portmapper, program, version, netid);
  const std::string name = names.of(program);
  if (asking.json)
    print_json(out, {{"program", program},
                     {"name", name_or_null(name)},
                     {"version", version},
                     {"removed", to_json(outcome.removed)},
                     {"left", to_json(outcome.left)}});
  else
    print(outcome,
          (name.empty() ? "program " + std::to_string(program) : shown(name)) + " version " + std::to_string(version) +
              (netid.empty() ? "" : " on " + shown(netid)),
          out);
  return outcome.left.empty() && !outcome.removed.empty() ? 0 : 1;
}

}  // namespace info
