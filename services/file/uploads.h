// Uploads: files under a name that nobody sees, in the folder they are for, until they are whole and on the disk.
#pragma once

#include "services/file/committed.h"
#include "services/file/few_at_once.h"
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

// How many calls may wait at once for the disk to have large files. The pieces have been on their way there since they
// were written, but a slow disk takes its time for the last of them, and for other people's files before those.
struct CommitLimits {
  std::size_t at_once = 8;
  std::size_t of_one_host = 4;
};

// For several threads at once. All throw Refused; NOT_YET where an upload is another's right now.
class Uploads {
 public:
  // All must outlive it.
  Uploads(const Root& root, Naming& naming, KnownHashes& known, ReadHashes& read_hashes, CommitLimits limits)
      : root_(root),
        naming_(naming),
        known_(known),
        read_hashes_(read_hashes),
        committing_(limits.at_once, limits.of_one_host) {}

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
  FewAtOnce committing_;
  OneAtATime one_at_a_time_;
  RunningHashes running_;
  Committed committed_;
};

}  // namespace services::files
