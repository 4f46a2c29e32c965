// The folder that is exported, and the only way to what is in it: openat2(2) with RESOLVE_BENEATH, so that neither
// "..", nor a symbolic link leads out of it. Of a folder that somebody on this host moves out of it meanwhile, what was
// begun there is still ended there.
#pragma once

#include "services/file/descriptor.h"

#include <string>
#include <string_view>

namespace services::files {

// Names that begin so are those of uploads: not to be seen, and not to be given.
inline constexpr std::string_view upload_prefix = ".onc-upload.";

// A name in a folder that is open: what is done there is done in that folder, wherever it is moved to.
struct Place {
  Descriptor folder;
  std::string name;
};

class Root {
 public:
  // Throws std::system_error where there is no such folder, no openat2 (Linux 5.6), or no /proc.
  explicit Root(const std::string& folder);

  // What is there, links followed; never an upload. `flags` as for open(2), and such as open nothing but folders, or
  // nothing at all (O_PATH).
  // Throws Refused, as all here.
  Descriptor open(const std::string& path, int flags) const;
  Descriptor open_folder(const std::string& path) const;
  // For reading, and regular files only: whatever else it is, it does not notice.
  Descriptor open_file(const std::string& path) const;
  // `path` is not the root itself.
  Place place(const std::string& path) const;

  int descriptor() const { return root_.get(); }

 private:
  Descriptor root_;
};

// Where what is open can be found again, links followed: for system calls that want a path.
std::string path_of(int descriptor);

// Throws Refused(BAD_NAME) for "", ".", "..", what is longer than 255 bytes, has a NUL or is kept for uploads.
void check_name(std::string_view name);

}  // namespace services::files
