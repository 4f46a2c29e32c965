// The logic of the time service: what it answers, without sockets.
#pragma once

#include "services/time/disciplined.h"
#include "services/time/exchange.h"

#include <functional>

namespace services::time {

// Of all rounds of all coordinators, one; the default is before the first.
struct RoundName {
  std::uint64_t life = 0;
  std::uint64_t number = 0;
  bool operator==(const RoundName&) const = default;
};

class Keeper {
 public:
  // How far what is so far ahead of the raw clock may be from UTC, as told by whoever keeps the machine's own clock.
  using FromUtc = std::function<Bound(Span ahead)>;

  // A correction by more is a mistake of somebody's, and so are many that come to more before they are added.
  static constexpr Span furthest_correction = std::chrono::hours(1);
  // One that was measured longer ago is no longer one.
  static constexpr Span oldest_correction = std::chrono::hours(1);

  // `life`, not 0: what tells the rounds that it leads from those of other coordinators, and of its own earlier lives.
  Keeper(DisciplinedClock clock, FromUtc from_utc, Drift drift = Drift(), std::uint64_t life = any_number());

  // At random; never 0.
  static std::uint64_t any_number();

  Instant now() const { return clock_.now(); }
  time_::Reading read() const;
  // `received`: now(), as soon as the call was there.
  time_::Exchange exchange(time_::Instant originated, Instant received) const;
  DisciplinedClock::Reading clock() const { return clock_.read(); }
  Span slewing() const { return clock_.read().slewing; }
  time_::Bounds bounds() const { return bounds_at(clock_.read()); }

  // DONE or NO_SUCH_TIME. The group's time is unknown from then on, until the next round.
  time_::Answer set(Instant instant);

  // The machine's clock, which this one goes by, has been set ahead by so much: follows at once; or back: little by
  // little.
  void follow(Span by);

  // What the group's coordinator says; who that is, its server knows. DONE, also when it is repeated, which changes
  // nothing; TOO_LATE or TOO_FAR. The first of a new life is later than all of those before: from then on that one's
  // time is the group's.
  time_::Answer correct(const time_::Correction& correction);

  // For the coordinator itself, whose settled clock is the group's time. What it measures by, and by how much it gives
  // way in a round, the next of its own life.
  Instant settled() const { return clock_.read().settled(); }
  std::uint64_t setting() const { return setting_; }  // never 0
  void lead(Span by);
  RoundName round() const { return round_; }
  // Whether the clock can take a correction by so much.
  bool may_slew(Span by) const;

  // How far ahead of the raw clock it is once all is added, and whom to tell when that has changed.
  Span offset() const { return clock_.offset(); }
  void on_change(std::function<void()> told) { told_ = std::move(told); }

 private:
  // What the group's time was known by at a moment of the settled clock.
  struct Known {
    Instant at;
    Span within;
    bool is_own;  // the group's time is this clock's: no drift leads away from it
  };

  time_::Bounds bounds_at(const DisciplinedClock::Reading& reading) const;
  Bound from_group_at(const DisciplinedClock::Reading& reading) const;
  void slew(Span by, const RoundName& round, const Known& known);
  void changed();

  DisciplinedClock clock_;
  FromUtc from_utc_;
  Drift drift_;
  std::uint64_t setting_;
  std::uint64_t life_;
  RoundName round_;
  std::optional<Known> known_;
  std::function<void()> told_;
};

}  // namespace services::time
