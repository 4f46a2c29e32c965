#include "files.h"

#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace idlc {
namespace {

[[noreturn]] void fail(const std::string& what) { throw std::system_error(errno, std::generic_category(), what); }

// No .x file that a person or a program wrote is larger; a position in it fits 32 bits.
constexpr std::size_t most_bytes = std::size_t{256} << 20;

struct Close {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

// A device may give bytes for ever.
void refuse_device(std::FILE* file, const std::string& path) {
  struct stat status;
  if (fstat(fileno(file), &status) != 0) fail("cannot read " + path);
  if (S_ISREG(status.st_mode) || S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) return;
  errno = S_ISDIR(status.st_mode) ? EISDIR : EOPNOTSUPP;
  fail("cannot read " + path);
}

// A file written beside its place; gone again unless moved there.
class Draft {
 public:
  explicit Draft(const File& file) : place_(file.path), path_(file.path + ".XXXXXX") {
    refuse_directory();
    const int descriptor = mkstemp(path_.data());
    if (descriptor < 0) fail("cannot write " + place_);
    write(descriptor, file.text);
  }
  Draft(Draft&& other) noexcept : place_(std::move(other.place_)), path_(std::exchange(other.path_, {})) {}
  Draft& operator=(Draft&&) = delete;
  ~Draft() {
    if (!path_.empty()) unlink(path_.c_str());
  }

  void move_into_place() {
    if (std::rename(path_.c_str(), place_.c_str()) != 0) fail("cannot write " + place_);
    path_.clear();
  }

 private:
  // Found out now, not when others have been moved.
  void refuse_directory() const {
    struct stat status;
    if (stat(place_.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return;
    errno = EISDIR;
    fail("cannot write " + place_);
  }

  void write(int descriptor, const std::string& text) {
    bool good = fchmod(descriptor, mode()) == 0;
    for (std::size_t done = 0; good && done < text.size();) {
      const ssize_t written = ::write(descriptor, text.data() + done, text.size() - done);
      good = written >= 0;
      if (good) done += static_cast<std::size_t>(written);
    }
    const int error = errno;
    const bool closed = close(descriptor) == 0;
    if (good && closed) return;
    if (!good) errno = error;
    const std::string what = "cannot write " + place_;
    const int reason = errno;
    unlink(path_.c_str());
    errno = reason;
    fail(what);
  }

  // As if it had been opened in its place: mkstemp makes it its owner's alone.
  mode_t mode() const {
    struct stat status;
    if (stat(place_.c_str(), &status) == 0 && S_ISREG(status.st_mode)) return status.st_mode & 0777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
  }

  std::string place_;
  std::string path_;
};

}  // namespace

std::string read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
  if (!file) fail("cannot read " + path);
  refuse_device(file.get(), path);
  std::string text;
  char buffer[65536];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, file.get())) {
    text.append(buffer, size);
    if (text.size() <= most_bytes) continue;
    errno = EFBIG;
    fail("cannot read " + path);
  }
  if (std::ferror(file.get())) fail("cannot read " + path);
  return text;
}

void write_files(const std::vector<File>& files) {
  std::vector<Draft> drafts;
  for (const File& file : files) drafts.emplace_back(file);
  for (Draft& draft : drafts) draft.move_into_place();
}

}  // namespace idlc
