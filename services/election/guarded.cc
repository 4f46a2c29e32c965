#include "services/election/guarded.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <system_error>
#include <utility>

#include <fcntl.h>
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

void set_alarm(int timer, Moment moment) {
  const std::int64_t nanoseconds = moment.time_since_epoch().count();
  itimerspec at{};
  at.it_value = {.tv_sec = nanoseconds / 1'000'000'000, .tv_nsec = nanoseconds % 1'000'000'000};
  ::timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, nullptr);
}

constexpr int none = -1;  // is a status of one that goes on

int status_of(int waited) { return WIFEXITED(waited) ? WEXITSTATUS(waited) : 128 + WTERMSIG(waited); }

// What follows runs in a process of its own too, between fork and exit: no memory is allocated here.

// Calls `each` with every child there is now; false where the kernel does not tell. One that ends meanwhile may hide
// another, which is found the next time.
template <class Each>
bool each_child(Each each) {
  const int list = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
  std::array<char, 4096> text;
  ssize_t size = 0;
  pid_t child = 0;
  while (list >= 0 && (size = ::read(list, text.data(), text.size())) > 0) {
    for (ssize_t at = 0; at < size; ++at) {
      const char c = text[static_cast<std::size_t>(at)];
      if (c >= '0' && c <= '9') {
        child = child * 10 + (c - '0');
        continue;
      }
      if (child > 0) each(child);
      child = 0;
    }
  }
  if (list >= 0) ::close(list);
  return list >= 0;
}

// Children that have ended; the status of `command`, if it is among them. False where there are no others.
bool reap(pid_t command, int& status) {
  while (true) {
    int waited = 0;
    const pid_t ended = ::waitpid(-1, &waited, WNOHANG);
    if (ended < 0) return false;
    if (ended == 0) return true;
    if (ended == command) status = status_of(waited);
  }
}

// Who is killed leaves its children to this process, and so they come to their turn. Until there are none but `spared`.
void kill_all(pid_t command, int& status, const std::vector<pid_t>& spared) {
  constexpr int turns = 1000;
  int turns_without = 0;
  for (int turn = 0; turn < turns && turns_without < 2; ++turn) {
    bool has_found = false;
    const bool is_told = each_child([&](pid_t child) {
      if (std::find(spared.begin(), spared.end(), child) != spared.end()) return;
      ::kill(child, SIGKILL);
      has_found = true;
    });
    if (!is_told && status == none) ::kill(-command, SIGKILL);
    if (!reap(command, status)) return;
    turns_without = is_told && !has_found ? turns_without + 1 : 0;
    const timespec pause{.tv_sec = 0, .tv_nsec = 5'000'000};
    ::nanosleep(&pause, nullptr);
  }
}

// Returns when all is to be killed, or the command has ended.
void watch(pid_t command, int line, int timer, int& status) {
  const int ended = static_cast<int>(::syscall(SYS_pidfd_open, command, 0));
  std::array<pollfd, 3> waits = {{{line, POLLIN, 0}, {timer, POLLIN, 0}, {ended, POLLIN, 0}}};
  while (timer >= 0 && ended >= 0) {
    // From time to time, for what it has begun ends too.
    if (::poll(waits.data(), waits.size(), 1000) < 0) waits[0].revents = waits[1].revents = 0;
    reap(command, status);
    if (status != none || (waits[1].revents & POLLIN) != 0) return;
    Moment moment;
    if (waits[0].revents == 0) continue;
    if (!read_whole(line, moment)) return;
    set_alarm(timer, moment);
  }
}

// Who is in no foreground group is stopped where it reads from the terminal, and would hang without a word.
void read_no_terminal() {
  if (::isatty(STDIN_FILENO) == 0) return;
  const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
}

[[noreturn]] void run_command(char** words, char* environment, Moment killed_at, pid_t guard, int failed) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  heed_all_signals();
  read_no_terminal();
  if (::getppid() != guard || Clock::now() >= killed_at) ::raise(SIGKILL);
  ::putenv(environment);
  ::execvp(words[0], words);
  write_whole(failed, errno);
  ::_exit(127);
}

[[noreturn]] void stand_guard(char** words, char* environment, Moment killed_at, int line, int failed) {
  ::setpgid(0, 0);  // so that what is meant for the terminal's processes does not end it
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int timer = ::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC);
  set_alarm(timer, killed_at);
  const pid_t self = ::getpid();
  const pid_t command = ::fork();
  if (command == 0) run_command(words, environment, killed_at, self, failed);
  if (command < 0) write_whole(failed, errno);
  ::close(failed);
  if (command < 0) ::_exit(1);
  ::setpgid(command, command);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGPIPE}) ::signal(number, SIG_IGN);
  write_whole(line, static_cast<int>(command));
  int status = none;
  watch(command, line, timer, status);
  if (status != none) write_whole(line, status);  // before the rest, which may take long
  const bool has_told = status != none;
  kill_all(command, status, {});
  if (!has_told && status != none) write_whole(line, status);
  ::_exit(0);
}

bool is_ready(int descriptor, Span timeout) {
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(std::max(timeout, Span(0))).count();
  pollfd wait{descriptor, POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(rounded, 60'000)));
  while (ready < 0 && errno == EINTR);
  return ready > 0;
}

}  // namespace

Guarded::Guarded(const Options& options) : killed_at_(options.killed_at) {
  each_child([this](pid_t child) { others_.push_back(child); });
  try {
    start_guard(options);
    see_it_run();
  } catch (...) {
    end();
    throw;
  }
}

Guarded::~Guarded() { end(); }

void Guarded::start_guard(const Options& options) {
  // What a guard that dies leaves behind comes to this process.
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) throw trouble("cannot adopt processes");
  std::vector<char*> words;
  for (const std::string& word : options.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  Pipe line;
  Pipe failed;
  guard_ = fork_or_throw();
  if (guard_ == 0) {
    // Or it would not see them closed.
    ::close(line.in.get());
    ::close(failed.out.get());
    stand_guard(words.data(), const_cast<char*>(options.environment.c_str()), killed_at_, line.out.get(),
                failed.in.get());
  }
  line_ = std::move(line.in);
  trouble_ = std::move(failed.out);
}

// Not for longer than the command may run, should the guard be stopped.
void Guarded::see_it_run() {
  int why = 0;
  const bool has_failed = is_ready(trouble_.get(), killed_at_ - Clock::now()) && read_whole(trouble_.get(), why);
  trouble_ = Socket();
  if (has_failed) throw std::system_error(why, std::generic_category());
  int command = 0;
  if (!is_ready(line_.get(), killed_at_ - Clock::now())) return;
  if (!read_whole(line_.get(), command)) throw trouble("the guard of the command has died");
  command_ = command;
}

void Guarded::extend(Moment killed_at) {
  killed_at_ = killed_at;
  // Where it does not take it, as it is stopped or dead, wait() will see.
  [[maybe_unused]] const ssize_t size = ::send(line_.get(), &killed_at, sizeof killed_at, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Guarded::signal(int number) const {
  // Once it has ended its number may be another's.
  if (command_ < 0 || status_ || is_ready(line_.get(), Span(0))) return;
  ::kill(-command_, number);
  ::kill(-command_, SIGCONT);  // should it be stopped
}

std::optional<int> Guarded::wait(Span timeout, int woken_by) {
  if (status_) return status_;
  const Span left = killed_at_ - Clock::now();
  const auto rounded =
      std::chrono::ceil<std::chrono::milliseconds>(std::clamp(timeout, Span(0), std::max(left, Span(0)))).count();
  std::array<pollfd, 2> waits = {{{line_.get(), POLLIN, 0}, {woken_by, POLLIN, 0}}};
  ::poll(waits.data(), waits.size(), static_cast<int>(std::min<std::int64_t>(rounded, 60'000)));
  int status = 0;
  if (is_ready(line_.get(), Span(0))) {
    // Without a word the guard has died, and the command, its child, with it.
    status_ = read_whole(line_.get(), status) ? status : 128 + SIGKILL;
  } else if (Clock::now() >= killed_at_) {
    status_ = 128 + SIGKILL;
  }
  if (status_) end();
  return status_;
}

void Guarded::end() noexcept {
  if (guard_ < 0) return;
  ::kill(guard_, SIGKILL);
  int status = status_.value_or(none);
  kill_all(command_ > 0 ? command_ : guard_, status, others_);
  guard_ = -1;
}

}  // namespace services::elections
