#include "services/time/exchange.h"

#include <algorithm>
#include <cmath>

namespace services::time {

namespace {

// More is no server's own correction; see Keeper::furthest_correction.
constexpr Span most_slewing = std::chrono::hours(1000);

bool is_possible(const time_::Exchange& exchange) {
  const Span slewing(exchange.slewing);
  return can_be_told(to_instant(exchange.received)) && can_be_told(to_instant(exchange.transmitted)) &&
         exchange.received <= exchange.transmitted && -most_slewing <= slewing && slewing <= most_slewing;
}

}  // namespace

Span Drift::over(Span elapsed) const {
  // Both clocks err, and so does the one that measured the time.
  const double apart = static_cast<double>(elapsed.count()) * 2 * of_each_ * (1 + 4 * of_each_);
  return Span(static_cast<Span::rep>(std::ceil(apart)) + 2);  // and clocks tell whole nanoseconds
}

std::optional<Measured> measure(Instant sent, const time_::Exchange& exchange, Instant came, const Drift& drift) {
  if (!is_possible(exchange) || !can_be_told(sent) || !can_be_told(came) || came < sent) return std::nullopt;
  const Span elapsed = came - sent;
  const Span held(exchange.transmitted - exchange.received);
  const Span drifted = drift.over(elapsed);
  const Span delay = elapsed - held;
  if (delay < -drifted) return std::nullopt;
  const Instant received = to_instant(exchange.received) + Span(exchange.slewing);
  const Instant transmitted = to_instant(exchange.transmitted) + Span(exchange.slewing);
  // Halved before they are added: the sum of two differences may be more than a Span holds.
  const Span offset = (received - sent) / 2 + (transmitted - came) / 2;
  // While it held the call, a clock that is slewed has moved by less than that, and so has `received`.
  const Span slewed = exchange.slewing == 0 ? Span(0) : held;
  return Measured{offset, std::max(delay, Span(0)), std::max(delay, Span(0)) / 2 + Span(2) + drifted + slewed};
}

}  // namespace services::time
