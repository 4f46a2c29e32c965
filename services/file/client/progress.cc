#include "services/file/client/progress.h"
#include "services/file/client/shown.h"
#include "services/file/threads.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <utility>

#include <sys/ioctl.h>
#include <unistd.h>

namespace services::files {

namespace {

constexpr std::size_t bar_width = 20;
constexpr std::chrono::seconds patience{2};  // then it is said that it waits

const char* volatile farewell = "";  // a handler can only see what is global

void interrupted(int signal) {
  const char* const text = farewell;
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, text, std::strlen(text));
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

std::size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0 ? size.ws_col : 80;
}

std::string picture(double share) {
  const auto full = static_cast<std::size_t>(share * bar_width);
  return "[" + std::string(full, '=') + std::string(bar_width - full, ' ') + "]";
}

}  // namespace

std::string bar(const Progress& progress, std::chrono::duration<double> since_start, std::size_t width) {
  const std::uint64_t moved = progress.bytes_moved;
  const std::uint64_t all = std::max<std::uint64_t>(progress.bytes, moved);
  const double share = all == 0 ? 0 : static_cast<double>(moved) / static_cast<double>(all);
  const double rate = static_cast<double>(moved) / std::max(since_start.count(), 0.001);
  char percent[16];
  std::snprintf(percent, sizeof percent, "%4d%%  ", static_cast<int>(share * 100));
  std::string text = picture(share) + percent + shown_size(moved) + " of " + shown_size(all) + ", " +
                     shown_size(static_cast<std::uint64_t>(rate)) + "/s";
  if (rate > 0)
    text += ", " + std::to_string(static_cast<std::uint64_t>(static_cast<double>(all - moved) / rate)) + " s left";
  if (progress.files > 1)
    text += ", " + std::to_string(progress.files_done) + " of " + std::to_string(progress.files) + " files";
  return text.substr(0, width);
}

std::string waiting(const Progress& progress, std::chrono::seconds since, std::size_t width) {
  const std::uint64_t moved = progress.bytes_moved;
  const std::string text = "waiting for the server, " + std::to_string(since.count()) + " s already, " +
                           shown_size(moved) + " of " + shown_size(std::max<std::uint64_t>(progress.bytes, moved));
  return text.substr(0, width);
}

ProgressBar::ProgressBar(const Progress& progress, const char* if_interrupted) : progress_(progress) {
  farewell = if_interrupted;
  if (std::signal(SIGINT, interrupted) == SIG_IGN) std::signal(SIGINT, SIG_IGN);
  threads_ = begin_threads(1, [this](std::size_t) { run(); }).threads;
}

ProgressBar::~ProgressBar() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  woken_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  if (std::signal(SIGINT, SIG_DFL) == SIG_IGN) std::signal(SIGINT, SIG_IGN);
}

WaitingNotice::WaitingNotice(const Progress& progress)
    : progress_(progress), threads_(begin_threads(1, [this](std::size_t) { run(); }).threads) {}

WaitingNotice::~WaitingNotice() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  woken_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WaitingNotice::run() {
  constexpr std::chrono::seconds long_time{10};
  std::unique_lock lock(mutex_);
  for (std::uint64_t before = 0, now = 0;; before = now) {
    if (woken_.wait_for(lock, long_time, [&] { return is_over_; })) return;
    now = progress_.bytes_moved + progress_.files_done;
    if (now == before) break;
  }
  std::fprintf(stderr, "onc-file: %s\n", waiting(progress_, long_time, std::string::npos).c_str());
}

void ProgressBar::run() {
  using std::chrono::steady_clock;
  const auto start = steady_clock::now();
  auto moved_last = start;
  std::uint64_t moved = 0;
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, std::chrono::milliseconds(100), [&] { return is_over_; })) {
    const auto now = steady_clock::now();
    if (std::exchange(moved, progress_.bytes_moved) != moved) moved_last = now;
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now - moved_last);
    const std::size_t width = terminal_width() - 1;
    const std::string text = since < patience ? bar(progress_, now - start, width) : waiting(progress_, since, width);
    std::fprintf(stderr, "\r\x1b[K%s", text.c_str());
  }
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace services::files
