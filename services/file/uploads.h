// Uploads: files under a name that nobody sees, in the folder they are for, until they are whole and on the disk.
#pragma once

#include "services/file/committed.h"
#include "services/file/naming.h"
#include "services/file/remembered.h"
#include "services/file/root.h"
#include "services/file/running_hashes.h"

namespace services::files {

// The hashes of files, by their revisions.
using KnownHashes = Remembered<file::Revision, file::Sha256>;

// For several threads at once. All throw Refused.
class Uploads {
 public:
  // All must outlive it.
  Uploads(const Root& root, Naming& naming, KnownHashes& known) : root_(root), naming_(naming), known_(known) {}

  file::Upload create(const file::CreateArguments& arguments);
  void write(file::WriteArguments arguments);
  file::Attributes commit(const file::CommitArguments& arguments);
  file::Attributes put(const file::PutArguments& arguments);
  void discard(const file::DiscardArguments& arguments);

 private:
  file::Attributes put_alone(int upload, const Place& place, const file::PutArguments& arguments);
  file::Attributes appear(const Place& place, const file::CommitArguments& arguments);
  file::Attributes seal_and_appear(int upload, const Place& place, const file::CommitArguments& arguments);
  void check_hash(int upload, const Place& place, const file::CommitArguments& arguments);
  void give_up(const Place& place, const file::UploadId& upload);

  const Root& root_;
  Naming& naming_;
  KnownHashes& known_;
  RunningHashes running_;
  Committed committed_;
};

}  // namespace services::files
