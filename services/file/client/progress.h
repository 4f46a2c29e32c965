// How far it is: counted by all threads, and on a terminal drawn as a bar.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace services::files {

struct Progress {
  std::atomic<std::uint64_t> files = 0;  // begun and to come, as far as is known
  std::atomic<std::uint64_t> files_done = 0;
  std::atomic<std::uint64_t> files_failed = 0;
  std::atomic<std::uint64_t> bytes = 0;        // of those files
  std::atomic<std::uint64_t> bytes_moved = 0;  // also those that were there from an earlier time
};

// "[=====>    ]  52%  530.0 MiB of 1.0 GiB, 512.3 MiB/s, 1 s left, 3 of 10 files", in `width` columns at most.
std::string bar(const Progress& progress, std::chrono::duration<double> since_start, std::size_t width);

// "waiting for the server, 12 s already, 530.0 MiB of 1.0 GiB": where nothing has moved for so long.
std::string waiting(const Progress& progress, std::chrono::seconds since, std::size_t width);

// Draws it on standard error ten times a second, and wipes it away in the end. Until then Ctrl-C writes
// `if_interrupted`, which must outlive it, before it ends the process; one at a time.
class ProgressBar {
 public:
  ProgressBar(const Progress& progress, const char* if_interrupted);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();

 private:
  void run();

  const Progress& progress_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_over_ = false;
  std::vector<std::thread> threads_;  // one, or none where none can be made: it only shows
};

// Without a bar: says once on standard error that it waits, where nothing has moved for ten seconds.
class WaitingNotice {
 public:
  explicit WaitingNotice(const Progress& progress);
  WaitingNotice(const WaitingNotice&) = delete;
  WaitingNotice& operator=(const WaitingNotice&) = delete;
  ~WaitingNotice();

 private:
  void run();

  const Progress& progress_;
  std::mutex mutex_;
  std::condition_variable woken_;
  bool is_over_ = false;
  std::vector<std::thread> threads_;  // one, or none where none can be made: it only shows
};

}  // namespace services::files
