#include "services/file/attributes.h"
#include "services/file/refused.h"
#include "services/file/times.h"

#include <ctime>

#include <fcntl.h>
#include <sys/stat.h>

namespace services::files {

using file::Kind;
using file::Outcome;

namespace {

constexpr std::int64_t settled_after = 50'000'000;  // nanoseconds

std::int64_t nanoseconds(const struct statx_timestamp& time) { return to_nanoseconds(time.tv_sec, time.tv_nsec); }

Kind kind_of(unsigned mode) {
  if (S_ISREG(mode)) return Kind::REGULAR;
  if (S_ISDIR(mode)) return Kind::FOLDER;
  return S_ISLNK(mode) ? Kind::LINK : Kind::OTHER;
}

// splitmix64's, which spreads each bit over all.
std::uint64_t mixed(std::uint64_t value) {
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31);
}

Identity identity_of(const struct statx& status) {
  return {std::uint64_t{status.stx_dev_major} << 32 | status.stx_dev_minor, status.stx_ino,
          nanoseconds(status.stx_btime)};
}

file::Revision revision_of(const struct statx& status) {
  const Identity identity = identity_of(status);
  std::uint64_t hash = 0x9e3779b97f4a7c15U;
  for (const std::uint64_t part :
       {identity.device, identity.number, static_cast<std::uint64_t>(nanoseconds(status.stx_ctime)),
        static_cast<std::uint64_t>(nanoseconds(status.stx_mtime)), static_cast<std::uint64_t>(identity.born),
        std::uint64_t{status.stx_size}})
    hash = mixed(hash ^ part) + 0x9e3779b97f4a7c15U;
  return hash == file::ANY || hash == file::ABSENT ? 1 : hash;
}

Seen to_seen(const struct statx& status) {
  const Kind kind = kind_of(status.stx_mode);
  return {{kind, kind == Kind::REGULAR ? status.stx_size : 0, nanoseconds(status.stx_mtime), status.stx_mode & 0777U,
           revision_of(status)},
          identity_of(status),
          nanoseconds(status.stx_ctime)};
}

}  // namespace

Seen look_at(int descriptor) {
  struct statx status {};
  checked(::statx(descriptor, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &status), "statx");
  return to_seen(status);
}

std::optional<Seen> look_at(int folder, const std::string& name) {
  struct statx status {};
  if (::statx(folder, name.c_str(), AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &status) == 0)
    return to_seen(status);
  if (errno != ENOENT) refuse(errno, "statx");
  return std::nullopt;
}

bool is_settled(const Seen& seen) {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return to_nanoseconds(now) - seen.changed > settled_after;
}

void check_condition(file::Revision wanted, const std::optional<Seen>& there) {
  if (wanted == file::ANY) return;
  if (wanted == file::ABSENT) {
    if (there) throw Refused(Outcome::EXISTS);
  } else if (!there || there->attributes.revision != wanted) {
    throw Refused(Outcome::REVISION_CHANGED);
  }
}

}  // namespace services::files
