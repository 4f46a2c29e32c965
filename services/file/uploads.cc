#include "services/file/uploads.h"
#include "services/file/refused.h"
#include "services/file/times.h"
#include "services/file/upload_file.h"

#include <limits>

#include <fcntl.h>
#include <sys/stat.h>

namespace services::files {

using file::Outcome;

namespace {

constexpr std::uint64_t largest = std::numeric_limits<off_t>::max();

// Said early, where it is known; whether it holds in the end is seen when the file appears.
void check_target(const Place& place, file::Revision wanted) {
  const auto there = look_at(place.folder.get(), place.name);
  check_condition(wanted, there);
  if (there && there->attributes.kind == file::Kind::FOLDER) throw Refused(Outcome::NOT_A_FILE);
}

void check_size(int upload, std::uint64_t size) {
  struct stat status;
  checked(::fstat(upload, &status), "fstat");
  if (static_cast<std::uint64_t>(status.st_size) != size) throw Refused(Outcome::INCOMPLETE);
}

// Its bytes and all that is said of it are on the disk before its name is.
void seal(int upload, const file::CommitArguments& arguments) {
  Committed::mark(upload, arguments);
  checked(::fchmod(upload, arguments.mode & 0777), "fchmod");
  const timespec times[] = {{0, UTIME_OMIT}, to_timespec(arguments.modified)};
  checked(::futimens(upload, times), "futimens");
  checked(::fsync(upload), "fsync of an upload");
}

// The first time may not have come as far as that, or not yet.
file::Attributes done_again(const Place& place, const file::Attributes& attributes) {
  checked(::fsync(place.folder.get()), "fsync of a folder");
  return attributes;
}

}  // namespace

file::Upload Uploads::create(const file::CreateArguments& arguments) {
  if (arguments.size > largest) throw Refused(Outcome::TOO_LARGE);
  const Place place = root_.place(arguments.path);
  check_target(place, arguments.revision);
  const auto made = make_new_upload(place, arguments.upload);
  if (!made) {
    const auto there = open_upload(place, arguments.upload, Sharing::with_writers);
    return {there ? look_at(there->get()).attributes.size : 0};
  }
  running_.forget(arguments.upload);
  try {
    set_aside(made->get(), arguments.size);
  } catch (const Refused&) {
    give_up(place, arguments.upload);
    throw;
  }
  return {0};
}

void Uploads::write(file::WriteArguments arguments) {
  if (arguments.offset > largest || arguments.data.size() > largest - arguments.offset)
    throw Refused(Outcome::TOO_LARGE);
  const Place place = root_.place(arguments.path);
  const auto upload = open_upload(place, arguments.upload, Sharing::with_writers);
  if (!upload) throw Refused(Outcome::NO_SUCH_UPLOAD);
  write_all(upload->get(), arguments.offset, arguments.data);
  begin_sync(upload->get(), arguments.offset, arguments.data.size());
  running_.of(arguments.upload)->add(arguments.offset, std::move(arguments.data));
}

void Uploads::give_up(const Place& place, const file::UploadId& upload) {
  running_.forget(upload);
  remove_upload(place, upload);
}

void Uploads::check_hash(int upload, const Place& place, const file::CommitArguments& arguments) {
  auto hash = running_.of(arguments.upload)->end(arguments.size);
  if (!hash) hash = sha256_of_file(upload, arguments.size);
  if (*hash == arguments.hash) return;
  give_up(place, arguments.upload);
  throw Refused(Outcome::WRONG_HASH);
}

file::Attributes Uploads::appear(const Place& place, const file::CommitArguments& arguments) {
  const file::Attributes attributes = naming_.put_in_place(upload_name(arguments.upload), place, arguments.revision);
  running_.forget(arguments.upload);
  known_.set(attributes.revision, arguments.hash);
  committed_.remember(arguments, attributes);
  return attributes;
}

file::Attributes Uploads::seal_and_appear(int upload, const Place& place, const file::CommitArguments& arguments) {
  try {
    seal(upload, arguments);
  } catch (const Refused&) {
    give_up(place, arguments.upload);  // after a failed fsync nobody knows what of it is on the disk
    throw;
  }
  return appear(place, arguments);
}

file::Attributes Uploads::commit(const file::CommitArguments& arguments) {
  const Place place = root_.place(arguments.path);
  const auto upload = open_upload(place, arguments.upload, Sharing::alone);
  if (!upload) {
    if (const auto done = committed_.find(place, arguments)) return done_again(place, *done);
    throw Refused(Outcome::NO_SUCH_UPLOAD);
  }
  check_size(upload->get(), arguments.size);
  check_hash(upload->get(), place, arguments);
  return seal_and_appear(upload->get(), place, arguments);
}

file::Attributes Uploads::put(const file::PutArguments& arguments) {
  const file::CommitArguments& commit = arguments.commit;
  if (arguments.data.size() != commit.size) throw Refused(Outcome::INCOMPLETE);
  if (sha256(arguments.data) != commit.hash) throw Refused(Outcome::WRONG_HASH);
  const Place place = root_.place(commit.path);
  // Its own repeat may be under way: who has the lock is alone.
  const Descriptor upload = make_upload(place, commit.upload, Sharing::alone);
  try {
    return put_alone(upload.get(), place, arguments);
  } catch (const Refused&) {
    give_up(place, commit.upload);  // the caller has it all
    throw;
  }
}

file::Attributes Uploads::put_alone(int upload, const Place& place, const file::PutArguments& arguments) {
  if (const auto done = committed_.find_current(place, arguments.commit)) {
    remove_upload(place, arguments.commit.upload);
    return done_again(place, *done);
  }
  check_target(place, arguments.commit.revision);
  running_.forget(arguments.commit.upload);
  checked(::ftruncate(upload, 0), "ftruncate");
  write_all(upload, 0, arguments.data);
  return seal_and_appear(upload, place, arguments.commit);
}

void Uploads::discard(const file::DiscardArguments& arguments) {
  give_up(root_.place(arguments.path), arguments.upload);
}

}  // namespace services::files
