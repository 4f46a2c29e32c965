// What is in a folder, page by page.
#pragma once

#include "services/file/attributes.h"
#include "services/file/descriptor.h"

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "file.x.h"

namespace services::files {

using Names = std::vector<std::string>;  // sorted

// Keeps the names of large folders from one page to the next: reading all of them for each page would cost the square
// of their number. One revision of each folder, and all together so many bytes; those used last are kept. A page whose
// folder is not kept, for it has changed, or only just, or is too large, is made by reading the folder again: a page is
// asked for by the name it comes after, and needs nothing else that was kept.
class Listing {
 public:
  explicit Listing(std::size_t most_bytes = std::size_t{64} << 20) : most_bytes_(most_bytes) {}

  // Throws Refused.
  file::Page page(Descriptor folder, const std::string& after, std::uint32_t most);

  // What is kept.
  std::size_t bytes() const;

 private:
  struct Snapshot {
    Identity folder;
    file::Revision revision;
    std::shared_ptr<const Names> names;
    std::size_t bytes;
  };
  // Those from some name on: up to the last one, or only some.
  struct Next {
    std::shared_ptr<const Names> names;
    bool is_to_the_end;
  };
  Next names_after(int folder, const std::string& after, std::size_t count);
  std::shared_ptr<const Names> find(const Seen& folder);
  void keep(Snapshot snapshot);
  std::size_t bytes_kept() const;

  std::size_t most_bytes_;
  std::mutex making_;  // a snapshot, of which one is made at a time, for it takes memory too
  mutable std::mutex mutex_;
  std::list<Snapshot> snapshots_;  // the one used last comes first
};

}  // namespace services::files
