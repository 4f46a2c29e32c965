#include "services/file/uploads.h"
#include "services/file/refused.h"
#include "services/file/times.h"
#include "services/file/upload_file.h"

#include <limits>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

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

// Early, before much is sent in vain. Some file systems do not say how much there is.
void check_space(const Place& place, std::uint64_t size) {
  struct statvfs free {};
  checked(::fstatvfs(place.folder.get(), &free), "fstatvfs");
  if (free.f_blocks != 0 && size / free.f_frsize > free.f_bavail) throw Refused(Outcome::NO_SPACE);
}

// Its bytes and all that is said of it are on the disk before its name is.
void seal(int upload, const file::CommitArguments& arguments) {
  const timespec times[] = {{0, UTIME_OMIT}, to_timespec(arguments.modified)};
  checked(::futimens(upload, times), "futimens");
  // The time that it really got: not every file system has every time.
  Committed::mark(upload, arguments, look_at(upload).attributes.modified);
  checked(::fchmod(upload, arguments.mode & 0777), "fchmod");
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
  const OneAtATime::Turn turn(one_at_a_time_, arguments.upload);
  if (committed_.recall(arguments)) return {arguments.size};
  const Place place = root_.place(arguments.path);
  check_target(place, arguments.revision);
  if (const auto there = open_upload(place, arguments.upload, Sharing::with_writers))
    return {there->seen.attributes.size};
  check_space(place, arguments.size);
  const LockedUpload upload = make_upload(place, arguments.upload, Sharing::with_writers);
  return {upload.seen.attributes.size};
}

void Uploads::write(file::WriteArguments arguments) {
  if (arguments.offset > largest || arguments.data.size() > largest - arguments.offset)
    throw Refused(Outcome::TOO_LARGE);
  const Place place = root_.place(arguments.path);
  const auto upload = open_upload(place, arguments.upload, Sharing::with_writers);
  if (!upload) throw Refused(Outcome::NO_SUCH_UPLOAD);
  // So that nobody makes a file to be read for days of a few bytes.
  const std::uint64_t end = upload->seen.attributes.size;
  if (arguments.offset > end && arguments.offset - end > file::MAX_AHEAD) throw Refused(Outcome::INCOMPLETE);
  write_all(upload->get(), arguments.offset, arguments.data);
  begin_sync(upload->get(), arguments.offset, arguments.data.size());
  running_.of(upload->seen.identity)->add(arguments.offset, std::move(arguments.data));
}

void Uploads::give_up(const LockedUpload& upload, const Place& place, const file::UploadId& id) {
  running_.forget(upload.seen.identity);
  remove_upload(place, id);
}

void Uploads::check_hash(const LockedUpload& upload, const Place& place, const file::CommitArguments& arguments,
                         const onc::transport::Host& caller) {
  auto hash = running_.of(upload.seen.identity)->end(arguments.size);
  if (!hash) hash = read_hashes_.of(upload.get(), upload.seen, caller);
  if (*hash == arguments.hash) return;
  give_up(upload, place, arguments.upload);
  throw Refused(Outcome::WRONG_HASH);
}

file::Attributes Uploads::appear(const LockedUpload& upload, const Place& place,
                                 const file::CommitArguments& arguments) {
  const file::Attributes attributes =
      naming_.put_in_place(upload_name(arguments.upload), upload.seen.identity, place, arguments.revision);
  running_.forget(upload.seen.identity);
  known_.set(attributes.revision, arguments.hash);
  committed_.remember(arguments, attributes);
  return attributes;
}

file::Attributes Uploads::seal_and_appear(const LockedUpload& upload, const Place& place,
                                          const file::CommitArguments& arguments) {
  try {
    seal(upload.get(), arguments);
  } catch (const Refused&) {
    give_up(upload, place, arguments.upload);  // after a failed fsync nobody knows what of it is on the disk
    throw;
  }
  try {
    return appear(upload, place, arguments);
  } catch (const Refused&) {
    // It stays an upload, which others on this host are not to open, and which can be gone on with.
    if (is_still_there(upload, place, upload_name(arguments.upload))) ::fchmod(upload.get(), 0600);
    throw;
  }
}

file::Attributes Uploads::commit(const file::CommitArguments& arguments, const onc::transport::Host& caller) {
  const OneAtATime::Turn turn(one_at_a_time_, arguments.upload);
  if (const auto done = committed_.recall(arguments)) return *done;
  const Place place = root_.place(arguments.path);
  const auto upload = open_upload(place, arguments.upload, Sharing::alone);
  if (!upload) {
    if (const auto done = committed_.find_marked(place, arguments)) return done_again(place, *done);
    throw Refused(Outcome::NO_SUCH_UPLOAD);
  }
  if (upload->seen.attributes.size != arguments.size) throw Refused(Outcome::INCOMPLETE);
  check_target(place, arguments.revision);
  // Before the hash, which is there once.
  const FewAtOnce::Turn one_of_few(committing_, caller);
  check_hash(*upload, place, arguments, caller);
  return seal_and_appear(*upload, place, arguments);
}

file::Attributes Uploads::put(const file::PutArguments& arguments) {
  const file::CommitArguments& commit = arguments.commit;
  if (arguments.data.size() != commit.size) throw Refused(Outcome::INCOMPLETE);
  if (sha256(arguments.data) != commit.hash) throw Refused(Outcome::WRONG_HASH);
  const OneAtATime::Turn turn(one_at_a_time_, commit.upload);
  if (const auto done = committed_.recall(commit)) return *done;
  const Place place = root_.place(commit.path);
  const LockedUpload upload = make_upload(place, commit.upload, Sharing::alone);
  try {
    return put_alone(upload, place, arguments);
  } catch (const Refused&) {
    // The caller has it all. What appeared before something failed has another name already.
    if (is_still_there(upload, place, upload_name(commit.upload))) give_up(upload, place, commit.upload);
    throw;
  }
}

file::Attributes Uploads::put_alone(const LockedUpload& upload, const Place& place,
                                    const file::PutArguments& arguments) {
  if (const auto done = committed_.find_marked(place, arguments.commit)) {
    give_up(upload, place, arguments.commit.upload);
    return done_again(place, *done);
  }
  check_target(place, arguments.commit.revision);
  running_.forget(upload.seen.identity);
  checked(::ftruncate(upload.get(), 0), "ftruncate");
  write_all(upload.get(), 0, arguments.data);
  return seal_and_appear(upload, place, arguments.commit);
}

void Uploads::discard(const file::DiscardArguments& arguments) {
  const Place place = root_.place(arguments.path);
  if (const auto upload = open_upload(place, arguments.upload, Sharing::alone))
    give_up(*upload, place, arguments.upload);
}

}  // namespace services::files
