#include "services/file/client/download.h"
#include "services/file/client/local_file.h"
#include "services/file/client/paths.h"
#include "services/file/client/pieces.h"
#include "services/file/client/shown.h"
#include "services/file/running_hashes.h"
#include "services/file/times.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <future>
#include <optional>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace services::files {

namespace {

constexpr const char* part_mark = ".onc-part.";

// Where the name is long, its beginning: together they have 255 bytes at most.
std::string part_stem(const std::string& name) { return "." + name.substr(0, 220) + part_mark; }

std::string part_name(const std::string& local, file::Revision revision) {
  char number[20];
  std::snprintf(number, sizeof number, "%016llx", static_cast<unsigned long long>(revision));
  return folder_of(local) + part_stem(last_name(local)) + number;
}

// What another onc-file is at work on stays.
void remove_unused(const std::string& part) {
  const Descriptor opened(::open(part.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (opened.get() >= 0 && ::flock(opened.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(part.c_str());
}

mode_t mask() {
  const mode_t now = ::umask(0);
  ::umask(now);
  return now;
}
const mode_t mask_at_start = mask();  // a process has one, and asking is setting it

void expect_same(file::Outcome outcome, const std::string& remote) {
  if (outcome == file::Outcome::REVISION_CHANGED)
    throw Failure(shown(remote) + ": it changed while it was read: try again");
  expect_done(outcome, remote);
}

file::Piece read(Client& client, const std::string& remote, file::Revision revision, std::uint64_t offset,
                 std::uint64_t count) {
  file::ReadResult result = patiently([&] {
    return client.READ({remote, revision, offset, static_cast<std::uint32_t>(count)});
  });
  expect_same(result.outcome(), remote);
  if (result.piece().data.size() > count)
    throw Failure(shown(remote) + ": the server sent more bytes than were asked for");
  return std::move(result.piece());
}

// `is_over`: nobody wants it any more.
file::Sha256 hash_on_server(Session& session, Client& client, const std::string& remote,
                            const file::Attributes& attributes, const std::atomic<bool>& is_over = false) {
  const auto patience = session.patience_for(attributes.size);
  const auto result = patiently([&] {
    if (is_over) throw Failure(shown(remote) + ": it was given up");
    return client.within(patience).HASH({remote, attributes.revision});
  });
  expect_same(result.outcome(), remote);
  return result.hash();
}

Failure damaged(const std::string& remote) {
  return Failure(shown(remote) + ": what came is not what the server has: try again");
}

// On a thread of its own, or where none can be made when it is asked for what it returns.
template <class Work>
auto begin_beside(Work work) {
  try {
    return std::async(std::launch::async, work);
  } catch (const std::system_error&) {
    return std::async(std::launch::deferred, work);
  }
}

class AtEnd {
 public:
  explicit AtEnd(std::function<void()> act) : act_(std::move(act)) {}
  AtEnd(const AtEnd&) = delete;
  AtEnd& operator=(const AtEnd&) = delete;
  ~AtEnd() { act_(); }

 private:
  std::function<void()> act_;
};

class Download {
 public:
  Download(Session& session, const std::string& remote, const std::string& local, Progress& progress)
      : session_(session), remote_(remote), local_(local), progress_(progress) {}

  Moved run() {
    const file::GetResult result = patiently([&] { return session_.client().GET(remote_); });
    const bool is_large = result.outcome() == file::Outcome::TOO_LARGE;
    if (!is_large) expect_same(result.outcome(), remote_);
    attributes_ = is_large ? result.attributes() : result.whole().attributes;
    part_ = part_name(local_, attributes_.revision);
    open_part();
    const Moved moved = is_large ? fetch() : take(result.whole());
    seal();
    return moved;
  }

 private:
  // Locked, and still under its name: another may have finished it just now.
  void open_part() {
    for (struct stat there{}, open{};;) {
      file_ = Descriptor(::open(part_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (file_.get() < 0) fail_local(local_, "written");
      if (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0)
        throw Failure(shown(local_) + " is being downloaded by another onc-file already");
      open = status_of(file_.get(), part_);
      if (::lstat(part_.c_str(), &there) == 0 && there.st_ino == open.st_ino && there.st_dev == open.st_dev) return;
    }
  }

  Moved take(const file::Whole& whole) {
    if (whole.data.size() != attributes_.size || sha256(whole.data) != whole.hash) give_up();
    resize(0);
    write_local_with_holes(file_.get(), 0, whole.data, part_);
    resize(attributes_.size);
    progress_.bytes_moved += whole.data.size();
    return {attributes_, whole.hash};
  }

  // What was there before may be another's, or what a power cut left of it: then once more from the beginning.
  Moved fetch() {
    const auto there = static_cast<std::uint64_t>(status_of(file_.get(), part_).st_size);
    const std::uint64_t begin = there > attributes_.size ? 0 : resume_at(there);
    if (const auto hash = fetch_from(begin)) return {attributes_, *hash, begin};
    progress_.bytes_moved -= attributes_.size;
    if (const auto hash = begin == 0 ? std::nullopt : fetch_from(0)) return {attributes_, *hash};
    give_up();
  }

  std::optional<file::Sha256> fetch_from(std::uint64_t begin) {
    resize(begin);
    check_space(attributes_.size - begin);
    progress_.bytes_moved += begin;
    // While the pieces come.
    Client& other = session_.client(window);
    std::atomic<bool> is_over = false;
    auto wanted = begin_beside([&] { return hash_on_server(session_, other, remote_, attributes_, is_over); });
    // It is waited for in any case, and a server may be long at it.
    const AtEnd told([&] { is_over = true; });
    Sha256 known;
    add_file(known, file_.get(), 0, begin);
    RunningHash hash(std::move(known), begin);
    move_pieces(session_, begin, attributes_.size, [&](Client& client, std::uint64_t offset, std::size_t count) {
      file::Piece piece = read(client, remote_, attributes_.revision, offset, count);
      if (piece.data.size() != count) throw Failure(shown(remote_) + ": the server sent fewer bytes than there are");
      write_local_with_holes(file_.get(), offset, piece.data, part_);
      begin_sync(file_.get(), offset, count);
      hash.add(offset, std::move(piece.data));
      progress_.bytes_moved += count;
    });
    resize(attributes_.size);
    const auto sum = hash.end(attributes_.size);
    const file::Sha256 all = sum ? *sum : sha256_of_file(file_.get(), attributes_.size);
    return all == wanted.get() ? std::optional(all) : std::nullopt;
  }

  void resize(std::uint64_t size) {
    if (::ftruncate(file_.get(), static_cast<off_t>(size)) != 0) fail_local(part_, "written");
  }

  // A full disk is told before anything is sent. Nothing is set aside, for that would fill the holes.
  void check_space(std::uint64_t size) {
    struct statvfs space {};
    const bool is_known = ::fstatvfs(file_.get(), &space) == 0 && space.f_blocks != 0;
    if (!is_known || size / space.f_frsize <= space.f_bfree) return;
    errno = ENOSPC;
    fail_local(part_, "written");
  }

  [[noreturn]] void give_up() {
    ::unlink(part_.c_str());
    throw damaged(remote_);
  }

  void seal() {
    const timespec times[] = {{0, UTIME_OMIT}, to_timespec(attributes_.modified)};
    if (::fchmod(file_.get(), attributes_.mode & 0777 & ~mask_at_start) != 0 || ::futimens(file_.get(), times) != 0 ||
        ::fsync(file_.get()) != 0 || ::rename(part_.c_str(), local_.c_str()) != 0)
      fail_local(local_, "written");
  }

  Session& session_;
  const std::string& remote_;
  const std::string& local_;
  Progress& progress_;
  file::Attributes attributes_;
  std::string part_;
  Descriptor file_;
};

}  // namespace

Moved download(Session& session, const std::string& remote, const std::string& local, Progress& progress) {
  return Download(session, remote, local, progress).run();
}

Moved download_to_output(Session& session, const std::string& remote) {
  file::Piece piece = read(session.client(), remote, file::ANY, 0, file::MAX_DATA);
  const file::Attributes attributes = piece.attributes;
  Sha256 hash;
  for (std::uint64_t offset = 0; offset < attributes.size;) {
    if (offset != 0) piece = read(session.client(), remote, attributes.revision, offset, file::MAX_DATA);
    if (piece.data.empty() || piece.data.size() > attributes.size - offset) throw damaged(remote);
    hash.add(piece.data);
    write_out(STDOUT_FILENO, piece.data, "standard output");
    offset += piece.data.size();
  }
  const file::Sha256 all = hash.end();
  if (all != hash_on_server(session, session.client(), remote, attributes)) throw damaged(remote);
  return {attributes, all};
}

void remove_parts(const std::string& folder, const std::set<std::string>& names) {
  std::set<std::string> stems;
  for (const std::string& name : names) stems.insert(part_stem(name));
  std::error_code ignored;
  std::vector<std::string> parts;
  for (std::filesystem::directory_iterator entry(folder.empty() ? "." : folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    const std::string part = entry->path().filename();
    const std::size_t mark = part.rfind(part_mark);
    if (mark != part.npos && stems.contains(part.substr(0, mark) + part_mark)) parts.push_back(entry->path());
  }
  for (const std::string& part : parts) remove_unused(part);
}

}  // namespace services::files
