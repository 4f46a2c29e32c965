#include "services/file/naming.h"
#include "services/file/refused.h"
#include "services/file/times.h"

#include <chrono>
#include <ctime>
#include <thread>

#include <fcntl.h>
#include <sys/stat.h>

namespace services::files {

using file::Kind;
using file::Outcome;

namespace {

void sync(const Descriptor& folder) { checked(::fsync(folder.get()), "fsync of a folder"); }

std::int64_t clock_of_file_systems() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME_COARSE, &now);
  return to_nanoseconds(now);
}

// A revision is known by its times: what comes in another's place gets a later one. Not for ever, for clocks are set
// back.
void wait_for_later_time_than(const Seen& there) {
  for (int tries = 0; tries < 20 && clock_of_file_systems() <= there.changed; ++tries)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

void move(int from_folder, const std::string& from, const Place& to, file::Revision wanted) {
  const unsigned flags = wanted == file::ABSENT ? RENAME_NOREPLACE : 0;
  checked(::renameat2(from_folder, from.c_str(), to.folder.get(), to.name.c_str(), flags), "renaming a file");
}

}  // namespace

file::Attributes Naming::put_in_place(const std::string& from, const Identity& upload, const Place& to,
                                      file::Revision wanted) {
  file::Attributes attributes;
  {
    const std::lock_guard lock(mutex_);
    const auto there = look_at(to.folder.get(), to.name);
    check_condition(wanted, there);
    if (there && there->attributes.kind == Kind::FOLDER) throw Refused(Outcome::NOT_A_FILE);
    if (there) wait_for_later_time_than(*there);
    move(to.folder.get(), from, to, wanted);
    const auto now = look_at(to.folder.get(), to.name);
    if (!now || now->identity != upload)
      throw Refused(Outcome::FAILED, "on this host an upload's file or what it became was replaced by another");
    attributes = now->attributes;
  }
  sync(to.folder);
  return attributes;
}

void Naming::remove(const Place& place, file::Revision wanted) {
  {
    const std::lock_guard lock(mutex_);
    const auto there = look_at(place.folder.get(), place.name);
    if (!there) throw Refused(Outcome::NO_SUCH_FILE);
    check_condition(wanted, there);
    const int flags = there->attributes.kind == Kind::FOLDER ? AT_REMOVEDIR : 0;
    checked(::unlinkat(place.folder.get(), place.name.c_str(), flags), "removing a file");
  }
  sync(place.folder);
}

void Naming::rename(const Place& from, const Place& to, file::Revision wanted) {
  {
    const std::lock_guard lock(mutex_);
    const auto there = look_at(to.folder.get(), to.name);
    check_condition(wanted, there);
    if (there) wait_for_later_time_than(*there);
    move(from.folder.get(), from.name, to, wanted);
  }
  sync(to.folder);
  sync(from.folder);
}

void Naming::make_folder(const Place& place) {
  checked(::mkdirat(place.folder.get(), place.name.c_str(), 0777), "making a folder");
  sync(place.folder);
}

}  // namespace services::files
