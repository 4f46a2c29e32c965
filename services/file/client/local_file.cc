#include "services/file/client/local_file.h"
#include "services/file/client/connection.h"
#include "services/file/client/shown.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace services::files {

namespace {

constexpr int most_links = 40;  // as Linux has it

std::string link_under(const std::string& path) {
  std::string target(4096, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  if (size < 0) fail_local(path, "read");
  target.resize(static_cast<std::size_t>(size));
  return target;
}

constexpr std::uint64_t block = 4096;  // no file system has holes that are smaller

bool is_zero(onc::xdr::BytesView bytes) {
  return bytes.front() == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
}

}  // namespace

void fail_local(const std::string& path, const char* what) {
  throw Failure(shown(path) + " cannot be " + what + " here: " + std::strerror(errno));
}

Descriptor open_local(const std::string& path, int flags, unsigned mode) {
  Descriptor opened(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, mode));
  if (opened.get() < 0) fail_local(path, (flags & O_ACCMODE) == O_RDONLY ? "read" : "written");
  return opened;
}

struct stat status_of(int descriptor, const std::string& path) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) fail_local(path, "looked at");
  return status;
}

void write_out(int descriptor, onc::xdr::BytesView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_local(path, "written");
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

std::string folder_of(const std::string& local) {
  const std::size_t slash = local.rfind('/');
  return slash == local.npos ? "" : local.substr(0, slash + 1);
}

std::string replaceable(const std::string& path) {
  std::string target = path;
  for (int links = 0; links <= most_links; ++links) {
    struct stat there {};
    if (::lstat(target.c_str(), &there) != 0) {
      if (errno == ENOENT) return target;
      fail_local(target, "written");
    }
    if (S_ISREG(there.st_mode)) return target;
    if (S_ISDIR(there.st_mode)) throw Failure(shown(path) + " is a folder here: a file does not take its place");
    if (!S_ISLNK(there.st_mode))
      throw Failure(shown(path) + " is a device, pipe or socket here: a file does not take its place");
    const std::string next = link_under(target);
    target = next.starts_with('/') ? next : folder_of(target) + next;
  }
  throw Failure(shown(path) + " is a symbolic link here that leads round in circles");
}

onc::xdr::Bytes read_local(int descriptor, std::uint64_t offset, std::size_t count, const std::string& path) {
  onc::xdr::Bytes bytes(count);
  for (std::size_t got = 0; got < count;) {
    const ssize_t more = ::pread(descriptor, bytes.data() + got, count - got, static_cast<off_t>(offset + got));
    if (more < 0 && errno == EINTR) continue;
    if (more < 0) fail_local(path, "read");
    if (more == 0) throw Failure(shown(path) + " became shorter while it was read: try again");
    got += static_cast<std::size_t>(more);
  }
  return bytes;
}

void write_local(int descriptor, std::uint64_t offset, onc::xdr::BytesView bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_local(path, "written");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

void write_local_with_holes(int descriptor, std::uint64_t offset, onc::xdr::BytesView bytes, const std::string& path) {
  const auto block_at = [&](std::size_t at) {
    return bytes.subspan(at, std::min<std::size_t>(bytes.size() - at, block - (offset + at) % block));
  };
  for (std::size_t begin = 0, end = 0; begin < bytes.size(); begin = end) {
    const bool is_hole = is_zero(block_at(begin));
    while (end < bytes.size() && is_zero(block_at(end)) == is_hole) end += block_at(end).size();
    if (!is_hole) write_local(descriptor, offset + begin, bytes.subspan(begin, end - begin), path);
  }
}

}  // namespace services::files
