#include "services/file/root.h"
#include "services/file/refused.h"

#include <climits>
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

// A link may lead to one.
bool is_upload(int descriptor) {
  char path[PATH_MAX];
  const ssize_t size = ::readlink(path_of(descriptor).c_str(), path, sizeof path);
  if (size < 0) return false;  // it is too long, or gone: of those the path that was asked for decides
  const std::string_view all(path, static_cast<std::size_t>(size));
  return all.substr(all.rfind('/') + 1).starts_with(upload_prefix);
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

std::string path_of(int descriptor) { return "/proc/self/fd/" + std::to_string(descriptor); }

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
  if (::access(path_of(root_.get()).c_str(), F_OK) != 0)
    throw std::system_error(errno, std::generic_category(), "/proc is needed, and cannot be used: mount it");
}

Descriptor Root::open(const std::string& path, int flags) const {
  check_path(path);
  Descriptor opened(checked(open_beneath(root_.get(), path, flags), "opening a file"));
  if (is_upload(opened.get())) throw Refused(Outcome::NO_SUCH_FILE);
  return opened;
}

Descriptor Root::open_folder(const std::string& path) const { return open(path, O_RDONLY | O_DIRECTORY); }

Descriptor Root::open_file(const std::string& path) const {
  const Descriptor found = open(path, O_PATH);
  struct stat status;
  checked(::fstat(found.get(), &status), "fstat");
  if (!S_ISREG(status.st_mode)) throw Refused(Outcome::NOT_A_FILE);
  return Descriptor(checked(::open(path_of(found.get()).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC), "opening a file"));
}

Place Root::place(const std::string& path) const {
  if (path.empty()) throw Refused(Outcome::BAD_NAME);
  check_path(path);
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == path.npos ? "" : path.substr(0, slash);
  return {open_folder(folder), slash == path.npos ? path : path.substr(slash + 1)};
}

}  // namespace services::files
