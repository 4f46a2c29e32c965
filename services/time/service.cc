#include "services/time/service.h"

#include "services/time/calendar.h"

namespace services::time {

using onc::rpc::Caller;

namespace {

// A year that nanoseconds do not reach must not get as far as them.
bool is_settable(const Seconds& seconds) {
  return std::chrono::floor<std::chrono::seconds>(first_instant) <= seconds &&
         seconds < std::chrono::floor<std::chrono::seconds>(end_of_instants);
}

}  // namespace

time_::Time TimeV1::GETTIME(const Caller&) { return to_time(std::chrono::floor<std::chrono::seconds>(keeper_.now())); }

std::int32_t TimeV1::SETTIME(time_::Time time, const Caller&) {
  const auto wanted = from_time(time);
  if (!wanted || !is_settable(*wanted)) return 1;
  return keeper_.set(*wanted) == time_::Answer::DONE ? 0 : 1;
}

time_::Answer TimeV2::SETTIME(time_::Instant instant, const Caller&) { return keeper_.set(to_instant(instant)); }

time_::Exchange TimeV2::EXCHANGE(time_::Instant originated, const Caller& caller) {
  time_::Exchange exchange = keeper_.exchange(originated, keeper_.now());
  // A correction must hold it: whoever merely writes the coordinator's address on a datagram is not to learn it.
  if (!may_correct_(caller)) exchange.setting = 0;
  return exchange;
}

time_::Answer TimeV2::CORRECT(time_::Correction correction, const Caller& caller) {
  return may_correct_(caller) ? keeper_.correct(correction) : time_::Answer::DENIED;
}

time_::Status TimeV2::STATUS(const Caller&) {
  time_::Status status{
      .reading = keeper_.read(), .slewing = keeper_.slewing().count(), .coordinates = false, .peers = {}};
  if (tell_group_) tell_group_(status);
  return status;
}

time_::Stamped TimeV2::TICK(const Caller&) { return time_::Stamped::with_stamp(lamport_.tick()); }

bool TimeV2::may_jump() {
  const auto now = now_();
  if (now - jumps_since_ >= std::chrono::seconds(1)) {
    jumps_ = 0;
    jumps_since_ = now;
  }
  return jumps_ < most_jumps && ++jumps_ != 0;
}

time_::Stamped TimeV2::OBSERVE(time_::Stamp seen, const Caller&) {
  if (lamport_.must_reserve_for(seen) && !may_jump()) return time_::Answer::TOO_FAR;
  const auto stamp = lamport_.observe(seen);
  return stamp ? time_::Stamped::with_stamp(*stamp) : time_::Answer::TOO_FAR;
}

}  // namespace services::time
