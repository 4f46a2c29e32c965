// A daemon that has more to do at its end than to answer who has called: with Options::ends_by_itself.
#pragma once

#include <onc/server/executor.h>
#include <onc/server/server.h>

#include <asio/signal_set.hpp>

#include <csignal>
#include <functional>
#include <utility>

namespace onc::daemon {

// At the first SIGINT or SIGTERM it takes its leave, at the second it ends.
class Ending {
 public:
  // Calls back once that is done, on the server's executor; then the server finishes.
  using Leave = std::function<void(std::function<void()>)>;

  // To be made before the server listens. `server` must outlive it.
  Ending(rpc::Server& server, Leave leave)
      : server_(server), leave_(std::move(leave)), signals_(rpc::executor_of(server), SIGINT, SIGTERM) {
    wait();
  }

 private:
  void wait() {
    signals_.async_wait([this](const asio::error_code& ended, int) {
      if (ended) return;
      if (std::exchange(has_begun_, true)) return server_.stop();
      leave_([this] { server_.finish(); });
      wait();
    });
  }

  rpc::Server& server_;
  Leave leave_;
  asio::signal_set signals_;
  bool has_begun_ = false;
};

}  // namespace onc::daemon
