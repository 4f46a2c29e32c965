// Which of the processes that say they are one node is that node: the one that answers at its URI. Only what that one
// says counts: of two that were started with one ID by mistake, as where a unit file was copied, both would else be a
// vote. Each process has a life of its own.
#pragma once

#include "services/election/clock.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace services::elections {

// Of one node, as another sees them. `now` never goes back.
class Namesakes {
 public:
  // A random number, another with each start and never no_life.
  using Life = std::uint64_t;
  static constexpr Life no_life = 0;

  // `lease`: for how long an answer counts, from when it was asked for, and what was promised holds. That is also for
  // how long one must go on calling after another has answered before it is no late word of who has ended.
  explicit Namesakes(Span lease) : lease_(lease) {}

  // Who was asked at the node's URI then; no_life where that was another node.
  void answered(Life life, Moment asked) {
    if (asked_ && asked < *asked_) return;  // a later one has overtaken it
    asked_ = asked;
    is_there_ = life != no_life;
    if (!is_there_) return;
    if (life_ != no_life && life != life_) {
      former_ = life_;
      took_over_ = asked;
      votes_from_ = std::max(votes_from_, asked + lease_ / 2);
    }
    life_ = life;
    std::erase_if(strangers_, [&](const Stranger& one) { return one.life == life; });
    for (Stranger& one : strangers_)
      if (!one.another_answered && asked >= one.first) one.another_answered = asked;
  }

  // True where it is not known, but from the next answer on.
  bool called(Life life, Moment now) {
    last_called_ = now;
    std::erase_if(strangers_, [&](const Stranger& one) { return !is_recent(one, now); });
    if (life == life_) return false;
    if (life == former_) votes_from_ = std::max(votes_from_, took_over_ + lengthened(2 * lease_));
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

  // The latest that did.
  bool answers(Life life) const { return life == life_; }
  bool is_anybody_there(Moment now) const { return is_there_ && now - *asked_ <= lease_; }
  // Its word is the node's.
  bool counts(Life life, Moment now) const { return answers(life) && is_anybody_there(now); }
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
    std::optional<Moment> another_answered;  // to the first question since it has called
  };

  bool is_recent(const Stranger& one, Moment now) const { return now - one.last <= 2 * lease_; }
  bool is_proven(const Stranger& one, Moment now) const {
    return one.another_answered && one.last - *one.another_answered >= lease_ && is_recent(one, now);
  }

  Span lease_;
  Life life_ = no_life;
  bool is_there_ = false;  // and not another node
  std::optional<Moment> asked_;
  Life former_ = no_life;
  Moment took_over_ = Moment::min();  // from that one, by when it was first asked
  Moment votes_from_ = Moment::min();
  Moment last_called_ = Moment::min();
  std::vector<Stranger> strangers_;
};

}  // namespace services::elections
