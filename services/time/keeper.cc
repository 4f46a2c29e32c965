#include "services/time/keeper.h"

#include <cassert>
#include <random>

namespace services::time {

namespace {

Span size_of(Span span) { return span < Span(0) ? -span : span; }

bool is_within(Span span, Span limit) { return -limit <= span && span <= limit; }

}  // namespace

// What was measured before a restart is not taken for what was measured since: settings begin anywhere.
Keeper::Keeper(DisciplinedClock clock, FromUtc from_utc, Drift drift, std::uint64_t life)
    : clock_(std::move(clock)), from_utc_(std::move(from_utc)), drift_(drift), setting_(any_number()), life_(life) {
  assert(life != 0);
}

std::uint64_t Keeper::any_number() {
  std::random_device device;
  const std::uint64_t number = std::uint64_t{device()} << 32 | device();
  return number != 0 ? number : 1;
}

time_::Reading Keeper::read() const {
  const auto reading = clock_.read();
  return {to_wire(reading.now), bounds_at(reading)};
}

time_::Exchange Keeper::exchange(time_::Instant originated, Instant received) const {
  const auto reading = clock_.read();
  return {.originated = originated,
          .received = to_wire(received),
          .transmitted = to_wire(reading.now),
          .slewing = reading.slewing.count(),
          .setting = setting_,
          .bounds = bounds_at(reading)};
}

time_::Bounds Keeper::bounds_at(const DisciplinedClock::Reading& reading) const {
  return {to_wire(from_utc_(reading.ahead)), to_wire(from_group_at(reading)), round_.life, round_.number};
}

Bound Keeper::from_group_at(const DisciplinedClock::Reading& reading) const {
  if (!known_) return std::nullopt;
  const Span drifted = known_->is_own ? Span(0) : drift_.over(reading.settled() - known_->at);
  return size_of(reading.slewing) + known_->within + drifted;
}

time_::Answer Keeper::set(Instant instant) {
  if (!is_settable(instant)) return time_::Answer::NO_SUCH_TIME;
  clock_.step(instant);
  known_.reset();
  changed();
  return time_::Answer::DONE;
}

void Keeper::follow(Span by) {
  const auto reading = clock_.read();
  const Instant wanted = reading.settled() + by;
  if (wanted > reading.now)
    clock_.step(wanted);
  else
    clock_.slew(by);
  changed();
}

time_::Answer Keeper::correct(const time_::Correction& correction) {
  using time_::Answer;
  const RoundName round{correction.life, correction.round};
  if (round == round_ && known_) return Answer::DONE;
  const bool is_later = round.life != round_.life || round.number > round_.number;
  if (correction.setting != setting_ || round.life == 0 || round.number == 0 || !is_later) return Answer::TOO_LATE;
  const Instant measured = to_instant(correction.measured);
  const Instant settled = clock_.read().settled();
  if (measured > settled || measured < settled - oldest_correction) return Answer::TOO_LATE;
  const Bound within = to_bound(correction.from_group);
  if (!within || *within > furthest_correction || !may_slew(Span(correction.by))) return Answer::TOO_FAR;
  slew(Span(correction.by), round, {measured + Span(correction.by), *within, false});
  return Answer::DONE;
}

bool Keeper::may_slew(Span by) const {
  if (!is_within(by, furthest_correction)) return false;
  const auto reading = clock_.read();
  return is_within(reading.slewing + by, furthest_correction) && is_settable(reading.settled() + by);
}

void Keeper::lead(Span by) {
  const std::uint64_t last = round_.life == life_ ? round_.number : 0;
  slew(by, {life_, last + 1}, {settled() + by, Span(0), true});
}

void Keeper::slew(Span by, const RoundName& round, const Known& known) {
  clock_.slew(by);
  round_ = round;
  known_ = known;
  changed();
}

void Keeper::changed() {
  if (++setting_ == 0) setting_ = 1;
  if (told_) told_();
}

}  // namespace services::time
