// Keeps a clock as far from the machine's as it was set, when somebody sets that.
#pragma once

#include "services/time/keeper.h"

#include <functional>
#include <utility>

namespace services::time {

class Follower {
 public:
  // `keeper` must outlive it, and runs as fast as `machine_says`, the machine's clock, which may be set.
  Follower(Keeper& keeper, std::function<Instant()> machine_says)
      : keeper_(keeper), machine_says_(std::move(machine_says)) {
    was_set();
  }

  // The keeper's clock was set, and stays as far from the machine's as it is now.
  void was_set() { ahead_ = keeper_.settled() - machine_says_(); }

  // To be called now and then.
  void look() {
    const Span by = machine_says_() + ahead_ - keeper_.settled();
    if (by < -least || by > least) keeper_.follow(by);
  }

 private:
  // More than it takes to read one clock after the other.
  static constexpr Span least = std::chrono::milliseconds(5);

  Keeper& keeper_;
  std::function<Instant()> machine_says_;
  Span ahead_{};
};

}  // namespace services::time
