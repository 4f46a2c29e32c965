#include "services/file/client/upload.h"
#include "services/file/client/local_file.h"
#include "services/file/client/pieces.h"
#include "services/file/client/shown.h"
#include "services/file/running_hashes.h"
#include "services/file/times.h"

#include <algorithm>
#include <cstring>
#include <random>

#include <fcntl.h>

namespace services::files {

using file::Outcome;

namespace {

std::string random_of_this_process() {
  static const std::string random = [] {
    std::string text;
    std::random_device device;
    for (int i = 0; i < 4; ++i) text += std::to_string(device()) + ' ';
    return text;
  }();
  return random;
}

// The same as long as the file is: so an upload that was broken off is found again. Host and user make it this one's.
// Where there is a condition the process does too: to the server a second one that asks for the same would be the
// first, repeating itself, and both would be told that they were the one to put it there.
file::UploadId upload_id(const struct stat& status, const std::string& remote, file::Revision wanted) {
  char host[256] = "";
  static_cast<void>(::gethostname(host, sizeof host - 1));
  std::string about = std::string(host) + '\0' + remote + '\0';
  for (const auto number : {static_cast<std::int64_t>(::geteuid()), static_cast<std::int64_t>(status.st_dev),
                            static_cast<std::int64_t>(status.st_ino), static_cast<std::int64_t>(status.st_size),
                            to_nanoseconds(status.st_mtim), to_nanoseconds(status.st_ctim)})
    about += std::to_string(number) + ' ';
  if (wanted != file::ANY) about += random_of_this_process();
  const file::Sha256 hash = sha256({reinterpret_cast<const std::byte*>(about.data()), about.size()});
  file::UploadId upload;
  std::copy_n(hash.begin(), upload.size(), upload.begin());
  return upload;
}

// For what is sent whole, and for what cannot be gone on with: an id that was ever committed stands for that file.
file::UploadId new_upload_id() {
  std::random_device random;
  file::UploadId upload;
  std::generate(upload.begin(), upload.end(), [&] { return static_cast<std::byte>(random() & 0xff); });
  return upload;
}

class Upload {
 public:
  Upload(Session& session, const std::string& local, const std::string& remote, file::Revision wanted,
         Progress& progress)
      : session_(session),
        local_(local),
        file_(open_local(local, O_RDONLY | O_NONBLOCK)),
        status_(status_of(file_.get(), local)),
        progress_(progress),
        commit_{remote,
                upload_id(status_, remote, wanted),
                wanted,
                static_cast<std::uint64_t>(status_.st_size),
                {},
                status_.st_mode & 0777U,
                to_nanoseconds(status_.st_mtim)} {
    if (!S_ISREG(status_.st_mode)) throw Failure(shown(local) + " is no regular file; folders need --recursive");
  }

  Moved run() { return commit_.size <= file::MAX_DATA ? put() : put_in_pieces(); }

 private:
  Moved put() {
    file::PutArguments arguments{commit_, read_local(file_.get(), 0, commit_.size, local_)};
    arguments.commit.upload = new_upload_id();
    arguments.commit.hash = sha256(arguments.data);
    check_unchanged();
    const file::CommitResult result = patiently([&] { return session_.client().PUT(arguments); });
    expect_placed(result.outcome(), commit_.path);
    progress_.bytes_moved += commit_.size;
    return {result.attributes(), arguments.commit.hash};
  }

  // Another time from the beginning, where the server lost an upload, it became a file before this was asked for, or
  // what was there of it was not this file.
  Moved put_in_pieces() {
    for (int tries = 1;; ++tries) {
      const std::uint64_t moved_before = progress_.bytes_moved;
      try {
        return put_once();
      } catch (const SaidNo& no) {
        const bool is_lost = no.outcome() == Outcome::NO_SUCH_UPLOAD || no.outcome() == Outcome::INCOMPLETE ||
                             no.outcome() == Outcome::WRONG_HASH;
        const bool is_over = !is_lost || tries == 3;
        // Nobody will go on with one that has a condition.
        if (!is_over || commit_.revision != file::ANY)
          patiently([&] { return session_.client().DISCARD({commit_.path, commit_.upload}); });
        if (is_over) throw;
        check_unchanged();
        commit_.upload = new_upload_id();
      }
      progress_.bytes_moved -= std::min<std::uint64_t>(progress_.bytes_moved - moved_before, commit_.size);
    }
  }

  Moved put_once() {
    const std::uint64_t begin = create();
    progress_.bytes_moved += begin;
    if (begin != 0) expect_upload(begin);
    Sha256 known;
    add_file(known, file_.get(), 0, begin);
    RunningHash hash(std::move(known), begin);
    move_pieces(session_, begin, commit_.size, [&](Client& client, std::uint64_t offset, std::size_t count) {
      file::WriteArguments piece{commit_.path, commit_.upload, offset, read_local(file_.get(), offset, count, local_)};
      expect_done(patiently([&] { return client.WRITE(piece); }), commit_.path);
      hash.add(offset, std::move(piece.data));
      progress_.bytes_moved += count;
    });
    return commit(hash, begin);
  }

  std::uint64_t create() {
    const file::CreateResult result = patiently([&] {
      return session_.client().CREATE({commit_.path, commit_.upload, commit_.revision, commit_.size});
    });
    expect_placed(result.outcome(), commit_.path);
    return resume_at(std::min(result.upload().size, commit_.size));
  }

  // Where it has become a file nothing more can be written to it: it begins anew. That is heard before all that is said
  // to be there is read for the hash.
  void expect_upload(std::uint64_t begin) {
    expect_done(patiently([&] {
                  return session_.client().WRITE({commit_.path, commit_.upload, begin, {}});
                }),
                commit_.path);
  }

  Moved commit(RunningHash& hash, std::uint64_t begin) {
    check_unchanged();
    const auto sum = hash.end(commit_.size);
    commit_.hash = sum ? *sum : sha256_of_file(file_.get(), commit_.size);
    const auto patience = session_.patience_for(commit_.size);
    const auto result = patiently([&] { return session_.client().within(patience).COMMIT(commit_); });
    expect_placed(result.outcome(), commit_.path);
    return {result.attributes(), commit_.hash, begin};
  }

  void check_unchanged() const {
    const struct stat now = status_of(file_.get(), local_);
    if (now.st_size != status_.st_size || to_nanoseconds(now.st_mtim) != to_nanoseconds(status_.st_mtim))
      throw Failure(shown(local_) + " changed while it was read: try again");
  }

  Session& session_;
  const std::string& local_;
  Descriptor file_;
  struct stat status_;
  Progress& progress_;
  file::CommitArguments commit_;
};

}  // namespace

Moved upload(Session& session, const std::string& local, const std::string& remote, file::Revision wanted,
             Progress& progress) {
  return Upload(session, local, remote, wanted, progress).run();
}

}  // namespace services::files
