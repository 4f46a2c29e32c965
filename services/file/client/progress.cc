#include "services/file/client/progress.h"
#include "services/file/client/shown.h"

#include <algorithm>
#include <cstdio>

#include <sys/ioctl.h>
#include <unistd.h>

namespace services::files {

namespace {

constexpr std::size_t bar_width = 20;

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

ProgressBar::ProgressBar(const Progress& progress) : progress_(progress), thread_([this] { run(); }) {}

ProgressBar::~ProgressBar() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void ProgressBar::run() {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  while (!woken_.wait_for(lock, std::chrono::milliseconds(100), [&] { return is_over_; }))
    std::fprintf(stderr, "\r\x1b[K%s",
                 bar(progress_, std::chrono::steady_clock::now() - start, terminal_width() - 1).c_str());
  std::fputs("\r\x1b[K", stderr);
}

}  // namespace services::files
