#include "services/file/sweep.h"
#include "services/file/attributes.h"
#include "services/file/upload_file.h"

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

namespace services::files {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Folder = std::unique_ptr<DIR, CloseFolder>;

Folder open_folder(int in, const char* name) {
  Descriptor opened(::openat(in, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  Folder folder(opened.get() < 0 ? nullptr : ::fdopendir(opened.get()));
  if (folder) opened.release();
  return folder;
}

bool is_folder(int in, const dirent& entry) {
  struct stat status;
  const std::string_view name = entry.d_name;
  if (name == "." || name == "..") return false;
  if (entry.d_type != DT_UNKNOWN) return entry.d_type == DT_DIR;
  return ::fstatat(in, entry.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode);
}

// However deep it goes, one folder is open at a time, and memory is needed for the names on the way to it: less than
// those folders take of the disk.
class Sweep {
 public:
  Sweep(const Root& root, std::chrono::seconds age, const std::function<bool()>& is_over)
      : root_(root), oldest_(std::time(nullptr) - age.count()), is_over_(is_over) {}

  void run() {
    enter(open_folder(root_.descriptor(), "."), "");
    while (folder_ && !is_over_()) {
      if (const auto next = next_folder())
        enter(open_folder(::dirfd(folder_.get()), next->c_str()), *next);
      else
        leave();
    }
  }
  std::size_t removed() const { return removed_; }

 private:
  // A folder that was entered.
  struct Level {
    std::string name;
    Identity identity;
    long position = 0;  // where to go on in it
  };

  // Where it could be opened.
  void enter(Folder next, const std::string& name) {
    if (!next) return;
    if (!levels_.empty()) levels_.back().position = ::telldir(folder_.get());
    levels_.push_back({name, files::look_at(::dirfd(next.get())).identity});
    folder_ = std::move(next);
    // First, for in some file systems what is removed moves the place of the rest.
    remove_stale_ones();
    ::rewinddir(folder_.get());
  }

  void leave() {
    levels_.pop_back();
    if (levels_.empty()) return folder_.reset();
    folder_ = open_folder(::dirfd(folder_.get()), "..");
    if (!is_open(levels_.size() - 1)) find_again();
    ::seekdir(folder_.get(), levels_.back().position);
  }

  bool is_open(std::size_t level) const {
    return folder_ && files::look_at(::dirfd(folder_.get())).identity == levels_[level].identity;
  }

  // Somebody has moved what it is in: on from the last folder that is still where it was, at worst the root.
  void find_again() {
    folder_ = open_folder(root_.descriptor(), ".");
    for (std::size_t level = 1; level < levels_.size(); ++level) {
      Folder parent = std::move(folder_);
      folder_ = open_folder(::dirfd(parent.get()), levels_[level].name.c_str());
      if (is_open(level)) continue;
      folder_ = std::move(parent);
      levels_.resize(level);
    }
  }

  std::optional<std::string> next_folder() {
    while (const dirent* entry = ::readdir(folder_.get()))
      if (is_folder(::dirfd(folder_.get()), *entry)) return entry->d_name;
    return std::nullopt;
  }

  void remove_stale_ones() {
    while (const dirent* entry = is_over_() ? nullptr : ::readdir(folder_.get()))
      if (std::string_view(entry->d_name).starts_with(upload_prefix)) remove_if_stale(entry->d_name);
  }

  void remove_if_stale(const std::string& name) {
    const int folder = ::dirfd(folder_.get());
    struct stat status;
    if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode)) return;
    if (status.st_mtim.tv_sec <= oldest_ && status.st_ctim.tv_sec <= oldest_) remove(folder, name);
  }

  // Not one that is being written or committed right now.
  void remove(int folder, const std::string& name) {
    const Descriptor upload = open_upload_file(folder, name);
    if (upload.get() < 0 || ::flock(upload.get(), LOCK_EX | LOCK_NB) != 0) return;
    const auto there = files::look_at(folder, name);
    if (!there || there->identity != files::look_at(upload.get()).identity) return;
    if (::unlinkat(folder, name.c_str(), 0) == 0) ++removed_;
  }

  const Root& root_;
  time_t oldest_;
  const std::function<bool()>& is_over_;
  std::vector<Level> levels_;
  Folder folder_;  // of the last level
  std::size_t removed_ = 0;
};

}  // namespace

std::size_t remove_stale_uploads(const Root& root, std::chrono::seconds age, const std::function<bool()>& is_over) {
  Sweep sweep(root, age, is_over);
  sweep.run();
  return sweep.removed();
}

}  // namespace services::files
