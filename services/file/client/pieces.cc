#include "services/file/client/pieces.h"
#include "services/file/threads.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <set>

namespace services::files {

namespace {

constexpr std::size_t most_threads = 3;

// Hands out pieces by their numbers, in order.
class Pieces {
 public:
  Pieces(std::uint64_t begin, std::uint64_t end) : next_(begin), end_(end) {}

  std::optional<std::uint64_t> take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return is_over() || under_way_.empty() || next_ < *under_way_.begin() + window; });
    if (is_over()) return std::nullopt;
    under_way_.insert(next_);
    return next_++;
  }
  void finish(std::uint64_t piece) {
    const std::lock_guard lock(mutex_);
    under_way_.erase(piece);
    changed_.notify_all();
  }
  void fail(std::exception_ptr why) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::move(why);
    changed_.notify_all();
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  bool is_over() const { return failure_ || next_ == end_; }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t next_;
  std::uint64_t end_;
  std::set<std::uint64_t> under_way_;
  std::exception_ptr failure_;
};

void work(Pieces& pieces, Client& client, std::uint64_t size, const MovePiece& move) {
  try {
    while (const auto piece = pieces.take()) {
      const std::uint64_t offset = *piece * piece_size;
      move(client, offset, static_cast<std::size_t>(std::min(piece_size, size - offset)));
      pieces.finish(*piece);
    }
  } catch (...) {
    pieces.fail(std::current_exception());
  }
}

}  // namespace

void move_pieces(Session& session, std::uint64_t begin, std::uint64_t size, const MovePiece& move) {
  const std::uint64_t end = size / piece_size + (size % piece_size != 0);
  Pieces pieces(begin / piece_size, std::max(begin / piece_size, end));
  const std::uint64_t left = end - std::min(end, begin / piece_size);
  const auto besides = static_cast<std::size_t>(std::clamp<std::uint64_t>(left, 1, most_threads) - 1);
  session.client(besides);  // all of them, before several threads look for theirs
  Begun others =
      begin_threads(besides, [&](std::size_t number) { work(pieces, session.client(number + 1), size, move); });
  work(pieces, session.client(), size, move);
  for (std::thread& other : others.threads) other.join();
  pieces.rethrow();
}

std::uint64_t resume_at(std::uint64_t size) {
  const std::uint64_t whole = size / piece_size;
  return (whole - std::min(whole, window)) * piece_size;
}

}  // namespace services::files
