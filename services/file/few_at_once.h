// A few calls at once of those that hold a worker for long, and fewer of one host, so that workers are left for others.
#pragma once

#include "services/file/refused.h"

#include <onc/transport/host.h>

#include <map>
#include <mutex>

namespace services::files {

class FewAtOnce {
 public:
  using Host = onc::transport::Host;

  FewAtOnce(std::size_t most, std::size_t of_one_host) : most_(most), of_one_host_(of_one_host) {}

  // As long as it lives. Throws Refused(NOT_YET) where there are as many as there may be.
  class Turn {
   public:
    Turn(FewAtOnce& all, const Host& host) : all_(all), host_(host) {
      const std::lock_guard lock(all_.mutex_);
      const auto begun = all_.of_hosts_.find(host_);
      const std::size_t of_host = begun == all_.of_hosts_.end() ? 0 : begun->second;
      if (all_.count_ >= all_.most_ || of_host >= all_.of_one_host_) throw Refused(file::Outcome::NOT_YET);
      ++all_.of_hosts_[host_];
      ++all_.count_;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
      const std::lock_guard lock(all_.mutex_);
      --all_.count_;
      const auto begun = all_.of_hosts_.find(host_);
      if (--begun->second == 0) all_.of_hosts_.erase(begun);
    }

   private:
    FewAtOnce& all_;
    Host host_;
  };

 private:
  std::size_t most_;
  std::size_t of_one_host_;
  std::mutex mutex_;
  std::size_t count_ = 0;
  std::map<Host, std::size_t> of_hosts_;
};

}  // namespace services::files
