#include "services/file/root.h"
#include "services/file/refused.h"

#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace services::files {

using file::Outcome;

namespace {

// RESOLVE_BENEATH gives up (EAGAIN) where something is renamed while it looks; that may be somebody's doing for ever.
constexpr int most_tries = 100;

int open_beneath(int root, const std::string& path, int flags) {
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) &
              ~(flags & O_PATH ? O_NONBLOCK | O_NOCTTY : 0ULL);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const char* const where = path.empty() ? "." : path.c_str();
  for (int tries = 1;; ++tries) {
    const long opened = ::syscall(SYS_openat2, root, where, &how, sizeof how);
    if (opened >= 0) return static_cast<int>(opened);
    if ((errno != EAGAIN && errno != EINTR) || tries == most_tries) return -1;
  }
}

void check_path(std::string_view path) {
  if (path.empty()) return;
  if (path.front() == '/') throw Refused(Outcome::OUTSIDE);
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    check_name(path.substr(begin, end - begin));
    begin = end + 1;
  }
}

}  // namespace

void check_name(std::string_view name) {
  const bool is_bad = name.empty() || name == "." || name == ".." || name.size() > file::MAX_NAME ||
                      name.find('\0') != name.npos || name.find('/') != name.npos || name.starts_with(upload_prefix);
  if (is_bad) throw Refused(Outcome::BAD_NAME);
}

Root::Root(const std::string& folder) : root_(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (root_.get() < 0)
    throw std::system_error(errno, std::generic_category(), "cannot open the folder '" + folder + "' to export it");
  if (Descriptor(open_beneath(root_.get(), "", O_PATH)).get() < 0)
    throw std::system_error(errno, std::generic_category(), "openat2 is needed, of Linux 5.6 or newer, and fails");
}

Descriptor Root::open(const std::string& path, int flags) const {
  check_path(path);
  return Descriptor(checked(open_beneath(root_.get(), path, flags), "opening a file"));
}

Descriptor Root::open_folder(const std::string& path) const { return open(path, O_RDONLY | O_DIRECTORY); }

Descriptor Root::open_file(const std::string& path) const {
  Descriptor opened = open(path, O_RDONLY);
  struct stat status;
  checked(::fstat(opened.get(), &status), "fstat");
  if (!S_ISREG(status.st_mode)) throw Refused(Outcome::NOT_A_FILE);
  return opened;
}

Place Root::place(const std::string& path) const {
  if (path.empty()) throw Refused(Outcome::BAD_NAME);
  check_path(path);
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "" : path.substr(0, slash);
  return {open_folder(folder), slash == path.npos ? path : path.substr(slash + 1)};
}

}  // namespace services::files
