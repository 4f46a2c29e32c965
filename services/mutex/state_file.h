// What a member must not forget, on disk.
#pragma once

#include "services/election/kept_file.h"
#include "services/mutex/membership.h"

namespace services::locks {

// The number of the latest view that it has promised itself to: another view's tokens are larger. A KeptFile.
class StateFile {
 public:
  // Throws where the folder cannot be used, where another process is member `id` in it, and where the file is damaged:
  // what the member has promised must not be guessed.
  StateFile(const std::string& folder, MemberId id);

  // 0 where the member is new.
  ViewNumber promised() const { return promised_; }
  // On the disk when it returns. Throws.
  void keep(ViewNumber promised);

 private:
  MemberId id_;
  elections::KeptFile file_;
  ViewNumber promised_ = 0;
};

}  // namespace services::locks
