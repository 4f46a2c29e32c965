#include "portmapper/registry.h"
#include "portmapper/netconfig.h"

#include <algorithm>
#include <iterator>

namespace portmapper {

void Registry::add_own(const std::string& netid, const std::string& address) {
  // Version 2 knows TCP and UDP over IPv4 only (RFC 1833 §3).
  const bool said_by_version_2 = netid == "tcp" || netid == "udp";
  for (const std::uint32_t version : {4U, 3U, 2U})
    if (version != 2 || said_by_version_2) add({own_program, version, netid, address, std::string(superuser)});
}

bool Registry::set(const Entry& entry) {
  if (entry.program == own_program || !is_address_of(entry.netid, entry.address)) return false;
  if (const Entry* there = find_exactly(entry.program, entry.version, entry.netid))
    return there->address == entry.address;
  if (!has_room_for(entry.owner)) return false;
  add(entry);
  return true;
}

bool Registry::unset(std::uint32_t program, std::uint32_t version, std::initializer_list<std::string_view> netids,
                     std::string_view owner) {
  bool removed = false;
  bool left = false;
  const auto [begin, end] = by_program_.equal_range(program);
  for (auto next = begin; next != end;) {
    const auto at = next++;
    const Entry& entry = *at->second;
    const bool meant =
        netids.size() == 0 || std::find(netids.begin(), netids.end(), std::string_view(entry.netid)) != netids.end();
    if (entry.version != version || !meant) continue;
    if (program == own_program || (owner != superuser && owner != entry.owner)) {
      left = true;
    } else {
      remove(at);
      removed = true;
    }
  }
  return removed && !left;
}

const Entry* Registry::find_exactly(std::uint32_t program, std::uint32_t version, std::string_view netid) const {
  const Entry* found = find(program, version, netid);
  return found && found->version == version ? found : nullptr;
}

const Entry* Registry::find(std::uint32_t program, std::uint32_t version, std::string_view netid) const {
  const Entry* other_version = nullptr;
  const auto [begin, end] = by_program_.equal_range(program);
  for (auto at = begin; at != end; ++at) {
    const Entry& entry = *at->second;
    if (entry.netid != netid) continue;
    if (entry.version == version) return &entry;
    if (!other_version) other_version = &entry;
  }
  return other_version;
}

std::vector<Entry> Registry::find_all(std::uint32_t program, std::uint32_t version) const {
  std::vector<Entry> found;
  const auto [begin, end] = by_program_.equal_range(program);
  for (auto at = begin; at != end; ++at)
    if (at->second->version == version) found.push_back(*at->second);
  return found;
}

bool Registry::has_room_for(std::string_view owner) const {
  return entries_.size() < capacity_ && (owner == superuser || of_others_ < capacity_ / 2);
}

void Registry::add(const Entry& entry) {
  const Place place = entries_.insert(entries_.end(), entry);
  by_program_.emplace(entry.program, place);
  if (entry.owner != superuser) ++of_others_;
}

void Registry::remove(std::multimap<std::uint32_t, Place>::iterator at) {
  if (at->second->owner != superuser) --of_others_;
  entries_.erase(at->second);
  by_program_.erase(at);
}

}  // namespace portmapper
