#include "portmapper/registry.h"
#include "portmapper/netconfig.h"

#include <algorithm>

namespace portmapper {

void Registry::add_own(const std::string& netid, const std::string& address) {
  // Version 2 knows TCP and UDP over IPv4 only (RFC 1833 §3).
  const bool said_by_version_2 = netid == "tcp" || netid == "udp";
  for (const std::uint32_t version : {4U, 3U, 2U})
    if (version != 2 || said_by_version_2) add({own_program, version, netid, address, std::string(superuser)});
}

bool Registry::set(const Entry& entry) {
  if (is_closed_ || entry.program == own_program || !is_address_of(entry.netid, entry.address)) return false;
  if (const Entry* there = find_exactly(entry.program, entry.version, entry.netid))
    return there->address == entry.address;
  if (!has_room_for(entry.owner)) return false;
  add(entry);
  tell_changed();
  return true;
}

bool Registry::unset(std::uint32_t program, std::uint32_t version, std::initializer_list<std::string_view> netids,
                     std::string_view owner) {
  if (is_closed_) return false;
  bool removed = false;
  bool left = false;
  for (const Place place : places(program, version)) {
    const Entry& entry = place->second;
    const bool meant =
        netids.size() == 0 || std::find(netids.begin(), netids.end(), std::string_view(entry.netid)) != netids.end();
    if (!meant) continue;
    if (program == own_program || (owner != superuser && owner != entry.owner)) {
      left = true;
    } else {
      erase(place);
      removed = true;
    }
  }
  if (removed) tell_changed();
  return removed && !left;
}

void Registry::remove(Number number) {
  const auto place = entries_.find(number);
  if (place == entries_.end()) return;
  erase(place);
  tell_changed();
}

const Entry* Registry::find_exactly(std::uint32_t program, std::uint32_t version, std::string_view netid) const {
  const auto found = by_version_.find({program, version, find_netconfig(netid)});
  return found == by_version_.end() ? nullptr : &found->second->second;
}

const Entry* Registry::find(std::uint32_t program, std::uint32_t version, std::string_view netid) const {
  if (const Entry* const exactly = find_exactly(program, version, netid)) return exactly;
  const Netconfig* const transport = find_netconfig(netid);
  const auto oldest = by_age_.lower_bound({program, transport, 0});
  const bool is_of_another =
      oldest == by_age_.end() || std::get<0>(oldest->first) != program || std::get<1>(oldest->first) != transport;
  return is_of_another ? nullptr : &oldest->second->second;
}

std::vector<Entry> Registry::find_all(std::uint32_t program, std::uint32_t version) const {
  std::vector<Entry> found;
  for (const Place place : places(program, version)) found.push_back(place->second);
  return found;
}

std::vector<Registry::Place> Registry::places(std::uint32_t program, std::uint32_t version) const {
  std::vector<Place> found;
  for (auto at = by_version_.lower_bound({program, version, nullptr});
       at != by_version_.end() && std::get<0>(at->first) == program && std::get<1>(at->first) == version; ++at)
    found.push_back(at->second);
  std::sort(found.begin(), found.end(), [](Place one, Place other) { return one->first < other->first; });
  return found;
}

bool Registry::has_room_for(std::string_view owner) const {
  if (entries_.size() >= capacity_) return false;
  if (owner == superuser) return true;
  const auto has = of_owner_.find(owner);
  return of_others_ < capacity_ / 2 &&
         (has == of_owner_.end() || has->second < std::max<std::size_t>(capacity_ / 8, 1));
}

void Registry::add(const Entry& entry) {
  const Netconfig* const transport = find_netconfig(entry.netid);
  const Place place = entries_.emplace_hint(entries_.end(), ++last_, entry);
  if (entry.owner != superuser) ++of_others_;
  try {
    if (entry.owner != superuser) ++of_owner_[entry.owner];
    by_version_.emplace(std::tuple(entry.program, entry.version, transport), place);
    by_age_.emplace(std::tuple(entry.program, transport, place->first), place);
  } catch (...) {
    erase(place);
    throw;
  }
}

void Registry::erase(Place place) {
  const Entry& entry = place->second;
  const Netconfig* const transport = find_netconfig(entry.netid);
  if (entry.owner != superuser) --of_others_;
  if (const auto of_owner = of_owner_.find(entry.owner); of_owner != of_owner_.end() && --of_owner->second == 0)
    of_owner_.erase(of_owner);
  by_version_.erase({entry.program, entry.version, transport});
  by_age_.erase({entry.program, transport, place->first});
  entries_.erase(place);
}

void Registry::tell_changed() const {
  if (changed_) changed_();
}

}  // namespace portmapper
