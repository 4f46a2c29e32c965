#include "services/file/read_hashes.h"
#include "services/file/refused.h"

#include <algorithm>

namespace services::files {

using file::Outcome;
using onc::transport::Host;

namespace {

constexpr std::uint64_t step = std::uint64_t{1} << 20;  // between two looks at the clock

}  // namespace

class ReadHashes::Turn {
 public:
  Turn(ReadHashes& hashes, const Key& key, const Host& host)
      : hashes_(hashes), key_(key), one_of_few_(hashes.few_, host) {
    hashes_.begin(key_);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { hashes_.end(key_); }

 private:
  ReadHashes& hashes_;
  Key key_;
  FewAtOnce::Turn one_of_few_;
};

void ReadHashes::begin(const Key& key) {
  const std::lock_guard lock(mutex_);
  if (!being_read_.insert(key).second) throw Refused(Outcome::NOT_YET);
}

void ReadHashes::end(const Key& key) {
  const std::lock_guard lock(mutex_);
  being_read_.erase(key);
}

ReadHashes::Begun ReadHashes::take(const Key& key) {
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(begun_.begin(), begun_.end(), [&](const Begun& begun) { return begun.key == key; });
  if (found == begun_.end()) return {key, {}};
  Begun begun = std::move(*found);
  begun_.erase(found);
  return begun;
}

void ReadHashes::keep(Begun begun) {
  const std::lock_guard lock(mutex_);
  begun_.push_front(std::move(begun));
  if (begun_.size() > most_begun) begun_.pop_back();
}

file::Sha256 ReadHashes::of(int descriptor, const Seen& seen, const Host& host) {
  const std::uint64_t size = seen.attributes.size;
  if (size <= step) return sha256_of_file(descriptor, size);
  const Key key{seen.identity, seen.attributes.revision};
  const Turn turn(*this, key, host);
  const auto until = std::chrono::steady_clock::now() + in_one_call_;
  // What changes in the same moment may leave the revision as it is.
  const bool may_be_kept = is_settled(seen);
  Begun begun = take(key);
  while (begun.hashed < size) {
    const std::uint64_t end = std::min(size, begun.hashed + step);
    add_file(begun.hash, descriptor, begun.hashed, end);
    begun.hashed = end;
    if (begun.hashed == size || std::chrono::steady_clock::now() < until) continue;
    if (may_be_kept) keep(std::move(begun));
    throw Refused(Outcome::NOT_YET);
  }
  return begun.hash.end();
}

}  // namespace services::files
