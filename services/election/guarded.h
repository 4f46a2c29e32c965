// A command that must not outlive a moment, whatever becomes of who runs it.
#pragma once

#include "services/election/clock.h"

#include <onc/transport/socket.h>

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace services::elections {

// It runs in a process group of its own. A second process, the guard, kills that group at the moment it was told last,
// and at once where this process dies; so a process that hangs or is stopped holds up nothing. Only what leaves the
// group, as by setsid(2), gets away.
class Guarded {
 public:
  struct Options {
    std::vector<std::string> words;  // of the command; not empty
    std::string environment;         // NAME=VALUE, in addition
    Moment killed_at;                // unless extended
  };

  // Throws std::system_error where it cannot be started; where `words` name no program its code is that of execvp(3).
  explicit Guarded(const Options& options);
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;
  // Kills what is left of it.
  ~Guarded();

  // Never to an earlier moment.
  void extend(Moment killed_at);
  // To the whole group.
  void signal(int number) const;
  // Waits until it has ended: its exit status, or 128 and the number of the signal that ended it. Nothing where
  // `timeout` passes first or `woken_by`, a descriptor, is ready to be read.
  std::optional<int> wait(Span timeout, int woken_by);

 private:
  void start_command(const Options& options);
  void start_guard();
  void let_go();
  void end() noexcept;

  pid_t command_ = -1;
  pid_t guard_ = -1;
  onc::transport::Socket ended_;    // a pidfd of the command
  onc::transport::Socket gate_;     // the command waits at its other end
  onc::transport::Socket trouble_;  // that of its exec comes from the other end
  onc::transport::Socket moments_;  // the guard reads them at the other end
};

}  // namespace services::elections
