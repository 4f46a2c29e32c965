#include "services/time/state.h"

#include <onc/rpc/error.h>

#include <algorithm>
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
constexpr std::size_t longest = 128;

Error trouble(const std::string& text) {
  const std::error_code why(errno, std::generic_category());
  return Error(why, text + ": " + why.message());
}

onc::xdr::Bytes encoded(const kept::Second& kept) {
  onc::xdr::Encoder out;
  encode(out, kept::Kept::with_second(kept));
  const onc::xdr::BytesView bytes = out.bytes();
  return {bytes.begin(), bytes.end()};
}

// The first form knows of nothing that was still to be added.
kept::Second second_of(const kept::First& first) {
  return {
      .clock = {.machine = 0, .ahead = first.offset, .slewing = 0, .slew_limit = DisciplinedClock::usual_slew_limit},
      .stamps = first.stamps};
}

kept::Second decoded(onc::xdr::BytesView bytes) {
  onc::xdr::Decoder in(bytes);
  kept::Kept kept;
  decode(in, kept);
  in.finish();
  return kept.form() == kept::Form::FIRST ? second_of(kept.first()) : kept.second();
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

void State::resume(DisciplinedClock& clock, Instant machine) const {
  const kept::Clock& was = kept_.clock;
  const Span slewing(was.slewing);
  // Where the machine's clock was set back meanwhile, nobody knows how long it is ago.
  const Span elapsed = std::max(machine - to_instant(was.machine), Span(0));
  const Span added = DisciplinedClock::added_after(elapsed, slewing, was.slew_limit);
  clock.step(machine + Span(was.ahead) + added);
  clock.slew(slewing - added);
}

void State::keep_clock(const DisciplinedClock::Reading& clock, double slew_limit, Instant machine) {
  kept::Second kept = kept_;
  kept.clock = {.machine = to_wire(machine),
                .ahead = (clock.now - machine).count(),
                .slewing = clock.slewing.count(),
                .slew_limit = slew_limit};
  save(kept, false);
}

void State::keep_stamps(LamportClock::Stamp last) {
  kept::Second kept = kept_;
  kept.stamps = last;
  save(kept, true);
}

void State::save(const kept::Second& kept, bool for_ever) {
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
