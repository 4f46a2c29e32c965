// Uploads: files under a name that nobody sees, in the folder they are for, until they are whole and on the disk.
#pragma once

#include "services/file/committed.h"
#include "services/file/naming.h"
#include "services/file/one_at_a_time.h"
#include "services/file/read_hashes.h"
#include "services/file/remembered.h"
#include "services/file/root.h"
#include "services/file/running_hashes.h"
#include "services/file/upload_file.h"

namespace services::files {

// The hashes of files, by their revisions.
using KnownHashes = Remembered<file::Revision, file::Sha256>;

// For several threads at once. All throw Refused; NOT_YET where an upload is another's right now.
class Uploads {
 public:
  // All must outlive it.
  Uploads(const Root& root, Naming& naming, KnownHashes& known, ReadHashes& read_hashes)
      : root_(root), naming_(naming), known_(known), read_hashes_(read_hashes) {}

  file::Upload create(const file::CreateArguments& arguments);
  void write(file::WriteArguments arguments);
  file::Attributes commit(const file::CommitArguments& arguments, const onc::transport::Host& caller);
  file::Attributes put(const file::PutArguments& arguments);
  void discard(const file::DiscardArguments& arguments);

 private:
  // Here `upload` is always locked alone, and has its name.
  file::Attributes put_alone(const LockedUpload& upload, const Place& place, const file::PutArguments& arguments);
  file::Attributes appear(const LockedUpload& upload, const Place& place, const file::CommitArguments& arguments);
  file::Attributes seal_and_appear(const LockedUpload& upload, const Place& place,
                                   const file::CommitArguments& arguments);
  void check_hash(const LockedUpload& upload, const Place& place, const file::CommitArguments& arguments,
                  const onc::transport::Host& caller);
  void give_up(const LockedUpload& upload, const Place& place, const file::UploadId& id);

  const Root& root_;
  Naming& naming_;
  KnownHashes& known_;
  ReadHashes& read_hashes_;
  OneAtATime one_at_a_time_;
  RunningHashes running_;
  Committed committed_;
};

}  // namespace services::files
