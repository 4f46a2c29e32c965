#include "services/file/upload_file.h"
#include "services/file/refused.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace services::files {

using file::Outcome;

namespace {

constexpr int how = O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;

void lock(int upload, Sharing sharing) {
  while (::flock(upload, static_cast<int>(sharing)) != 0)
    if (errno != EINTR) refuse(errno, "locking an upload");
}

// It may have been committed or removed while the lock was waited for.
bool is_still_there(int upload, const Place& place, const std::string& name) {
  struct stat open;
  struct stat there;
  checked(::fstat(upload, &open), "fstat");
  if (!S_ISREG(open.st_mode)) throw Refused(Outcome::FAILED, "what is no file has the name of an upload");
  return ::fstatat(place.folder.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && there.st_ino == open.st_ino &&
         there.st_dev == open.st_dev;
}

}  // namespace

std::string upload_name(const file::UploadId& upload) {
  std::string name(upload_prefix);
  for (const std::byte one : upload) {
    constexpr std::string_view digits = "0123456789abcdef";
    name += digits[std::to_integer<unsigned>(one >> 4)];
    name += digits[std::to_integer<unsigned>(one & std::byte{15})];
  }
  return name;
}

std::optional<Descriptor> open_upload(const Place& place, const file::UploadId& upload, Sharing sharing) {
  const std::string name = upload_name(upload);
  Descriptor opened(::openat(place.folder.get(), name.c_str(), how));
  if (opened.get() < 0 && errno == ENOENT) return std::nullopt;
  checked(opened.get(), "opening an upload");
  lock(opened.get(), sharing);
  if (!is_still_there(opened.get(), place, name)) return std::nullopt;
  return opened;
}

std::optional<Descriptor> make_new_upload(const Place& place, const file::UploadId& upload) {
  Descriptor made(::openat(place.folder.get(), upload_name(upload).c_str(), how | O_CREAT | O_EXCL, 0600));
  if (made.get() < 0 && errno == EEXIST) return std::nullopt;
  checked(made.get(), "making an upload");
  return made;
}

Descriptor make_upload(const Place& place, const file::UploadId& upload, Sharing sharing) {
  const std::string name = upload_name(upload);
  for (int tries = 0; tries < 100; ++tries) {
    Descriptor made(checked(::openat(place.folder.get(), name.c_str(), how | O_CREAT, 0600), "making an upload"));
    lock(made.get(), sharing);
    if (is_still_there(made.get(), place, name)) return made;
  }
  throw Refused(Outcome::FAILED, "an upload is gone again and again as soon as it is made");
}

void remove_upload(const Place& place, const file::UploadId& upload) {
  if (::unlinkat(place.folder.get(), upload_name(upload).c_str(), 0) != 0 && errno != ENOENT)
    refuse(errno, "removing an upload");
}

void set_aside(int upload, std::uint64_t size) {
  if (size == 0) return;
  int failed = 0;
  do {
    failed = ::fallocate(upload, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) == 0 ? 0 : errno;
  } while (failed == EINTR);
  if (failed != 0 && failed != EOPNOTSUPP && failed != ENOSYS) refuse(failed, "setting space aside for an upload");
}

void write_all(int upload, std::uint64_t offset, onc::xdr::BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(upload, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    checked(written, "writing an upload");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
}

}  // namespace services::files
