// How long a session surely goes on, by this machine's clock.
//
// The ensemble ends a session that it has not heard of for the session's timeout, and then what the session made is
// gone and another may be first. The client library notices late that nobody answers, and not at all while its process
// is stopped. So a question is asked again and again that only a majority of the ensemble can answer, and the session
// is taken to go on for two thirds of its timeout from when the latest one that was answered was sent.
//
// The last third is what the ensemble itself may be late: the server that has heard of us tells its leader every half
// tick, and should it die in between, what counts is an earlier question. By default the shortest timeout is two ticks.
#pragma once

#include "services/election/clock.h"

#include <algorithm>

namespace services::zookeeper {

using elections::Moment;
using elections::Span;

class Pulse {
 public:
  explicit Pulse(Span timeout) : timeout_(timeout), held_for_(held_for(timeout)) {}

  // The timeout is agreed anew with each server that a session comes to. What is still to be told follows a shorter one
  // at once. A longer one changes nothing: the next server may have the shorter one again. True where it is shorter.
  bool agreed_anew(Span timeout) {
    const bool is_shorter = timeout < timeout_;
    timeout_ = std::min(timeout_, timeout);
    held_for_ = held_for(timeout_);
    return is_shorter;
  }

  Span timeout() const { return timeout_; }
  // From when a question was sent.
  Span held_for() const { return held_for_; }
  // How often to ask: what is lost once or twice changes nothing.
  Span interval() const { return held_for_ / 4; }

  // In any order.
  void answered(Moment asked) { latest_ = std::max(latest_, asked); }
  // Moment::min() before the first answer.
  Moment sure_until() const { return latest_ == Moment::min() ? latest_ : latest_ + held_for_; }
  bool is_sure(Moment now) const { return now < sure_until(); }

 private:
  static Span held_for(Span timeout) { return elections::shortened(timeout) / 3 * 2; }

  Span timeout_;
  Span held_for_;
  Moment latest_ = Moment::min();
};

}  // namespace services::zookeeper
