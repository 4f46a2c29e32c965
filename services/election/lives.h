// How many processes say that they are one node: each has a life of its own, a random number.
#pragma once

#include "services/election/group.h"

#include <algorithm>
#include <vector>

namespace services::elections {

class Lives {
 public:
  // `silence`: who was not heard for longer is no more. `lateness`: what is heard of one that another has followed for
  // no longer may have been under way.
  Lives(Span silence, Span lateness) : silence_(silence), lateness_(lateness) {}

  void heard(Life life, Moment now) {
    forget(now);
    const auto found = std::find_if(lives_.begin(), lives_.end(), [&](const Heard& one) { return one.life == life; });
    Heard heard{.life = life, .followed = Moment::max(), .last = now};
    if (found != lives_.end()) {
      heard.followed = found->followed;
      if (lives_.back().life != life && now - heard.followed > lateness_) are_several_ = true;
      lives_.erase(found);
    }
    for (Heard& other : lives_) other.followed = std::min(other.followed, now);
    // More are there only where somebody makes them up.
    if (lives_.size() >= most) lives_.erase(lives_.begin());
    lives_.push_back(heard);
  }

  // No other than `life` can be alive: none was heard of late, not even one that may just have ended.
  bool is_alone(Life life, Moment now) const {
    return std::none_of(lives_.begin(), lives_.end(),
                        [&](const Heard& one) { return one.life != life && is_recent(one, now); });
  }
  // Surely, and not one that has ended and one that was started in its place.
  bool are_several(Moment now) const {
    return are_several_ &&
           std::count_if(lives_.begin(), lives_.end(), [&](const Heard& one) { return is_recent(one, now); }) > 1;
  }

 private:
  static constexpr std::size_t most = 8;

  struct Heard {
    Life life;
    Moment followed;  // by another, for the first time
    Moment last;
  };

  bool is_recent(const Heard& one, Moment now) const { return now - one.last <= silence_; }
  void forget(Moment now) {
    std::erase_if(lives_, [&](const Heard& one) { return !is_recent(one, now); });
    if (lives_.size() > 1) return;
    are_several_ = false;
    for (Heard& only : lives_) only.followed = Moment::max();
  }

  Span silence_;
  Span lateness_;
  std::vector<Heard> lives_;  // who was heard last is the last
  bool are_several_ = false;
};

}  // namespace services::elections
