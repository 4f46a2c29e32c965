#include "services/election/guarded.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;

Guarded::Options command(std::vector<std::string> words, Span lives_for = 1h) {
  return {.words = std::move(words), .environment = "ONC_ELECTION_TERM=7", .killed_at = Clock::now() + lives_for};
}

int end_of(Guarded& guarded) {
  while (true)
    if (const auto status = guarded.wait(1h, -1)) return *status;
}

TEST(guarded, runs_a_command_with_its_environment) {
  Guarded guarded(command({"sh", "-c", "exit $ONC_ELECTION_TERM"}));
  EXPECT_EQ(end_of(guarded), 7);
}

// Standard input is a terminal, as long as it lives.
class AtTerminal {
 public:
  AtTerminal() : terminal_(::posix_openpt(O_RDWR | O_NOCTTY)), before_(::dup(STDIN_FILENO)) {
    const bool is_open = terminal_ >= 0 && ::grantpt(terminal_) == 0 && ::unlockpt(terminal_) == 0;
    const int end = is_open ? ::open(::ptsname(terminal_), O_RDWR | O_NOCTTY) : -1;
    if (end < 0) throw std::runtime_error("no terminal");
    ::dup2(end, STDIN_FILENO);
    ::close(end);
  }
  ~AtTerminal() {
    ::dup2(before_, STDIN_FILENO);
    ::close(before_);
    ::close(terminal_);
  }

 private:
  int terminal_;
  int before_;
};

TEST(guarded, gives_a_command_nothing_to_read_where_a_terminal_would_stop_it) {
  const AtTerminal at_terminal;
  ASSERT_EQ(::isatty(STDIN_FILENO), 1);
  Guarded guarded(command({"sh", "-c", "! test -t 0 && cat"}));
  EXPECT_EQ(end_of(guarded), 0);
}

TEST(guarded, says_by_which_signal_a_command_ended) {
  Guarded guarded(command({"sleep", "1000"}));
  guarded.signal(SIGTERM);
  EXPECT_EQ(end_of(guarded), 128 + SIGTERM);
}

TEST(guarded, kills_a_command_at_its_moment) {
  Guarded guarded(command({"sleep", "1000"}, Span(0)));
  EXPECT_EQ(end_of(guarded), 128 + SIGKILL);
}

TEST(guarded, kills_it_at_the_moment_it_was_told_last) {
  Guarded guarded(command({"sh", "-c", "kill -STOP $$; exit 5"}, 1h));
  guarded.extend(Clock::now() + 2h);
  guarded.extend(Clock::now());
  EXPECT_EQ(end_of(guarded), 128 + SIGKILL);
}

// Open as long as somebody holds the other end, which commands are given.
class Held {
 public:
  Held() {
    if (::pipe(ends_) != 0) throw std::runtime_error("no pipe");
  }
  ~Held() { ::close(ends_[0]); }
  std::string redirection() const { return ">&" + std::to_string(ends_[1]); }

  // Nobody but the commands holds it.
  void give_away() { ::close(ends_[1]); }
  bool has_begun() {
    char x = 0;
    return ::read(ends_[0], &x, 1) == 1;
  }
  void wait_until_nobody_holds_it() {
    char rest[2];
    while (::read(ends_[0], rest, sizeof rest) > 0) {
    }
  }

 private:
  int ends_[2];
};

TEST(guarded, ends_with_its_processes) {
  Held held;
  {
    Guarded guarded(
        command({"sh", "-c", "sleep 1000 " + held.redirection() + " & echo x " + held.redirection() + "; wait"}));
    held.give_away();
    ASSERT_TRUE(held.has_begun());
  }
  held.wait_until_nobody_holds_it();
}

// In a session of its own, of whom nobody is the parent any more.
std::string escaping(const Held& held) {
  return "(setsid sh -c 'trap \"\" TERM; sleep 1000 & echo x; wait' " + held.redirection() + " &); sleep 1000 & ";
}

TEST(guarded, ends_with_those_that_made_groups_of_their_own) {
  Held held;
  Guarded guarded(command({"sh", "-c", escaping(held) + "wait"}));
  held.give_away();
  ASSERT_TRUE(held.has_begun());
  guarded.extend(Clock::now());
  EXPECT_EQ(end_of(guarded), 128 + SIGKILL);
  held.wait_until_nobody_holds_it();
}

TEST(guarded, ends_with_all_where_the_guard_is_killed) {
  Held held;
  Guarded guarded(command({"sh", "-c", escaping(held) + "wait"}));
  held.give_away();
  ASSERT_TRUE(held.has_begun());
  ::kill(guarded.guard(), SIGKILL);
  EXPECT_EQ(end_of(guarded), 128 + SIGKILL);
  held.wait_until_nobody_holds_it();
}

TEST(guarded, ends_with_all_at_its_moment_where_the_guard_is_stopped) {
  Held held;
  Guarded guarded(command({"sh", "-c", escaping(held) + "wait"}));
  held.give_away();
  ASSERT_TRUE(held.has_begun());
  ::kill(guarded.guard(), SIGSTOP);
  // More than its socket holds.
  for (int turn = 0; turn < 10000; ++turn) guarded.extend(Clock::now() + 1h);
  guarded.extend(Clock::now());
  EXPECT_EQ(end_of(guarded), 128 + SIGKILL);
  held.wait_until_nobody_holds_it();
}

TEST(guarded, ends_with_all_where_who_runs_it_is_killed) {
  Held held;
  const pid_t runner = ::fork();
  if (runner == 0) {
    Guarded guarded(command({"sh", "-c", escaping(held) + "wait"}));
    held.give_away();
    while (true) ::pause();
  }
  held.give_away();
  ASSERT_TRUE(held.has_begun());
  ::kill(runner, SIGKILL);
  ::waitpid(runner, nullptr, 0);
  held.wait_until_nobody_holds_it();
}

// As a shell leaves them to the program it becomes.
TEST(guarded, spares_the_children_that_were_there_before) {
  const pid_t before = ::fork();
  if (before == 0) {
    while (true) ::pause();
  }
  {
    Guarded guarded(command({"true"}));
    EXPECT_EQ(end_of(guarded), 0);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(before, &status, WNOHANG), 0);
  ::kill(before, SIGKILL);
  ::waitpid(before, &status, 0);
}

TEST(guarded, does_not_begin_after_its_moment) {
  Held held;
  {
    Guarded guarded(command({"sh", "-c", "echo x " + held.redirection()}, -1h));
    EXPECT_EQ(end_of(guarded), 128 + SIGKILL);
  }
  held.give_away();
  EXPECT_FALSE(held.has_begun());
}

TEST(guarded, says_why_a_command_cannot_be_run) {
  const auto why = [](const char* program) {
    try {
      Guarded guarded(command({program}));
    } catch (const std::system_error& error) {
      return error.code();
    }
    return std::error_code();
  };
  EXPECT_EQ(why("/nonexistent/program"), std::errc::no_such_file_or_directory);
  EXPECT_EQ(why("/"), std::errc::permission_denied);
}

}  // namespace
