// The file of one upload, and the lock on it: who writes holds it with others, who commits alone. What a late piece
// finds under its name is then never a file that has been committed.
#pragma once

#include "services/file/root.h"

#include <optional>
#include <string>

#include <sys/file.h>

#include "file.x.h"

namespace services::files {

std::string upload_name(const file::UploadId& upload);

enum class Sharing { with_writers = LOCK_SH, alone = LOCK_EX };

// Open and locked as long as the descriptor lives: nothing where there is none. Throws Refused.
std::optional<Descriptor> open_upload(const Place& place, const file::UploadId& upload, Sharing sharing);
// Makes it where there is none.
Descriptor make_upload(const Place& place, const file::UploadId& upload, Sharing sharing);
// Only makes it: nothing where there is one.
std::optional<Descriptor> make_new_upload(const Place& place, const file::UploadId& upload);
void remove_upload(const Place& place, const file::UploadId& upload);

// So much space is set aside for it, as far as its file system can. Throws Refused(NO_SPACE).
void set_aside(int upload, std::uint64_t size);
void write_all(int upload, std::uint64_t offset, onc::xdr::BytesView bytes);

}  // namespace services::files
