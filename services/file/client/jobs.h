// Work for several threads, each with connections of its own; for fewer where no more can be made, and where there is
// none at all for whoever waits for its end.
#pragma once

#include "services/file/client/connection.h"
#include "services/file/client/report.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace services::files {

class Jobs {
 public:
  using Job = std::function<void(Session&)>;

  Jobs(const ServerAddress& server, std::size_t threads, Report& report);
  Jobs(const Jobs&) = delete;
  Jobs& operator=(const Jobs&) = delete;
  ~Jobs() { wait(); }

  // What `job`, which is about `subject`, throws is reported. Waits while very many are to be done. Where the server
  // can no longer be reached, those that have not begun are not tried.
  void add(Subject subject, Job job);
  // Until all are done; none may be added after that.
  void wait();

 private:
  struct Named {
    Subject subject;
    Job job;
  };
  void work();
  bool run(const Named& next, Session& session);
  void give_up();

  static constexpr std::size_t most_waiting = 10'000;

  ServerAddress server_;
  Report& report_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Named> jobs_;
  bool is_complete_ = false;
  bool is_given_up_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace services::files
