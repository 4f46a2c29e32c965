#include "services/election/guarded.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

namespace services::elections {

using onc::transport::Socket;

namespace {

std::system_error trouble(const char* what) { return std::system_error(errno, std::generic_category(), what); }

// Sockets, for writing to a pipe that nobody reads can end a process.
struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw trouble("cannot make a pipe");
    out = Socket(ends[0]);
    in = Socket(ends[1]);
  }
  Socket out;
  Socket in;
};

template <class Value>
bool read_whole(int from, Value& value) {
  ssize_t size = 0;
  do size = ::read(from, &value, sizeof value);
  while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof value);
}

template <class Value>
bool write_whole(int to, const Value& value) {
  ssize_t size = 0;
  do size = ::send(to, &value, sizeof value, MSG_NOSIGNAL);
  while (size < 0 && errno == EINTR);
  return size == static_cast<ssize_t>(sizeof value);
}

pid_t fork_or_throw() {
  const pid_t child = ::fork();
  if (child < 0) throw trouble("cannot start a process");
  return child;
}

void heed_all_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void set_alarm(int timer, std::int64_t nanoseconds) {
  itimerspec at{};
  at.it_value = {.tv_sec = nanoseconds / 1'000'000'000, .tv_nsec = nanoseconds % 1'000'000'000};
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
}

// In a process of its own, between fork and exit: no memory is allocated here.
[[noreturn]] void guard(pid_t group, int moments) {
  ::setpgid(0, 0);  // so that what is meant for the terminal's processes does not end it
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE}) ::signal(number, SIG_IGN);
  const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
  std::int64_t moment = 0;
  std::array<pollfd, 2> waits = {{{moments, POLLIN, 0}, {timer, POLLIN, 0}}};
  while (timer >= 0) {
    if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) break;
    if ((waits[1].revents & POLLIN) != 0) break;
    if (waits[0].revents == 0) continue;
    if (!read_whole(moments, moment)) break;
    set_alarm(timer, moment);
  }
  ::kill(-group, SIGKILL);
  ::_exit(0);
}

}  // namespace

Guarded::Guarded(const Options& options) {
  try {
    start_command(options);
    start_guard();
    extend(options.killed_at);
    let_go();
  } catch (...) {
    end();
    throw;
  }
}

Guarded::~Guarded() { end(); }

void Guarded::start_command(const Options& options) {
  std::vector<char*> words;
  for (const std::string& word : options.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  Pipe gate;
  Pipe failed;
  const pid_t parent = ::getpid();
  command_ = fork_or_throw();
  if (command_ > 0) {
    ::setpgid(command_, command_);
    ended_ = Socket(static_cast<int>(::syscall(SYS_pidfd_open, command_, 0)));
    if (ended_.get() < 0) throw trouble("cannot watch a process");
    gate_ = std::move(gate.in);
    trouble_ = std::move(failed.out);
    return;
  }
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  gate.in = Socket();  // or it would wait for itself
  char is_open = 0;
  if (::getppid() != parent || !read_whole(gate.out.get(), is_open)) ::_exit(127);
  heed_all_signals();
  ::putenv(const_cast<char*>(options.environment.c_str()));
  ::execvp(words.front(), words.data());
  write_whole(failed.in.get(), errno);
  ::_exit(127);
}

void Guarded::start_guard() {
  Pipe moments;
  const pid_t group = command_;
  guard_ = fork_or_throw();
  if (guard_ == 0) {
    // Or it would not see them closed.
    moments.in = Socket();
    gate_ = Socket();
    guard(group, moments.out.get());
  }
  moments_ = std::move(moments.in);
}

void Guarded::let_go() {
  write_whole(gate_.get(), 'g');
  gate_ = Socket();
  int why = 0;
  const bool has_failed = read_whole(trouble_.get(), why);
  trouble_ = Socket();
  if (has_failed) throw std::system_error(why, std::generic_category());
}

void Guarded::extend(Moment killed_at) {
  const std::int64_t moment = killed_at.time_since_epoch().count();
  if (!write_whole(moments_.get(), moment)) throw trouble("the guard of the command has died");
}

void Guarded::signal(int number) const {
  ::kill(-command_, number);
  ::kill(-command_, SIGCONT);  // should it be stopped
}

std::optional<int> Guarded::wait(Span timeout, int woken_by) {
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(std::max(timeout, Span(0))).count();
  std::array<pollfd, 2> waits = {{{ended_.get(), POLLIN, 0}, {woken_by, POLLIN, 0}}};
  ::poll(waits.data(), waits.size(), static_cast<int>(std::min<std::int64_t>(rounded, 60'000)));
  siginfo_t how{};
  // It stays a zombie until end(), so that its group's number is nobody else's.
  if (::waitid(P_PID, static_cast<id_t>(command_), &how, WEXITED | WNOHANG | WNOWAIT) != 0 || how.si_pid == 0)
    return std::nullopt;
  return how.si_code == CLD_EXITED ? how.si_status : 128 + how.si_status;
}

void Guarded::end() noexcept {
  if (guard_ > 0) {
    ::kill(guard_, SIGKILL);
    ::waitpid(guard_, nullptr, 0);
  }
  if (command_ > 0) {
    ::kill(-command_, SIGKILL);
    ::waitpid(command_, nullptr, 0);
  }
}

}  // namespace services::elections
