// A clock that is put right without ever running back: it gains or loses a little at a time.
#pragma once

#include "services/time/instant.h"

#include <functional>

namespace services::time {

class DisciplinedClock {
 public:
  // Tells a time that runs on and never back, whoever sets the machine's clock.
  using Source = std::function<Instant()>;

  // Nothing stands in the way of Berkeley's 5 %: a second is made good in 20, and nobody who measures notices.
  static constexpr double usual_slew_limit = 0.05;

  // `slew_limit`: seconds a second at most, above 0 and below 1, so that the clock never stands still.
  explicit DisciplinedClock(Source raw, double slew_limit = usual_slew_limit);

  Instant now() const { return at(raw_()); }

  // Both of the same moment: the time, and what is then still to be added to it, little by little.
  struct Reading {
    Instant now;
    Span slewing;
    Span ahead{};  // of the raw clock
    // What the clock would say if all were added: as even as the raw clock, however it is slewed meanwhile.
    Instant settled() const { return now + slewing; }
  };
  Reading read() const;

  // Adds `by`, little by little, to what is still to be added.
  void slew(Span by);
  // At once, and nothing is to be added any more.
  void step(Instant now);

  double slew_limit() const { return slew_limit_; }
  // What of `to_add` has been added after `elapsed`, which is not negative.
  static Span added_after(Span elapsed, Span to_add, double slew_limit);

  // How far ahead of the raw clock it is once all is added.
  Span offset() const { return offset_ + to_add_; }

 private:
  Instant at(Instant raw) const { return raw + offset_ + added(raw); }
  Span added(Instant raw) const { return added_after(raw - since_, to_add_, slew_limit_); }
  // Makes what has been added by now part of the offset.
  void settle(Instant raw);

  Source raw_;
  double slew_limit_;
  Span offset_{0};
  Span to_add_{0};  // since:
  Instant since_;
};

}  // namespace services::time
