#include "services/file/client/jobs.h"
#include "services/file/threads.h"

namespace services::files {

Jobs::Jobs(const ServerAddress& server, std::size_t threads, Report& report) : server_(server), report_(report) {
  threads_ = begin_threads(threads, [this](std::size_t) { work(); }).threads;
}

void Jobs::add(Subject subject, Job job) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return jobs_.size() < most_waiting || threads_.empty(); });
  if (is_given_up_) return report_.not_tried(subject);
  jobs_.push_back({std::move(subject), std::move(job)});
  changed_.notify_all();
}

void Jobs::wait() {
  {
    const std::lock_guard lock(mutex_);
    is_complete_ = true;
    changed_.notify_all();
  }
  if (threads_.empty()) work();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

// False where the server cannot be reached any more.
bool Jobs::run(const Named& next, Session& session) {
  try {
    next.job(session);
  } catch (const onc::rpc::Error& error) {
    report_.failed(next.subject, error);
    return false;
  } catch (const std::exception& error) {
    report_.failed(next.subject, error);
  }
  return true;
}

// Each of the others would wait as long, and in vain.
void Jobs::give_up() {
  is_given_up_ = true;
  for (const Named& job : jobs_) report_.not_tried(job.subject);
  jobs_.clear();
  changed_.notify_all();
}

void Jobs::work() {
  Session session(server_);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return is_complete_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    const Named next = std::move(jobs_.front());
    jobs_.pop_front();
    changed_.notify_all();
    lock.unlock();
    const bool is_reached = run(next, session);
    lock.lock();
    if (!is_reached) give_up();
  }
}

}  // namespace services::files
