// Which of the processes that say they are one member is that member: the one that answers at its URI. Where two were
// started with one ID by mistake, both would else be a vote. Each has a life of its own.
#pragma once

#include "services/election/clock.h"

#include "mutex.x.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace services::locks {

using elections::Moment;
using elections::Span;
using ::mutex::Life;

// `now` never goes back.
class Namesakes {
 public:
  // `fresh`: for how long an answer counts, from when it was asked for. That is also for how long one must go on
  // calling after another has answered before it is no late word of who has ended.
  explicit Namesakes(Span fresh) : fresh_(fresh) {}

  // By who was asked at the member's URI then.
  void answered(Life life, Moment asked) {
    if (asked_ && asked < *asked_) return;
    if (asked_ && life != life_) {
      former_ = life_;
      since_ = asked;
      votes_from_ = asked + fresh_ / 2;
    }
    life_ = life;
    asked_ = asked;
    std::erase_if(strangers_, [&](const Stranger& one) { return one.life == life; });
    for (Stranger& one : strangers_)
      if (!one.outdone && asked >= one.first) one.outdone = asked;
  }

  // True where it is not known, but from the next answer on.
  bool called(Life life, Moment now) {
    last_called_ = now;
    std::erase_if(strangers_, [&](const Stranger& one) { return !is_recent(one, now); });
    if (life == life_) return false;
    if (life == former_) votes_from_ = std::max(votes_from_, since_ + 2 * fresh_);
    const auto found =
        std::find_if(strangers_.begin(), strangers_.end(), [&](const Stranger& one) { return one.life == life; });
    if (found != strangers_.end()) {
      found->last = now;
      return false;
    }
    // More are there only where somebody makes them up.
    if (strangers_.size() >= most) strangers_.erase(strangers_.begin());
    strangers_.push_back({life, now, now, {}});
    return true;
  }

  // The latest that has answered.
  bool is(Life life) const { return life == life_; }
  bool is_anybody_there(Moment now) const { return asked_ && now - *asked_ <= fresh_; }
  // Its word is the member's.
  bool counts(Life life, Moment now) const { return is(life) && is_anybody_there(now); }
  // It can also be promised something, and what it promises counts. Not at once where it has taken the place of
  // another: that one is given time to be heard; and where it is, until nobody can listen to it any more.
  bool votes(Life life, Moment now) const { return counts(life, now) && now >= votes_from_; }
  // It surely is another process than the one that answers.
  bool is_another(Life life, Moment now) const {
    return std::any_of(strangers_.begin(), strangers_.end(),
                       [&](const Stranger& one) { return one.life == life && is_proven(one, now); });
  }
  bool are_several(Moment now) const {
    return std::any_of(strangers_.begin(), strangers_.end(), [&](const Stranger& one) { return is_proven(one, now); });
  }
  // By any of them; Moment::min() where none has.
  Moment last_called() const { return last_called_; }

 private:
  static constexpr std::size_t most = 8;

  // Who has called and does not answer.
  struct Stranger {
    Life life;
    Moment first;
    Moment last;
    std::optional<Moment> outdone;  // when another was first asked that has answered, after it had called
  };

  bool is_recent(const Stranger& one, Moment now) const { return now - one.last <= 2 * fresh_; }
  bool is_proven(const Stranger& one, Moment now) const {
    return one.outdone && one.last - *one.outdone >= fresh_ && is_recent(one, now);
  }

  Span fresh_;
  Life life_ = ::mutex::NO_LIFE;
  std::optional<Moment> asked_;
  Life former_ = ::mutex::NO_LIFE;
  Moment since_ = Moment::min();  // when it was first asked, if another had answered before
  Moment votes_from_ = Moment::min();
  Moment last_called_ = Moment::min();
  std::vector<Stranger> strangers_;
};

}  // namespace services::locks
