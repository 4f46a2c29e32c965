// Which uploads have become files: a commit whose answer was lost is made again, and is to hear the same.
#pragma once

#include "services/file/attributes.h"
#include "services/file/remembered.h"
#include "services/file/root.h"

namespace services::files {

class Committed {
 public:
  // Written on the file itself, where its file system has extended attributes of users; to be called before the file
  // gets a mode that forbids it.
  static void mark(int descriptor, const file::CommitArguments& upload);
  // And in a memory of the last ten thousand.
  void remember(const file::CommitArguments& upload, const file::Attributes& attributes);

  // What it was when it was committed, or is now.
  std::optional<file::Attributes> find(const Place& place, const file::CommitArguments& upload) const;
  // The same where it is still what has this name.
  std::optional<file::Attributes> find_current(const Place& place, const file::CommitArguments& upload) const;

 private:
  struct Done {
    file::Path path;
    file::Sha256 hash;
    file::Attributes attributes;
  };
  std::optional<file::Attributes> recall(const file::CommitArguments& upload) const;

  Remembered<file::UploadId, Done> done_{10'000};
};

}  // namespace services::files
