// What a member must not forget, on disk.
#pragma once

#include "services/election/kept_file.h"
#include "services/mutex/membership.h"

#include <cstdint>
#include <set>
#include <string>

namespace services::locks {

// The number of the latest view that it has promised itself to: another view's tokens are larger. That holds among the
// same members only: a majority of others need know nothing of it. A KeptFile.
class StateFile {
 public:
  // Throws where the folder cannot be used, where another process is member `id` in it, and where the file is damaged:
  // what the member has promised must not be guessed. Also where other members than `all` have kept it, unless all that
  // they have promised is before view `begin_at`, as whoever starts it says: nothing before that is promised any more.
  StateFile(const std::string& folder, MemberId id, const std::set<MemberId>& all, ViewNumber begin_at = 0);

  // 0 where the member is new.
  ViewNumber promised() const { return promised_; }
  // On the disk when it returns. Throws.
  void keep(ViewNumber promised);

 private:
  std::string text(ViewNumber promised) const;

  MemberId id_;
  std::uint64_t members_;
  elections::KeptFile file_;
  ViewNumber promised_ = 0;
};

}  // namespace services::locks
