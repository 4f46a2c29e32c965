// onc-mutex run and try: a command that runs while a lock is held, and not a moment longer.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace services::locks {

struct RunOptions {
  std::vector<std::string> servers;  // the next is asked where one fails
  std::string lock;
  std::string who;
  std::chrono::nanoseconds lease;
  std::optional<std::chrono::nanoseconds> timeout = {};  // to wait for the lock; 0: it does not
  bool json = false;
  std::vector<std::string> words = {};  // none: it only says whether the lock is granted
};

// The exit status: the command's own, one of these, 126 and 127 where it cannot be run, or 128 and the number of the
// signal by which waiting was ended. Says why on standard error.
constexpr int has_failed = 1;
constexpr int not_granted = 3;
constexpr int lost_lock = 4;
constexpr int no_majority = 5;

// Throws onc::rpc::Error where no server answers.
int run(const RunOptions& options);

}  // namespace services::locks
