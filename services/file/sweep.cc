#include "services/file/sweep.h"
#include "services/file/attributes.h"
#include "services/file/upload_file.h"

#include <ctime>
#include <memory>
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

class Sweep {
 public:
  Sweep(std::chrono::seconds age, const std::function<bool()>& is_over)
      : oldest_(std::time(nullptr) - age.count()), is_over_(is_over) {}

  std::size_t removed() const { return removed_; }

  void walk(Descriptor folder, int depth) {
    const std::unique_ptr<DIR, CloseFolder> all(::fdopendir(folder.get()));
    if (!all) return;
    const int number = folder.release();
    while (const dirent* entry = is_over_() ? nullptr : ::readdir(all.get())) look_at(number, entry->d_name, depth);
  }

 private:
  // Each level has a descriptor open.
  static constexpr int deepest = 200;

  void look_at(int folder, const std::string& name, int depth) {
    struct stat status;
    if (name == "." || name == ".." || ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return;
    if (S_ISDIR(status.st_mode) && depth < deepest)
      walk(Descriptor(::openat(folder, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)), depth + 1);
    const bool is_stale = status.st_mtim.tv_sec <= oldest_ && status.st_ctim.tv_sec <= oldest_;
    if (S_ISREG(status.st_mode) && name.starts_with(upload_prefix) && is_stale) remove(folder, name);
  }

  // Not one that is being written or committed right now.
  void remove(int folder, const std::string& name) {
    const Descriptor upload = open_upload_file(folder, name);
    if (upload.get() < 0 || ::flock(upload.get(), LOCK_EX | LOCK_NB) != 0) return;
    const auto there = files::look_at(folder, name);
    if (!there || there->identity != files::look_at(upload.get()).identity) return;
    if (::unlinkat(folder, name.c_str(), 0) == 0) ++removed_;
  }

  time_t oldest_;
  const std::function<bool()>& is_over_;
  std::size_t removed_ = 0;
};

}  // namespace

std::size_t remove_stale_uploads(const Root& root, std::chrono::seconds age, const std::function<bool()>& is_over) {
  Sweep sweep(age, is_over);
  sweep.walk(root.open_folder(""), 0);
  return sweep.removed();
}

}  // namespace services::files
