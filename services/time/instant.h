// The times of idl/time.x's version 2 in chrono's types, to the nanosecond.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "time.x.h"

namespace services::time {

using Instant = std::chrono::sys_time<std::chrono::nanoseconds>;
using Span = std::chrono::nanoseconds;

// How far off something may be at most; nothing where nobody knows.
using Bound = std::optional<Span>;

// What a clock may be set to: 64 bits of nanoseconds reach from 1678 to 2262, and sums of what peers say must not go
// beyond them.
inline constexpr Instant first_instant{};
inline constexpr Instant end_of_instants = std::chrono::sys_days(std::chrono::year(2201) / 1 / 1);
inline bool is_settable(Instant instant) { return first_instant <= instant && instant < end_of_instants; }

// Whether `instant` and `instant + by` both are; where the sum would be more than an Instant holds, too.
inline bool can_be_set_by(Instant instant, Span by) {
  return is_settable(instant) && first_instant - instant <= by && by < end_of_instants - instant;
}

// What a clock may have come to tell: one that was set to the last instant runs on, and sums still hold it.
inline constexpr Instant end_of_told = end_of_instants + std::chrono::days(20 * 365);
inline bool can_be_told(Instant instant) { return first_instant <= instant && instant < end_of_told; }

inline Instant to_instant(time_::Instant wire) { return Instant(Span(wire)); }
inline time_::Instant to_wire(Instant instant) { return instant.time_since_epoch().count(); }

// `bound` is not negative.
inline time_::Distance to_wire(Bound bound) {
  return bound ? static_cast<time_::Distance>(bound->count()) : time_::UNKNOWN_DISTANCE;
}
// What nobody can mean, more than 292 years, is unknown too.
inline Bound to_bound(time_::Distance wire) {
  if (wire > static_cast<time_::Distance>(Span::max().count())) return std::nullopt;
  return Span(static_cast<std::int64_t>(wire));
}

}  // namespace services::time
