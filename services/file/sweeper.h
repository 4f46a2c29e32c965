// Removes stale uploads at the start and once an hour, on a thread of its own.
#pragma once

#include "services/file/sweep.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace services::files {

class Sweeper {
 public:
  // `root` must outlive it. `told`: of what was removed.
  Sweeper(const Root& root, std::chrono::seconds age, std::function<void(const std::string&)> told)
      : root_(root), age_(age), told_(std::move(told)), thread_([this] { run(); }) {}
  Sweeper(const Sweeper&) = delete;
  Sweeper& operator=(const Sweeper&) = delete;
  ~Sweeper() {
    {
      const std::lock_guard lock(mutex_);
      is_over_ = true;
    }
    woken_.notify_all();
    thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (!is_over_) {
      lock.unlock();
      sweep();
      lock.lock();
      woken_.wait_for(lock, std::chrono::hours(1), [&] { return is_over_; });
    }
  }
  void sweep() {
    try {
      const auto is_over = [this] {
        const std::lock_guard lock(mutex_);
        return is_over_;
      };
      const std::size_t removed = remove_stale_uploads(root_, age_, is_over);
      if (removed != 0) told_("uploads that nobody went on with were removed: " + std::to_string(removed));
    } catch (const std::exception& error) {
      told_(std::string("looking for stale uploads failed: ") + error.what());
    }
  }

  const Root& root_;
  std::chrono::seconds age_;
  std::function<void(const std::string&)> told_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_over_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace services::files
