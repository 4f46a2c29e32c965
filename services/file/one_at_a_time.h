// One call at a time about each upload: its repeat is not to come between the file's appearing and its being known.
#pragma once

#include "services/file/refused.h"

#include <mutex>
#include <set>

namespace services::files {

class OneAtATime {
 public:
  // As long as it lives. Throws Refused(NOT_YET) where there is one for this upload.
  class Turn {
   public:
    Turn(OneAtATime& all, const file::UploadId& upload) : all_(all), upload_(upload) {
      const std::lock_guard lock(all_.mutex_);
      if (!all_.uploads_.insert(upload_).second) throw Refused(file::Outcome::NOT_YET);
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      const std::lock_guard lock(all_.mutex_);
      all_.uploads_.erase(upload_);
    }

   private:
    OneAtATime& all_;
    file::UploadId upload_;
  };

 private:
  std::mutex mutex_;
  std::set<file::UploadId> uploads_;
};

}  // namespace services::files
