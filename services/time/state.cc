#include "services/time/state.h"

#include <onc/rpc/error.h>

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace services::time {

using onc::rpc::Error;
using onc::transport::Socket;

namespace {

constexpr const char* file = "time.xdr";
constexpr const char* next_file = "time.xdr.next";
// More than the file ever has.
constexpr std::size_t longest = 64;

Error trouble(const std::string& text) {
  const std::error_code why(errno, std::generic_category());
  return Error(why, text + ": " + why.message());
}

onc::xdr::Bytes encoded(const kept::Kept& kept) {
  onc::xdr::Encoder out;
  encode(out, kept);
  const onc::xdr::BytesView bytes = out.bytes();
  return {bytes.begin(), bytes.end()};
}

kept::Kept decoded(onc::xdr::BytesView bytes) {
  onc::xdr::Decoder in(bytes);
  kept::Kept kept;
  decode(in, kept);
  in.finish();
  return kept;
}

}  // namespace

State::State(std::string directory) : directory_(std::move(directory)) {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
    throw trouble("cannot make " + directory_ + " for what is to be kept; name a folder by --state-dir");
  opened_ = Socket(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened_.get() < 0) throw trouble("cannot use " + directory_ + "; name another folder by --state-dir");
  lock();
  load();
  save(kept_, false);  // what cannot be written is better known now
}

void State::lock() {
  if (::flock(opened_.get(), LOCK_EX | LOCK_NB) == 0) return;
  if (errno != EWOULDBLOCK) throw trouble("cannot lock " + directory_);
  throw Error(std::make_error_code(std::errc::device_or_resource_busy),
              directory_ + " is another onc-timed's, which runs; name another folder by --state-dir");
}

void State::load() {
  const Socket opened(::openat(opened_.get(), file, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  const std::string path = directory_ + "/" + file;
  if (opened.get() < 0) {
    if (errno == ENOENT) return;
    throw trouble("cannot read " + path);
  }
  onc::xdr::Bytes bytes(longest);
  const ssize_t size = ::read(opened.get(), bytes.data(), bytes.size());
  if (size < 0) throw trouble("cannot read " + path);
  bytes.resize(static_cast<std::size_t>(size));
  try {
    kept_ = decoded(bytes);
  } catch (const onc::xdr::Error& error) {
    throw Error(error.code(), path + " is damaged (" + error.what() +
                                  "); move it away, if no stamp that was given before matters any more");
  }
}

void State::keep_offset(Span offset) {
  kept::Kept kept = kept_;
  kept.offset = offset.count();
  save(kept, false);
}

void State::keep_stamps(LamportClock::Stamp last) {
  kept::Kept kept = kept_;
  kept.stamps = last;
  save(kept, true);
}

void State::save(const kept::Kept& kept, bool for_ever) {
  const onc::xdr::Bytes bytes = encoded(kept);
  ::unlinkat(opened_.get(), next_file, 0);
  const Socket next(::openat(opened_.get(), next_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const bool is_written =
      next.get() >= 0 && ::write(next.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      (!for_ever || ::fsync(next.get()) == 0) && ::renameat(opened_.get(), next_file, opened_.get(), file) == 0 &&
      (!for_ever || ::fsync(opened_.get()) == 0);
  if (!is_written) throw trouble("cannot write " + directory_ + "/" + file);
  kept_ = kept;
}

}  // namespace services::time
