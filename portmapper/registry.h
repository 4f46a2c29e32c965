// The one table behind the portmapper's three faces, in rpcbind form (RFC 1833 §2.1). Knows no RPC and no sockets.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace portmapper {

struct Netconfig;

// The owner that may remove what others registered.
inline constexpr std::string_view superuser = "superuser";
// Of the portmapper itself. Nobody else may register it: lookups of it would lead elsewhere.
inline constexpr std::uint32_t own_program = 100'000;

// A server: where one version of a program is, on one transport.
struct Entry {
  std::uint32_t program = 0;
  std::uint32_t version = 0;
  std::string netid;
  std::string address;  // universal (RFC 5665)
  std::string owner;

  bool operator==(const Entry&) const = default;
};

class Registry {
 public:
  // Entries are numbered in the order in which they were registered, from 1.
  using Number = std::uint64_t;
  using Entries = std::map<Number, Entry>;

  static constexpr std::size_t default_capacity = std::size_t{1} << 17;

  // `capacity`: more entries than this are refused, as peers could grow the table without end otherwise. Half of it
  // is kept for the superuser, so that no other user can lock the host's own services out, and each of those has an
  // eighth at most, so that none can lock the others out.
  explicit Registry(std::size_t capacity = default_capacity) : capacity_(capacity) {}
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // From here on nobody changes it.
  void close() { is_closed_ = true; }

  // Called after each change but those of add_own().
  void on_change(std::function<void()> told) { changed_ = std::move(told); }

  // The portmapper's own versions at an address of its own: 4 and 3, and 2 where that can be said.
  void add_own(const std::string& netid, const std::string& address);

  // True where the entry stands now, also when it stood before. False for a netid that there is not, an address that
  // is none, one that is taken by another address, and when the table is full.
  bool set(const Entry& entry);

  // Removes what `owner` may remove of a version of a program on these transports, or on all when none is named.
  // True where something was removed and nothing is left.
  bool unset(std::uint32_t program, std::uint32_t version, std::initializer_list<std::string_view> netids,
             std::string_view owner);
  // One whose server is gone.
  void remove(Number number);

  // Valid until the next change; null where there is none.
  const Entry* find_exactly(std::uint32_t program, std::uint32_t version, std::string_view netid) const;
  // Another version's where this one is not registered: its server then says which versions it has
  // (RFC 1833 §2.2.2). The oldest registration counts: a later one cannot draw the program's calls to itself.
  const Entry* find(std::uint32_t program, std::uint32_t version, std::string_view netid) const;
  // On every transport, in the order they were registered.
  std::vector<Entry> find_all(std::uint32_t program, std::uint32_t version) const;

  const Entries& entries() const { return entries_; }

 private:
  using Place = Entries::iterator;
  // Lookups stay fast however long the list is, and however many versions a program has.
  using ByVersion = std::map<std::tuple<std::uint32_t, std::uint32_t, const Netconfig*>, Place>;
  using ByAge = std::map<std::tuple<std::uint32_t, const Netconfig*, Number>, Place>;

  bool has_room_for(std::string_view owner) const;
  void add(const Entry& entry);
  void erase(Place place);
  void tell_changed() const;
  // On every transport, in the order they were registered.
  std::vector<Place> places(std::uint32_t program, std::uint32_t version) const;

  std::size_t capacity_;
  bool is_closed_ = false;
  std::size_t of_others_ = 0;                                 // entries that are not the superuser's,
  std::map<std::string, std::size_t, std::less<>> of_owner_;  // and of each of them
  Number last_ = 0;
  Entries entries_;
  ByVersion by_version_;
  ByAge by_age_;
  std::function<void()> changed_;
};

}  // namespace portmapper
