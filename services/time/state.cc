#include "services/time/state.h"

#include <onc/rpc/error.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
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
constexpr std::size_t checksum_size = 8;
constexpr int most_set_aside = 999;

Error trouble(const std::string& text) {
  const std::error_code why(errno, std::generic_category());
  return Error(why, text + ": " + why.message());
}

// FNV-1a: disks do not lie on purpose.
std::uint64_t checksum_of(onc::xdr::BytesView bytes) {
  std::uint64_t sum = 0xcbf29ce484222325u;
  for (const std::byte byte : bytes) sum = (sum ^ std::to_integer<std::uint64_t>(byte)) * 0x100000001b3u;
  return sum;
}

onc::xdr::Bytes encoded(const kept::Second& kept) {
  onc::xdr::Encoder out;
  encode(out, kept::Kept::with_second(kept));
  const onc::xdr::BytesView bytes = out.bytes();
  return {bytes.begin(), bytes.end()};
}

kept::Second with_checksum(kept::Second kept) {
  const onc::xdr::Bytes bytes = encoded(kept);
  kept.checksum = checksum_of(onc::xdr::BytesView(bytes).first(bytes.size() - checksum_size));
  return kept;
}

// The first form knows of nothing that was still to be added.
kept::Second second_of(const kept::First& first) {
  return {
      .clock = {.machine = 0, .ahead = first.offset, .slewing = 0, .slew_limit = DisciplinedClock::usual_slew_limit},
      .stamps = first.stamps,
      .checksum = 0};
}

// Nothing where it is damaged.
std::optional<kept::Second> decoded(onc::xdr::BytesView bytes) {
  onc::xdr::Decoder in(bytes);
  kept::Kept kept;
  decode(in, kept);
  in.finish();
  if (kept.form() == kept::Form::FIRST) return second_of(kept.first());
  const kept::Second& second = kept.second();
  const bool is_whole = with_checksum(second).checksum == second.checksum;
  const bool is_limit = 0 < second.clock.slew_limit && second.clock.slew_limit < 1;
  if (!is_whole || !is_limit) return std::nullopt;
  return second;
}

}  // namespace

State::State(std::string directory) : directory_(std::move(directory)) {
  if (::mkdir(directory_.c_str(), 0700) != 0 && errno != EEXIST)
    throw trouble("cannot make " + directory_ + " for what is to be kept; name a folder by --state-dir");
  opened_ = Socket(::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened_.get() < 0) throw trouble("cannot use " + directory_ + "; name another folder by --state-dir");
  lock();
  load();
  save(kept_);  // what cannot be written is better known now
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
    const auto kept = decoded(bytes);
    if (!kept) return set_aside("it is not what was written");
    kept_ = *kept;
  } catch (const onc::xdr::Error& error) {
    set_aside(error.what());
  }
}

void State::set_aside(const std::string& why) {
  const std::string path = directory_ + "/" + file;
  for (int number = 1; number <= most_set_aside; ++number) {
    const std::string aside = file + (".corrupt." + std::to_string(number));
    if (::renameat2(opened_.get(), file, opened_.get(), aside.c_str(), RENAME_NOREPLACE) == 0) {
      remark_ = path + " is damaged (" + why + ") and kept as " + aside +
                ": the clock begins with the machine's, and stamps that were given before may be given again";
      return;
    }
    if (errno != EEXIST) break;
  }
  throw trouble("cannot set the damaged " + path + " aside; move it, and its like, to another folder");
}

bool State::resume(DisciplinedClock& clock, Instant machine) const {
  const kept::Clock& was = kept_.clock;
  const Span ahead(was.ahead);
  const Span slewing(was.slewing);
  const bool is_possible =
      is_settable(to_instant(was.machine)) && can_be_set_by(machine, ahead) && can_be_set_by(machine + ahead, slewing);
  if (!is_possible) return false;
  // Where the machine's clock was set back meanwhile, nobody knows how long it is ago.
  const Span elapsed = std::max(machine - to_instant(was.machine), Span(0));
  const Span added = DisciplinedClock::added_after(elapsed, slewing, was.slew_limit);
  clock.step(machine + ahead + added);
  clock.slew(slewing - added);
  return true;
}

void State::keep_clock(const DisciplinedClock::Reading& clock, double slew_limit, Instant machine) {
  kept::Second kept = kept_;
  kept.clock = {.machine = to_wire(machine),
                .ahead = (clock.now - machine).count(),
                .slewing = clock.slewing.count(),
                .slew_limit = slew_limit};
  save(kept);
}

void State::keep_stamps(LamportClock::Stamp last) {
  kept::Second kept = kept_;
  kept.stamps = last;
  save(kept);
}

void State::save(const kept::Second& kept) {
  const onc::xdr::Bytes bytes = encoded(with_checksum(kept));
  ::unlinkat(opened_.get(), next_file, 0);
  const Socket next(::openat(opened_.get(), next_file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  const bool is_written = next.get() >= 0 &&
                          ::write(next.get(), bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
                          ::fsync(next.get()) == 0 && ::renameat(opened_.get(), next_file, opened_.get(), file) == 0 &&
                          ::fsync(opened_.get()) == 0;
  if (!is_written) throw trouble("cannot write " + directory_ + "/" + file);
  kept_ = kept;
}

}  // namespace services::time
