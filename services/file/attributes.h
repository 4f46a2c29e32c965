// What the store tells of a file, and by what it knows one revision of it from another.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "file.x.h"

namespace services::files {

struct Seen {
  file::Attributes attributes;
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
