// A command that must not outlive a moment, whatever becomes of who runs it.
#pragma once

#include "services/election/clock.h"

#include <onc/transport/socket.h>

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace services::elections {

// It is started by a second process, the guard, and has a process group of its own. At the moment that was told last,
// and at once where this process dies, the guard kills the command and all that it has begun, whatever groups and
// sessions these have made for themselves: who loses its parent becomes the guard's child. A process that hangs or is
// stopped so holds up nothing. Where it is the guard that dies or is stopped, this process does all that in its place.
// Only what neither of them may kill, as it runs as another user, gets away, and what is left where both die at once.
//
// Its standard input is that of this process, or /dev/null where that is a terminal.
//
// Orphans become this process's children where the guard dies. Those that it had before are spared, as a shell leaves
// them to the program it becomes: "> >(tee log)" is one. It must have no others.
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
  // Kills what is left of it, for up to five seconds.
  ~Guarded();

  // Never to an earlier moment.
  void extend(Moment killed_at);
  // To the command's group.
  void signal(int number) const;
  // Waits until it has ended: its exit status, or 128 and the number of the signal that ended it. Nothing where
  // `timeout` passes first or `woken_by`, a descriptor, is ready to be read.
  std::optional<int> wait(Span timeout, int woken_by);

  // The process that would kill it.
  pid_t guard() const { return guard_; }

 private:
  void start_guard(const Options& options);
  void see_it_run();
  void end() noexcept;

  Moment killed_at_;
  std::vector<pid_t> others_;  // children that are none of the command's
  pid_t guard_ = -1;
  pid_t command_ = -1;
  std::optional<int> status_;       // once it has ended
  onc::transport::Socket line_;     // the guard reads moments at the other end, and says what becomes of the command
  onc::transport::Socket trouble_;  // that of its exec comes from the other end
};

}  // namespace services::elections
