#include "services/file/upload_file.h"
#include "services/file/refused.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace services::files {

using file::Outcome;

namespace {

constexpr int how = O_RDWR | O_CLOEXEC;

void lock(int upload, Sharing sharing) {
  while (::flock(upload, static_cast<int>(sharing) | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) throw Refused(Outcome::NOT_YET);
    if (errno != EINTR) refuse(errno, "locking an upload");
  }
}

LockedUpload locked(Descriptor opened, Sharing sharing) {
  lock(opened.get(), sharing);
  const Seen seen = look_at(opened.get());
  return {std::move(opened), seen};
}

// Nothing where there is none.
Descriptor open_existing(const Place& place, const std::string& name) {
  Descriptor opened = open_upload_file(place.folder.get(), name);
  if (opened.get() >= 0 || errno == ENOENT) return opened;
  if (errno == EMEDIUMTYPE) throw Refused(Outcome::FAILED, "what is no file has the name of an upload");
  refuse(errno, "opening an upload");
}

Descriptor open_or_make(const Place& place, const std::string& name) {
  Descriptor made(::openat(place.folder.get(), name.c_str(), how | O_CREAT | O_EXCL, 0600));
  if (made.get() >= 0) return made;
  if (errno != EEXIST) refuse(errno, "making an upload");
  return open_existing(place, name);
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

Descriptor open_upload_file(int folder, const std::string& name) {
  // Looked at before it is opened: FIFOs and devices notice that.
  const Descriptor there(::openat(folder, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  struct stat status;
  if (there.get() < 0 || ::fstat(there.get(), &status) != 0) return {};
  if (!S_ISREG(status.st_mode)) {
    errno = EMEDIUMTYPE;
    return {};
  }
  const std::string path = path_of(there.get());
  Descriptor opened(::open(path.c_str(), how));
  if (opened.get() >= 0 || errno != EACCES || ::chmod(path.c_str(), 0600) != 0) return opened;
  return Descriptor(::open(path.c_str(), how));
}

bool is_still_there(const LockedUpload& upload, const Place& place, const std::string& name) {
  const auto there = look_at(place.folder.get(), name);
  return there && there->identity == upload.seen.identity;
}

std::optional<LockedUpload> open_upload(const Place& place, const file::UploadId& upload, Sharing sharing) {
  const std::string name = upload_name(upload);
  Descriptor opened = open_existing(place, name);
  if (opened.get() < 0) return std::nullopt;
  LockedUpload found = locked(std::move(opened), sharing);
  // It may have been committed or removed before it was locked.
  if (!is_still_there(found, place, name)) return std::nullopt;
  return found;
}

LockedUpload make_upload(const Place& place, const file::UploadId& upload, Sharing sharing) {
  const std::string name = upload_name(upload);
  for (int tries = 0; tries < 100; ++tries) {
    Descriptor opened = open_or_make(place, name);
    if (opened.get() < 0) continue;
    LockedUpload made = locked(std::move(opened), sharing);
    if (is_still_there(made, place, name)) return made;
  }
  throw Refused(Outcome::FAILED, "an upload is gone again and again as soon as it is made");
}

void remove_upload(const Place& place, const file::UploadId& upload) {
  if (::unlinkat(place.folder.get(), upload_name(upload).c_str(), 0) != 0 && errno != ENOENT)
    refuse(errno, "removing an upload");
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
