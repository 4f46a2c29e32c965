// Changes of what is under which name: one at a time, under a condition, and on the disk before they are told of.
#pragma once

#include "services/file/attributes.h"
#include "services/file/root.h"

#include <mutex>

namespace services::files {

// All throw Refused.
class Naming {
 public:
  // Gives the file `from` of to.folder the name `to`, in the place of a file that is there, and returns what it then
  // is. Refused(FAILED) where that is another file than `upload`: somebody on this host has put it there.
  file::Attributes put_in_place(const std::string& from, const Identity& upload, const Place& to,
                                file::Revision wanted);
  // A file, a link or an empty folder.
  void remove(const Place& place, file::Revision wanted);
  // `wanted` is of what `to` is already.
  void rename(const Place& from, const Place& to, file::Revision wanted);
  void make_folder(const Place& place);

 private:
  std::mutex mutex_;
};

}  // namespace services::files
