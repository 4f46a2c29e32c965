#include "services/time/disciplined.h"

#include <algorithm>
#include <cassert>

namespace services::time {

DisciplinedClock::DisciplinedClock(Source raw, double slew_limit) : raw_(std::move(raw)), slew_limit_(slew_limit) {
  assert(0 < slew_limit && slew_limit < 1);
  since_ = raw_();
}

DisciplinedClock::Reading DisciplinedClock::read() const {
  const Instant raw = raw_();
  const Instant now = at(raw);
  return {now, to_add_ - added(raw), now - raw};
}

void DisciplinedClock::slew(Span by) {
  settle(raw_());
  to_add_ += by;
}

void DisciplinedClock::step(Instant now) {
  since_ = raw_();
  offset_ = now - since_;
  to_add_ = Span(0);
}

Span DisciplinedClock::added_after(Span elapsed, Span to_add, double slew_limit) {
  // Compared as doubles: after years it is more than a Span holds, but never more than is to be added.
  const double could = static_cast<double>(elapsed.count()) * slew_limit;
  const Span size = to_add < Span(0) ? -to_add : to_add;
  if (could >= static_cast<double>(size.count())) return to_add;
  const Span part(static_cast<Span::rep>(could));
  return to_add < Span(0) ? -part : part;
}

void DisciplinedClock::settle(Instant raw) {
  const Span part = added(raw);
  offset_ += part;
  to_add_ -= part;
  since_ = raw;
}

}  // namespace services::time
