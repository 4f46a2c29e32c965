// What is signalled to a program that runs another.
#pragma once

#include "services/election/guarded.h"

#include <csignal>
#include <optional>

#include <sys/signalfd.h>
#include <unistd.h>

namespace services::elections {

// Signals that are for the command, read instead of suffered.
class Signals {
 public:
  Signals() {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) ::sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, &before_);
    descriptor_ = onc::transport::Socket(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  }
  ~Signals() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  int descriptor() const { return descriptor_.get(); }
  // The next, if one has come.
  std::optional<int> take() const {
    signalfd_siginfo info{};
    if (::read(descriptor_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
  }
  void hand_on(const Guarded& command) const {
    while (const auto number = take()) command.signal(*number);
  }

 private:
  sigset_t before_{};
  onc::transport::Socket descriptor_;
};

}  // namespace services::elections
