// Hashes of files that have to be read for them: a few at once, and in one call for a while only, so that nobody holds
// up the others with a large one.
#pragma once

#include "services/file/attributes.h"
#include "services/file/few_at_once.h"
#include "services/file/sha256.h"

#include <chrono>
#include <list>
#include <mutex>
#include <optional>
#include <set>

namespace services::files {

struct ReadingLimits {
  std::chrono::milliseconds in_one_call{2000};
  std::size_t at_once = 4;
  std::size_t of_one_host = 2;
};

// For several threads at once.
class ReadHashes {
 public:
  explicit ReadHashes(ReadingLimits limits = {})
      : in_one_call_(limits.in_one_call), few_(limits.at_once, limits.of_one_host) {}

  // Of all that is `seen` of an open file. Throws Refused(NOT_YET) where that takes longer, and goes on from there when
  // it is asked again; where others read already as much as they may; and where somebody reads this very file. Small
  // files are read at once, whatever others do. Throws std::system_error where the file cannot be read.
  file::Sha256 of(int descriptor, const Seen& seen, const onc::transport::Host& host);

 private:
  using Key = std::pair<Identity, file::Revision>;
  struct Begun {
    Key key;
    Sha256 hash;
    std::uint64_t hashed = 0;
  };
  class Turn;
  void begin(const Key& key);
  void end(const Key& key);
  Begun take(const Key& key);
  void keep(Begun begun);

  // Each some hundred bytes; enough that nobody's is lost to others before it is asked for again.
  static constexpr std::size_t most_begun = 256;

  std::chrono::milliseconds in_one_call_;
  FewAtOnce few_;
  std::mutex mutex_;
  std::set<Key> being_read_;
  std::list<Begun> begun_;  // the one used last comes first
};

}  // namespace services::files
