#include "services/file/listing.h"
#include "services/file/refused.h"
#include "services/file/root.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>

#include <dirent.h>
#include <fcntl.h>

namespace services::files {

namespace {

// Some times what the names of one page take.
constexpr std::size_t bytes_for_one_page = std::size_t{1} << 20;

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

bool is_shown(std::string_view name) { return name != "." && name != ".." && !name.starts_with(upload_prefix); }

std::size_t bytes_of(const std::string& name) {
  constexpr std::size_t of_an_allocation = 16;
  const bool is_inside = name.capacity() <= std::string().capacity();
  return sizeof name + (is_inside ? 0 : name.capacity() + of_an_allocation);
}

std::size_t bytes_of(const Names& names) {
  return std::accumulate(names.begin(), names.end(), std::size_t{0},
                         [](std::size_t sum, const std::string& name) { return sum + bytes_of(name); });
}

// Names of a folder while it is read: all of them, unless they take too much, and then just the `count` ones that come
// next after `after`.
class Gathered {
 public:
  Gathered(const std::string& after, std::size_t count, std::size_t most_bytes)
      : after_(after), count_(count), most_bytes_(std::max(most_bytes, bytes_for_one_page)) {}

  void add(std::string_view name) {
    names_.emplace_back(name);
    bytes_ += bytes_of(names_.back());
    if (bytes_ > most_bytes_) leave_out_the_rest();
  }
  void end() {
    if (!are_all_) leave_out_the_rest();
    std::sort(names_.begin(), names_.end());
    // One that was removed and made again meanwhile may have come twice.
    names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
    names_.shrink_to_fit();
  }

  bool are_all() const { return are_all_; }
  Names& names() { return names_; }

 private:
  void leave_out_the_rest() {
    are_all_ = false;
    std::erase_if(names_, [&](const std::string& name) { return name <= after_; });
    if (names_.size() > count_) {
      std::nth_element(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(count_), names_.end());
      names_.resize(count_);
      names_.shrink_to_fit();
    }
    bytes_ = bytes_of(names_);
    most_bytes_ = bytes_for_one_page;
  }

  const std::string& after_;
  std::size_t count_;
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  bool are_all_ = true;
  Names names_;
};

void read_names(int folder, Gathered& names) {
  // Of its own, for it has a place in the folder that others would move.
  Descriptor own(checked(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), "opening a folder"));
  const std::unique_ptr<DIR, CloseFolder> all(::fdopendir(own.get()));
  if (!all) refuse(errno, "fdopendir");
  own.release();
  errno = 0;
  while (const dirent* entry = ::readdir(all.get())) {
    if (is_shown(entry->d_name)) names.add(entry->d_name);
    errno = 0;
  }
  if (errno != 0) refuse(errno, "readdir");
  names.end();
}

}  // namespace

std::shared_ptr<const Names> Listing::find(const Seen& folder) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(snapshots_.begin(), snapshots_.end(), [&](const Snapshot& snapshot) {
    return snapshot.folder == folder.identity && snapshot.revision == folder.attributes.revision;
  });
  if (found == snapshots_.end()) return nullptr;
  snapshots_.splice(snapshots_.begin(), snapshots_, found);
  return found->names;
}

std::size_t Listing::bytes_kept() const {
  return std::accumulate(snapshots_.begin(), snapshots_.end(), std::size_t{0},
                         [](std::size_t sum, const Snapshot& snapshot) { return sum + snapshot.bytes; });
}

std::size_t Listing::bytes() const {
  const std::lock_guard lock(mutex_);
  return bytes_kept();
}

void Listing::keep(Snapshot snapshot) {
  const std::lock_guard lock(mutex_);
  snapshots_.remove_if([&](const Snapshot& other) { return other.folder == snapshot.folder; });
  snapshots_.push_front(std::move(snapshot));
  while (bytes_kept() > most_bytes_) snapshots_.pop_back();
}

Listing::Next Listing::names_after(int folder, const std::string& after, std::size_t count) {
  const Seen before = look_at(folder);
  if (auto known = find(before)) return {std::move(known), true};
  const std::unique_lock making(making_, std::try_to_lock);
  // Looked at before it is read, so that what changes meanwhile makes another revision of it.
  const bool is_kept = making && is_settled(before);
  Gathered gathered(after, count, is_kept ? most_bytes_ : 0);
  read_names(folder, gathered);
  const bool is_to_the_end = gathered.are_all() || gathered.names().size() < count;
  const auto names = std::make_shared<const Names>(std::move(gathered.names()));
  if (is_kept && gathered.are_all() && names->size() > file::MAX_ENTRIES)
    keep({before.identity, before.attributes.revision, names, bytes_of(*names)});
  return {names, is_to_the_end};
}

file::Page Listing::page(Descriptor folder, const std::string& after, std::uint32_t most) {
  const std::size_t count = std::clamp<std::size_t>(most, 1, file::MAX_ENTRIES);
  file::Page page;
  // On, where all that come next are gone by the time they are looked at.
  for (std::string from = after; page.entries.empty() && !page.is_last;) {
    const auto [names, is_to_the_end] = names_after(folder.get(), from, count);
    auto next = std::upper_bound(names->begin(), names->end(), from);
    for (; next != names->end() && page.entries.size() < count; ++next)
      if (const auto seen = look_at(folder.get(), *next)) page.entries.push_back({*next, seen->attributes});
    page.is_last = is_to_the_end && next == names->end();
    if (next != names->begin()) from = *std::prev(next);
  }
  return page;
}

}  // namespace services::files
