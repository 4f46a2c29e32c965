#include "services/file/store.h"
#include "services/file/refused.h"

#include <algorithm>
#include <limits>

#include <fcntl.h>

namespace services::files {

using file::Outcome;

namespace {

constexpr std::uint64_t largest = std::numeric_limits<off_t>::max();

void check_revision(file::Revision wanted, const file::Attributes& attributes) {
  if (wanted != file::ANY && wanted != attributes.revision) throw Refused(Outcome::REVISION_CHANGED);
}

// As many bytes as there are, up to `count`.
file::Data read_at(int descriptor, std::uint64_t offset, std::size_t count) {
  file::Data data(count);
  std::size_t got = 0;
  while (got < count) {
    const ssize_t more = ::pread(descriptor, data.data() + got, count - got, static_cast<off_t>(offset + got));
    if (more < 0 && errno == EINTR) continue;
    if (checked(more, "reading a file") == 0) break;
    got += static_cast<std::size_t>(more);
  }
  data.resize(got);
  return data;
}

// What `read` reads of what has a name. What is replaced or removed meanwhile is seen to change, as what is written to
// is: then of what has the name then. Somebody on this host may write to it for ever.
template <class Read>
auto read_again_where_changed(Read read) {
  constexpr int most_tries = 30;
  for (int tries = 1;; ++tries) {
    try {
      return read();
    } catch (const Refused& refused) {
      if (refused.why() != Outcome::REVISION_CHANGED || tries == most_tries) throw;
    }
  }
}

}  // namespace

file::Page Store::list(const file::ListArguments& arguments) {
  return listing_.page(root_.open_folder(arguments.folder), arguments.after, arguments.most);
}

file::Attributes Store::stat(const file::Path& path) const {
  if (path.empty()) return look_at(root_.descriptor()).attributes;
  return look_at(root_.open(path, O_PATH | O_NOFOLLOW).get()).attributes;
}

file::Piece Store::read(const file::ReadArguments& arguments) const {
  if (arguments.offset > largest) throw Refused(Outcome::TOO_LARGE);
  if (arguments.revision != file::ANY) return read_once(arguments);
  return read_again_where_changed([&] { return read_once(arguments); });
}

file::Piece Store::read_once(const file::ReadArguments& arguments) const {
  const Descriptor opened = root_.open_file(arguments.path);
  const file::Attributes before = look_at(opened.get()).attributes;
  check_revision(arguments.revision, before);
  const std::uint64_t left = before.size - std::min(before.size, arguments.offset);
  const auto count = std::min<std::uint64_t>({arguments.count, file::MAX_DATA, left});
  file::Piece piece{before, read_at(opened.get(), arguments.offset, static_cast<std::size_t>(count))};
  // Others may write to it on this host: these bytes are then of neither revision.
  check_revision(before.revision, look_at(opened.get()).attributes);
  return piece;
}

file::GetResult Store::get(const file::Path& path) const {
  return read_again_where_changed([&] { return get_once(path); });
}

// A hash that is known says more than that of the bytes at hand: they may have been damaged on the disk since.
file::GetResult Store::get_once(const file::Path& path) const {
  const Descriptor opened = root_.open_file(path);
  const file::Attributes attributes = look_at(opened.get()).attributes;
  if (attributes.size > file::MAX_DATA) return file::GetResult::with_attributes(attributes);
  file::Data data = read_at(opened.get(), 0, static_cast<std::size_t>(attributes.size));
  check_revision(attributes.revision, look_at(opened.get()).attributes);
  const auto known = known_.get(attributes.revision);
  const file::Sha256 hash = known ? *known : sha256(data);
  return file::GetResult::with_whole({attributes, hash, std::move(data)});
}

file::Sha256 Store::hash(const file::HashArguments& arguments, const Host& caller) {
  const Descriptor opened = root_.open_file(arguments.path);
  const Seen seen = look_at(opened.get());
  check_revision(arguments.revision, seen.attributes);
  if (const auto known = known_.get(seen.attributes.revision)) return *known;
  const bool is_kept = is_settled(seen);
  const file::Sha256 hash = read_hashes_.of(opened.get(), seen, caller);
  check_revision(seen.attributes.revision, look_at(opened.get()).attributes);
  if (is_kept) known_.set(seen.attributes.revision, hash);
  return hash;
}

void Store::remove(const file::RemoveArguments& arguments) {
  naming_.remove(root_.place(arguments.path), arguments.revision);
}

void Store::rename(const file::RenameArguments& arguments) {
  naming_.rename(root_.place(arguments.from), root_.place(arguments.to), arguments.revision);
}

void Store::make_folder(const file::Path& path) { naming_.make_folder(root_.place(path)); }

}  // namespace services::files
