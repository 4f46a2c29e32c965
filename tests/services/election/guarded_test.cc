#include "services/election/guarded.h"

#include <gtest/gtest.h>

#include <csignal>
#include <system_error>

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

TEST(guarded, ends_with_its_processes) {
  // The shell's child holds the other end.
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const std::string redirected =
      "sleep 1000 >&" + std::to_string(ends[1]) + " & echo x >&" + std::to_string(ends[1]) + "; wait";
  {
    Guarded guarded(command({"sh", "-c", redirected}));
    ::close(ends[1]);
    char x = 0;
    ASSERT_EQ(::read(ends[0], &x, 1), 1);
  }
  char rest[2];
  while (::read(ends[0], rest, sizeof rest) > 0) {
  }  // until nobody holds it
  ::close(ends[0]);
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
