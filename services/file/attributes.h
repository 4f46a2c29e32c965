// What the store tells of a file, and by what it knows one revision of it from another.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "file.x.h"

namespace services::files {

// One file, whatever its name is and whatever is in it. With the time of its birth, for a file system may soon give the
// number of a file that is gone to a new one.
struct Identity {
  std::uint64_t device = 0;
  std::uint64_t number = 0;
  std::int64_t born = 0;

  auto operator<=>(const Identity&) const = default;
};

struct Seen {
  file::Attributes attributes;
  Identity identity;
  std::int64_t changed = 0;  // ctime, in nanoseconds since 1970
};

// Of what is open, and of what a folder has under a name, links not followed: nothing where it has none.
// Both throw Refused.
Seen look_at(int descriptor);
std::optional<Seen> look_at(int folder, const std::string& name);

// Whether times of this age tell one change from the next: file systems take them from a clock that stands still for
// some milliseconds.
bool is_settled(const Seen& seen);

// Throws Refused(EXISTS) or Refused(REVISION_CHANGED) where `wanted`, a revision, ANY or ABSENT, is not what is there.
void check_condition(file::Revision wanted, const std::optional<Seen>& there);

}  // namespace services::files
