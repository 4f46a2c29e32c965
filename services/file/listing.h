// What is in a folder, page by page.
#pragma once

#include "services/file/descriptor.h"

#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "file.x.h"

namespace services::files {

using Names = std::vector<std::string>;  // sorted

// Keeps the names of some large folders from one page to the next: reading all of them for each page would cost the
// square of their number. Where a folder has changed, or has only just, it is read again.
class Listing {
 public:
  // Throws Refused.
  file::Page page(Descriptor folder, const std::string& after, std::uint32_t most);

 private:
  struct Snapshot {
    file::Revision folder;
    std::shared_ptr<const Names> names;
  };
  std::shared_ptr<const Names> names_of(int folder);
  std::shared_ptr<const Names> find(file::Revision folder);
  void keep(Snapshot snapshot);

  std::mutex mutex_;
  std::list<Snapshot> snapshots_;  // the one used last comes first
};

}  // namespace services::files
