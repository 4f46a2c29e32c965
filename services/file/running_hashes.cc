#include "services/file/running_hashes.h"

#include <algorithm>
#include <system_error>

namespace services::files {

RunningHash::RunningHash(Sha256 hash, std::uint64_t hashed, std::chrono::nanoseconds patience)
    : patience_(patience), hash_(std::move(hash)), hashed_(hashed) {
  try {
    hasher_ = std::thread([this] { hash_in_turn(); });
  } catch (const std::system_error&) {
    is_lost_ = true;  // no threads are left: it is for whoever asks to read the file
  }
}

RunningHash::~RunningHash() {
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  come_.notify_one();
  if (hasher_.joinable()) hasher_.join();
}

void RunningHash::hash_in_turn() {
  for (std::unique_lock lock(mutex_);;) {
    const bool has_come = come_.wait_for(lock, patience_, [&] { return is_over_ || waiting_.contains(hashed_); });
    if (!has_come && waiting_.empty()) continue;
    if (!has_come) return lose();
    if (is_over_) return;
    const onc::xdr::Bytes piece = std::move(waiting_.extract(hashed_).mapped());
    hashed_ += piece.size();
    is_hashing_ = true;
    lock.unlock();
    hash_.add(piece);
    lock.lock();
    is_hashing_ = false;
    hashed_one_.notify_all();
  }
}

void RunningHash::lose() {
  is_lost_ = true;
  waiting_.clear();
}

std::size_t RunningHash::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

void RunningHash::add(std::uint64_t offset, onc::xdr::Bytes piece) {
  std::unique_lock lock(mutex_);
  hashed_one_.wait(lock, [&] { return waiting_.size() < most_waiting || !is_at_work(); });
  if (piece.empty() || is_lost_) return;
  // Twice the same, perhaps with other bytes, or too early: then nothing is known. What overlaps another, or what was
  // hashed before, waits for ever, and end() sees that.
  const bool is_early = offset > hashed_ && waiting_.size() >= most_waiting;
  if (is_early || !waiting_.emplace(offset, std::move(piece)).second) return lose();
  if (offset == hashed_) come_.notify_one();
}

std::optional<file::Sha256> RunningHash::end(std::uint64_t size) {
  std::unique_lock lock(mutex_);
  hashed_one_.wait(lock, [&] { return !is_at_work(); });
  if (is_lost_ || !waiting_.empty() || hashed_ != size) return std::nullopt;
  is_lost_ = true;
  return hash_.end();
}

std::shared_ptr<RunningHash> RunningHashes::of(const Identity& upload) {
  constexpr std::size_t most = 32;
  std::list<Item> forgotten;  // let go of after the lock: a hash under way is waited for
  const std::lock_guard lock(mutex_);
  const auto found =
      std::find_if(items_.begin(), items_.end(), [&](const Item& item) { return item.upload == upload; });
  if (found != items_.end()) {
    items_.splice(items_.begin(), items_, found);
  } else {
    items_.push_front({upload, std::make_shared<RunningHash>()});
    if (items_.size() > most) forgotten.splice(forgotten.begin(), items_, std::prev(items_.end()));
  }
  return items_.front().hash;
}

void RunningHashes::forget(const Identity& upload) {
  std::list<Item> forgotten;
  const std::lock_guard lock(mutex_);
  for (auto item = items_.begin(); item != items_.end();) {
    const auto next = std::next(item);
    if (item->upload == upload) forgotten.splice(forgotten.begin(), items_, item);
    item = next;
  }
}

}  // namespace services::files
