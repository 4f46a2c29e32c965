// Hashes of uploads, made while their pieces come, so that a commit need not read the whole file again.
#pragma once

#include "services/file/attributes.h"
#include "services/file/sha256.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace services::files {

// Of one file. Pieces may come from several threads, each piece once, and a few before their turn. They are hashed on a
// thread of its own, so that nobody who brings one is kept from bringing the next.
class RunningHash {
 public:
  RunningHash() : RunningHash(Sha256(), 0) {}
  // Goes on after the first `hashed` bytes, which `hash` knows already. Pieces are let go of, and the hash is unknown,
  // where for `patience` none came whose turn it was: nobody may ever bring the one before them.
  RunningHash(Sha256 hash, std::uint64_t hashed, std::chrono::nanoseconds patience = std::chrono::minutes(10));
  RunningHash(const RunningHash&) = delete;
  RunningHash& operator=(const RunningHash&) = delete;
  ~RunningHash();

  // Waits while as many pieces as may do wait to be hashed. One that came twice, or too early, makes the hash unknown.
  void add(std::uint64_t offset, onc::xdr::Bytes piece);
  // Pieces that are held because it is not yet their turn.
  std::size_t waiting() const;
  // Of the first `size` bytes; nothing where these are not exactly what was added, or some of them twice. Once.
  std::optional<file::Sha256> end(std::uint64_t size);

 private:
  void hash_in_turn();
  void lose();
  bool is_at_work() const { return is_hashing_ || waiting_.contains(hashed_); }

  static constexpr std::size_t most_waiting = 4;

  std::chrono::nanoseconds patience_;
  mutable std::mutex mutex_;
  std::condition_variable come_;  // a piece, or the end
  std::condition_variable hashed_one_;
  Sha256 hash_;
  std::uint64_t hashed_;
  std::map<std::uint64_t, onc::xdr::Bytes> waiting_;  // by offset
  bool is_hashing_ = false;
  bool is_lost_ = false;
  bool is_over_ = false;
  std::thread hasher_;  // the last member: it uses the others
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
