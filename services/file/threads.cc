#include "services/file/threads.h"

#include <chrono>
#include <mutex>
#include <stdexcept>

#include <sys/stat.h>

namespace services::files {

namespace {

// Of this process, and one or two more; 0 where there is no /proc.
nlink_t count_of_threads() {
  struct stat tasks {};
  return ::stat("/proc/self/task", &tasks) == 0 ? tasks.st_nlink : 0;
}

}  // namespace

Begun begin_threads(std::size_t most, const std::function<void(std::size_t)>& work) {
  Begun begun;
  begun.threads.reserve(most);
  try {
    while (begun.threads.size() < most) begun.threads.emplace_back(work, begun.threads.size());
  } catch (const std::exception& error) {
    begun.why_no_more = error.what();
  }
  return begun;
}

void expect_threads(std::size_t count) {
  const nlink_t before = count_of_threads();
  std::mutex until_all_are_there;
  std::unique_lock lock(until_all_are_there);
  Begun begun = begin_threads(count, [&](std::size_t) { const std::lock_guard turn(until_all_are_there); });
  const std::size_t could_be = begun.threads.size();
  lock.unlock();
  for (std::thread& thread : begun.threads) thread.join();
  // The kernel counts them a little longer than that; others, that came meanwhile, are not waited for.
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  while (count_of_threads() > before && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  if (could_be < count)
    throw std::runtime_error("cannot begin " + std::to_string(count) + " threads: " + begun.why_no_more +
                             "; allow this process more of them (ulimit -u, TasksMax) or more memory (ulimit -v)");
}

}  // namespace services::files
