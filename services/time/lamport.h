// Lamport's clock, for any service that stamps what happens: if one thing can have caused another, its stamp is the
// smaller one (L. Lamport, "Time, Clocks, and the Ordering of Events in a Distributed System", 1978).
//
//   LamportClock clock;
//   send(request, clock.tick());             whoever sends says when
//   ... clock.observe(request.stamp) ...     and whoever receives is later
//
// To order all events, and not only what can be cause and effect, compare stamps and, where they are equal, who gave
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <stdexcept>
#include <utility>

namespace services::time {

// Not for several threads at once.
class LamportClock {
 public:
  using Stamp = std::uint64_t;
  // Makes it last that all stamps up to `last` may have been given; throws where it cannot.
  using Reserve = std::function<void(Stamp last)>;

  // What is further ahead than so many events is no event's stamp, and would use up all there are.
  static constexpr Stamp furthest_ahead = Stamp{1} << 32;
  // Reserved at once, so that few stamps wait for a disk.
  static constexpr Stamp block = Stamp{1} << 16;

  // Begins at 1, and forgets.
  LamportClock() = default;
  // Goes on after `reserved`, the last that `reserve` was called with, so that no stamp is given twice, however the
  // process ended.
  LamportClock(Stamp reserved, Reserve reserve) : last_(reserved), reserved_(reserved), reserve_(std::move(reserve)) {}

  // Something has happened. A stamp later than all that were given or observed. Throws what `reserve` does.
  Stamp tick() { return advance_from(last_); }

  // Whether observing `seen` would be a jump that has to be made to last.
  bool must_reserve_for(Stamp seen) const {
    return reserve_ && seen > last_ && seen - last_ <= furthest_ahead && seen >= reserved_;
  }

  // Something with the stamp `seen` is known of: a stamp later than that, too. Nothing where it is too far ahead.
  std::optional<Stamp> observe(Stamp seen) {
    if (seen > last_ && seen - last_ > furthest_ahead) return std::nullopt;
    return advance_from(seen > last_ ? seen : last_);
  }

 private:
  Stamp advance_from(Stamp from) {
    constexpr Stamp greatest = std::numeric_limits<Stamp>::max();
    if (from == greatest) throw std::overflow_error("all of Lamport's stamps have been given");
    const Stamp next = from + 1;
    if (reserve_ && next > reserved_) {
      const Stamp last = next < greatest - block ? next + block : greatest;
      reserve_(last);
      reserved_ = last;
    }
    return last_ = next;
  }

  Stamp last_ = 0;
  Stamp reserved_ = 0;
  Reserve reserve_;
};

}  // namespace services::time
