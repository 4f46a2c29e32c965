// Hashes of uploads, made while their pieces come, so that a commit need not read the whole file again.
#pragma once

#include "services/file/attributes.h"
#include "services/file/sha256.h"

#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace services::files {

// Of one file. Pieces may come from several threads, each piece once, and a few before their turn: whoever brings the
// next one hashes it, and those that have come meanwhile, while the others go on.
class RunningHash {
 public:
  RunningHash() = default;
  // Goes on after the first `hashed` bytes, which `hash` knows already.
  RunningHash(Sha256 hash, std::uint64_t hashed) : hash_(std::move(hash)), hashed_(hashed) {}

  void add(std::uint64_t offset, onc::xdr::Bytes piece);
  // Of the first `size` bytes; nothing where these are not exactly what was added, or some of them twice. Once.
  std::optional<file::Sha256> end(std::uint64_t size);

 private:
  void keep(std::uint64_t offset, onc::xdr::Bytes piece);
  void hash_those_in_turn(std::unique_lock<std::mutex>& lock);

  static constexpr std::size_t most_waiting = 4;

  std::mutex mutex_;
  std::condition_variable changed_;
  Sha256 hash_;
  std::uint64_t hashed_ = 0;
  std::map<std::uint64_t, onc::xdr::Bytes> waiting_;  // by offset
  bool is_hashing_ = false;
  bool is_lost_ = false;
};

// Of the uploads that were written to last, 32 of them: each may hold a few megabytes. By what file they are, and not
// by what they are called: another file may get the name of one that was discarded. To be asked for, and added to,
// while the upload is locked.
class RunningHashes {
 public:
  std::shared_ptr<RunningHash> of(const Identity& upload);
  void forget(const Identity& upload);

 private:
  struct Item {
    Identity upload;
    std::shared_ptr<RunningHash> hash;
  };
  std::mutex mutex_;
  std::list<Item> items_;  // the one used last comes first
};

}  // namespace services::files
