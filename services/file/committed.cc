#include "services/file/committed.h"

#include <array>
#include <cstring>

#include <fcntl.h>
#include <sys/xattr.h>

namespace services::files {

namespace {

constexpr const char* attribute = "user.onc.upload";

// What the file was then: who changes it later also changes its size or its time.
using Mark = std::array<std::byte, 64>;

Mark mark_of(const file::CommitArguments& upload, std::int64_t modified) {
  Mark mark;
  std::byte* at = mark.data();
  const auto put = [&](const void* from, std::size_t size) {
    std::memcpy(at, from, size);
    at += size;
  };
  put(upload.upload.data(), upload.upload.size());
  put(&upload.size, sizeof upload.size);
  put(&modified, sizeof modified);
  put(upload.hash.data(), upload.hash.size());
  return mark;
}

// Without opening what may be a device or a FIFO.
bool is_marked(const Place& place, const Mark& mark) {
  const Descriptor there(::openat(place.folder.get(), place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (there.get() < 0) return false;
  Mark found{};
  const auto size = static_cast<ssize_t>(found.size());
  return ::getxattr(path_of(there.get()).c_str(), attribute, found.data(), found.size()) == size && found == mark;
}

}  // namespace

void Committed::mark(int descriptor, const file::CommitArguments& upload, std::int64_t modified) {
  const Mark mark = mark_of(upload, modified);
  // Without it there is still the memory.
  static_cast<void>(::fsetxattr(descriptor, attribute, mark.data(), mark.size(), 0));
}

void Committed::remember(const file::CommitArguments& upload, const file::Attributes& attributes) {
  done_.set(upload.upload, {upload.path, upload.hash, attributes});
}

std::optional<file::Attributes> Committed::recall(const file::CommitArguments& upload) const {
  const auto done = done_.get(upload.upload);
  if (!done || done->path != upload.path || done->hash != upload.hash) return std::nullopt;
  return done->attributes;
}

bool Committed::recall(const file::CreateArguments& upload) const {
  const auto done = done_.get(upload.upload);
  return done && done->path == upload.path && done->attributes.size == upload.size;
}

std::optional<file::Attributes> Committed::find_marked(const Place& place, const file::CommitArguments& upload) {
  const auto there = look_at(place.folder.get(), place.name);
  if (!there || there->attributes.kind != file::Kind::REGULAR) return std::nullopt;
  const file::Attributes& now = there->attributes;
  if (now.size != upload.size || !is_marked(place, mark_of(upload, now.modified))) return std::nullopt;
  return now;
}

}  // namespace services::files
