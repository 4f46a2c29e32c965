#include "services/file/running_hashes.h"

#include <algorithm>

namespace services::files {

// It came twice, perhaps with other bytes, or too early: then nothing is known.
void RunningHash::keep(std::uint64_t offset, onc::xdr::Bytes piece) {
  const bool is_early = offset > hashed_ && waiting_.size() >= most_waiting;
  if (offset < hashed_ || is_early || !waiting_.emplace(offset, std::move(piece)).second) is_lost_ = true;
}

void RunningHash::hash_those_in_turn(std::unique_lock<std::mutex>& lock) {
  is_hashing_ = true;
  for (auto next = waiting_.find(hashed_); next != waiting_.end() && !is_lost_; next = waiting_.find(hashed_)) {
    const onc::xdr::Bytes piece = std::move(next->second);
    waiting_.erase(next);
    hashed_ += piece.size();
    lock.unlock();
    hash_.add(piece);
    lock.lock();
    changed_.notify_all();
  }
  if (!waiting_.empty() && waiting_.begin()->first < hashed_) is_lost_ = true;
  is_hashing_ = false;
  changed_.notify_all();
}

void RunningHash::add(std::uint64_t offset, onc::xdr::Bytes piece) {
  std::unique_lock lock(mutex_);
  // As fast as they are hashed, and no faster.
  changed_.wait(lock, [&] { return !is_hashing_ || waiting_.size() < most_waiting; });
  if (piece.empty() || is_lost_) return;
  keep(offset, std::move(piece));
  if (!is_lost_ && !is_hashing_) hash_those_in_turn(lock);
  if (is_lost_) waiting_.clear();
}

std::optional<file::Sha256> RunningHash::end(std::uint64_t size) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !is_hashing_; });
  if (is_lost_ || !waiting_.empty() || hashed_ != size) return std::nullopt;
  is_lost_ = true;
  return hash_.end();
}

std::shared_ptr<RunningHash> RunningHashes::of(const Identity& upload) {
  constexpr std::size_t most = 32;
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.upload == upload; });
  if (found != items_.end()) {
    items_.splice(items_.begin(), items_, found);
  } else {
    items_.push_front({upload, std::make_shared<RunningHash>()});
    if (items_.size() > most) items_.pop_back();
  }
  return items_.front().hash;
}

void RunningHashes::forget(const Identity& upload) {
  const std::lock_guard lock(mutex_);
  items_.remove_if([&](const Item& item) { return item.upload == upload; });
}

}  // namespace services::files
