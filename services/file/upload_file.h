// The file of one upload, and the lock on it: who writes holds it with others, who commits or removes it alone. What a
// late piece finds under its name is then never a file that has been committed, and what is committed is never another
// file that has got its name meanwhile.
#pragma once

#include "services/file/attributes.h"
#include "services/file/root.h"

#include <optional>
#include <string>

#include <sys/file.h>

#include "file.x.h"

namespace services::files {

std::string upload_name(const file::UploadId& upload);

enum class Sharing { with_writers = LOCK_SH, alone = LOCK_EX };

// Locked as long as it lives.
struct LockedUpload {
  Descriptor file;
  Seen seen;  // when it was locked

  int get() const { return file.get(); }
};

// Nothing where there is none. Nobody waits for a lock: throws Refused(NOT_YET) where others have it.
std::optional<LockedUpload> open_upload(const Place& place, const file::UploadId& upload, Sharing sharing);
// Makes it where there is none.
LockedUpload make_upload(const Place& place, const file::UploadId& upload, Sharing sharing);
// Whether it still has its name in `place`; on this host others may have taken it.
bool is_still_there(const LockedUpload& upload, const Place& place, const std::string& name);
// Of what is locked alone.
void remove_upload(const Place& place, const file::UploadId& upload);

// For reading and writing, of a folder; also where its mode forbids that, for a commit died between its mode and its
// name. Nothing, and errno, where it cannot be: EMEDIUMTYPE where it is no regular file, which it does not notice.
Descriptor open_upload_file(int folder, const std::string& name);
void write_all(int upload, std::uint64_t offset, onc::xdr::BytesView bytes);

}  // namespace services::files
