#include "services/file/listing.h"
#include "services/file/attributes.h"
#include "services/file/refused.h"
#include "services/file/root.h"

#include <algorithm>

#include <dirent.h>
#include <fcntl.h>

namespace services::files {

namespace {

constexpr std::size_t most_snapshots = 8;
constexpr std::size_t longest_snapshot = 2'000'000;  // names; longer ones are read for each page

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_shown(std::string_view name) { return name != "." && name != ".." && !name.starts_with(upload_prefix); }

Names read_names(int folder) {
  // Of its own, for it has a place in the folder that others would move.
  Descriptor own(checked(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "opening a folder"));
  const std::unique_ptr<DIR, CloseFolder> all(::fdopendir(own.get()));
  if (!all) refuse(errno, "fdopendir");
  own.release();
  Names names;
  errno = 0;
  while (const dirent* entry = ::readdir(all.get()))
    if (is_shown(entry->d_name)) names.emplace_back(entry->d_name);
  if (errno != 0) refuse(errno, "readdir");
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

std::shared_ptr<const Names> Listing::find(file::Revision folder) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(snapshots_.begin(), snapshots_.end(),
                                  [&](const Snapshot& snapshot) { return snapshot.folder == folder; });
  if (found == snapshots_.end()) return nullptr;
  snapshots_.splice(snapshots_.begin(), snapshots_, found);
  return found->names;
}

void Listing::keep(Snapshot snapshot) {
  const std::lock_guard lock(mutex_);
  snapshots_.push_front(std::move(snapshot));
  if (snapshots_.size() > most_snapshots) snapshots_.pop_back();
}

std::shared_ptr<const Names> Listing::names_of(int folder) {
  const Seen before = look_at(folder);
  if (auto known = find(before.attributes.revision)) return known;
  // Looked at before it is read, so that what changes meanwhile makes another revision of it.
  const bool is_kept = is_settled(before);
  auto names = std::make_shared<const Names>(read_names(folder));
  if (is_kept && names->size() > file::MAX_ENTRIES && names->size() <= longest_snapshot)
    keep({before.attributes.revision, names});
  return names;
}

file::Page Listing::page(Descriptor folder, const std::string& after, std::uint32_t most) {
  const auto names = names_of(folder.get());
  auto next = std::upper_bound(names->begin(), names->end(), after);
  const std::size_t count = std::clamp<std::size_t>(most, 1, file::MAX_ENTRIES);
  file::Page page;
  for (; next != names->end() && page.entries.size() < count; ++next)
    if (const auto seen = look_at(folder.get(), *next)) page.entries.push_back({*next, seen->attributes});
  page.is_last = next == names->end();
  return page;
}

}  // namespace services::files
