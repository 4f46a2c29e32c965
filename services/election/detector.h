// Whether a node is alive, judged by its heartbeats: one whose heartbeats come irregularly is waited for longer.
#pragma once

#include "services/election/clock.h"

#include <algorithm>

namespace services::elections {

class Detector {
 public:
  // A node that is to be heard every `interval`. It is waited for at least two of these, and `longest` at most.
  Detector(Span interval, Span longest, Moment now)
      : shortest_(2 * interval), longest_(longest), mean_(interval), deviation_(interval / 2), last_(now) {}

  // Learns from the gap as TCP does from a round trip (RFC 6298 §2).
  void heard(Moment now) {
    const Span gap = std::clamp(now - last_, Span(0), longest_);
    const Span off = gap > mean_ ? gap - mean_ : mean_ - gap;
    deviation_ += (off - deviation_) / 4;
    mean_ += (gap - mean_) / 8;
    last_ = std::max(last_, now);
    has_heard_ = true;
  }

  // The mean gap and four deviations, within the bounds.
  Span patience() const { return std::clamp(mean_ + 4 * deviation_, shortest_, longest_); }
  bool suspects(Moment now) const { return now - last_ > patience(); }
  // Ever.
  bool has_heard() const { return has_heard_; }
  // When it was last heard, or first waited for.
  Moment last() const { return last_; }

 private:
  Span shortest_;
  Span longest_;
  Span mean_;
  Span deviation_;
  Moment last_;
  bool has_heard_ = false;
};

}  // namespace services::elections
