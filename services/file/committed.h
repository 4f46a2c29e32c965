// Which uploads have become files: a commit whose answer was lost is made again, and is to hear the same. Whatever
// became of the file since: it is not to appear a second time in the place of what is newer.
#pragma once

#include "services/file/attributes.h"
#include "services/file/remembered.h"
#include "services/file/root.h"

namespace services::files {

class Committed {
 public:
  // Written on the file itself, where its file system has extended attributes of users; to be called before the file
  // gets a mode that forbids it. `modified`: the time that it has.
  static void mark(int descriptor, const file::CommitArguments& upload, std::int64_t modified);
  // In a memory of the last ten thousand: once it is on the disk under its name.
  void remember(const file::CommitArguments& upload, const file::Attributes& attributes);

  // What it was then.
  std::optional<file::Attributes> recall(const file::CommitArguments& upload) const;
  bool recall(const file::CreateArguments& upload) const;
  // What it is now, where what has its name is marked and has not changed since.
  static std::optional<file::Attributes> find_marked(const Place& place, const file::CommitArguments& upload);

 private:
  struct Done {
    file::Path path;
    file::Sha256 hash;
    file::Attributes attributes;
  };

  Remembered<file::UploadId, Done> done_{10'000};
};

}  // namespace services::files
