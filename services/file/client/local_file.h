// Files on this side.
#pragma once

#include "services/file/descriptor.h"

#include <string>

#include <onc/xdr/bytes.h>
#include <sys/stat.h>

namespace services::files {

// All throw Failure: "'name' cannot be read: No such file or directory".
Descriptor open_local(const std::string& path, int flags, unsigned mode = 0);
struct stat status_of(int descriptor, const std::string& path);
onc::xdr::Bytes read_local(int descriptor, std::uint64_t offset, std::size_t count, const std::string& path);
void write_local(int descriptor, std::uint64_t offset, onc::xdr::BytesView bytes, const std::string& path);
// The same for a file in which there is nothing yet from `offset` on: where whole blocks are zero, it leaves a hole.
// The caller sets the size.
void write_local_with_holes(int descriptor, std::uint64_t offset, onc::xdr::BytesView bytes, const std::string& path);
// All of it, in order, where a descriptor can only do that: a pipe.
void write_out(int descriptor, onc::xdr::BytesView bytes, const std::string& path);
// With its '/'; "" where there is none.
std::string folder_of(const std::string& local);
// Where a file goes that is to appear under `path`: there, or where the symbolic links under it lead. Regular files and
// nothing can be replaced, and all else is a Failure.
std::string replaceable(const std::string& path);
[[noreturn]] void fail_local(const std::string& path, const char* what);

}  // namespace services::files
