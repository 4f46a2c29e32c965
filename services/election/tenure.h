// How long an office is sure: whose word a candidate or coordinator has, and since when.
#pragma once

#include "services/election/group.h"

#include <algorithm>
#include <vector>

namespace services::elections {

class Tenure {
 public:
  explicit Tenure(const Group& group)
      : majority_(group.majority()), held_for_(shortened(group.lease())), asked_(group.size(), Moment::min()) {}

  void clear() { std::fill(asked_.begin(), asked_.end(), Moment::min()); }
  // The node at `place` has given its word when it was asked at `asked`. It may have done so at once.
  void granted(std::size_t place, Moment asked) { asked_[place] = std::max(asked_[place], asked); }
  Moment asked(std::size_t place) const { return asked_[place]; }

  // Until when a majority surely stands by it; Moment::min() where none does.
  Moment sure_until() const {
    latest_ = asked_;
    const auto nth = latest_.begin() + static_cast<std::ptrdiff_t>(majority_ - 1);
    std::nth_element(latest_.begin(), nth, latest_.end(), std::greater<>());
    return *nth == Moment::min() ? *nth : *nth + held_for_;
  }

 private:
  std::size_t majority_;
  Span held_for_;
  std::vector<Moment> asked_;
  mutable std::vector<Moment> latest_;
};

}  // namespace services::elections
