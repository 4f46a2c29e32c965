// A process that is watched system call by system call, and may be killed at any of them.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

namespace services::files {

class Traced {
 public:
  // Runs `work(acknowledge)` in a child that does nothing before the first next().
  explicit Traced(const std::function<void(const std::function<void()>& acknowledge)>& work) {
    int pipe[2];
    if (::pipe(pipe) != 0) throw std::runtime_error("pipe");
    child_ = ::fork();
    if (child_ == 0) {
      ::close(pipe[0]);
      ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
      ::raise(SIGSTOP);
      work([&] { static_cast<void>(::write(pipe[1], "!", 1)); });
      ::_exit(0);
    }
    ::close(pipe[1]);
    acknowledged_ = pipe[0];
    ::waitpid(child_, &status_, 0);
    ::ptrace(PTRACE_SETOPTIONS, child_, nullptr, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
  }
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;
  ~Traced() {
    kill();
    ::close(acknowledged_);
  }

  // Lets it run up to where it next enters or leaves the kernel. False where it has ended.
  bool next() {
    ::ptrace(PTRACE_SYSCALL, child_, nullptr, nullptr);
    ::waitpid(child_, &status_, 0);
    is_over_ = WIFEXITED(status_) || WIFSIGNALED(status_);
    return !is_over_;
  }
  // The system call that it enters; nothing where it leaves one.
  std::optional<long> entered() const {
    __ptrace_syscall_info info{};
    ::ptrace(PTRACE_GET_SYSCALL_INFO, child_, sizeof info, &info);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return std::nullopt;
    return static_cast<long>(info.entry.nr);
  }
  void kill() {
    if (is_over_) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, &status_, 0);
    is_over_ = true;
  }
  bool ended_well() const { return is_over_ && WIFEXITED(status_) && WEXITSTATUS(status_) == 0; }

  // How often, once it is over.
  int acknowledged() const {
    char told[16];
    const ssize_t count = ::read(acknowledged_, told, sizeof told);
    return count > 0 ? static_cast<int>(count) : 0;
  }

 private:
  pid_t child_ = -1;
  int acknowledged_ = -1;
  int status_ = 0;
  bool is_over_ = false;
};

}  // namespace services::files
