#include "services/file/running_hashes.h"

#include <algorithm>

namespace services::files {

void RunningHash::hash(const onc::xdr::Bytes& piece) {
  hash_.add(piece);
  hashed_ += piece.size();
}

void RunningHash::add(std::uint64_t offset, onc::xdr::Bytes piece) {
  const std::lock_guard lock(mutex_);
  if (piece.empty() || is_lost_) return;
  if (offset > hashed_ && waiting_.size() < most_waiting) {
    is_lost_ = !waiting_.emplace(offset, std::move(piece)).second;
  } else if (offset == hashed_) {
    hash(piece);
    for (auto next = waiting_.begin(); next != waiting_.end() && next->first == hashed_; next = waiting_.erase(next))
      hash(next->second);
    if (!waiting_.empty() && waiting_.begin()->first < hashed_) is_lost_ = true;
  } else {
    is_lost_ = true;  // it came twice, perhaps with other bytes, or too early
  }
  if (is_lost_) waiting_.clear();
}

std::optional<file::Sha256> RunningHash::end(std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  if (is_lost_ || !waiting_.empty() || hashed_ != size) return std::nullopt;
  is_lost_ = true;
  return hash_.end();
}

std::shared_ptr<RunningHash> RunningHashes::of(const file::UploadId& upload) {
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

void RunningHashes::forget(const file::UploadId& upload) {
  const std::lock_guard lock(mutex_);
  items_.remove_if([&](const Item& item) { return item.upload == upload; });
}

}  // namespace services::files
