// The logic of the file service: what idl/file.x promises, on a folder, without sockets.
#pragma once

#include "services/file/listing.h"
#include "services/file/naming.h"
#include "services/file/read_hashes.h"
#include "services/file/root.h"
#include "services/file/uploads.h"

#include <chrono>
#include <string>

#include "file.x.h"

namespace services::files {

// One function for each procedure. For several threads at once. All throw Refused, and std::exception where something
// is wrong with the machine.
class Store {
 public:
  using Host = onc::transport::Host;

  // Throws std::system_error where `folder` is none.
  explicit Store(const std::string& folder, ReadingLimits reading = {}, CommitLimits committing = {})
      : root_(folder), read_hashes_(reading), uploads_(root_, naming_, known_, read_hashes_, committing) {}

  file::Page list(const file::ListArguments& arguments);
  // Of a link itself: what is there under this name is what conditions are about.
  file::Attributes stat(const file::Path& path) const;
  file::Piece read(const file::ReadArguments& arguments) const;
  file::GetResult get(const file::Path& path) const;
  // `caller`: whose reading it is, where the file has to be read.
  file::Sha256 hash(const file::HashArguments& arguments, const Host& caller = {});

  file::Upload create(const file::CreateArguments& arguments) { return uploads_.create(arguments); }
  void write(file::WriteArguments arguments) { uploads_.write(std::move(arguments)); }
  file::Attributes commit(const file::CommitArguments& arguments, const Host& caller = {}) {
    return uploads_.commit(arguments, caller);
  }
  file::Attributes put(const file::PutArguments& arguments) { return uploads_.put(arguments); }
  void discard(const file::DiscardArguments& arguments) { uploads_.discard(arguments); }

  void remove(const file::RemoveArguments& arguments);
  void rename(const file::RenameArguments& arguments);
  void make_folder(const file::Path& path);

  const Root& root() const { return root_; }

 private:
  // Throw Refused(REVISION_CHANGED) also where the file is replaced or removed while it is read.
  file::Piece read_once(const file::ReadArguments& arguments) const;
  file::GetResult get_once(const file::Path& path) const;

  Root root_;
  Naming naming_;
  Listing listing_;
  KnownHashes known_{10'000};
  ReadHashes read_hashes_;
  Uploads uploads_;
};

}  // namespace services::files
