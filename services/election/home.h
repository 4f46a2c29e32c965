// Which process of a node answers at its URI. Only the word of that one counts: of two that say they are one node, as
// where a unit file was copied with its --id, at most one does, and so they can have no two majorities.
#pragma once

#include "services/election/group.h"

#include <map>

namespace services::elections {

// Each process has a life of its own, a random number and not 0.
class Home {
 public:
  // For so long an answer is believed, from when it was asked for.
  explicit Home(Span lease) : lease_(lease) {}

  // There, by this life; 0 where it was another node's.
  void answered(Life life, Moment asked) {
    if (life_ != 0 && asked < asked_) return;  // a later one has overtaken it
    if (life != life_) since_ = asked;
    others_.erase(life);
    life_ = life;
    asked_ = asked;
  }

  bool is_of(Life life, Moment now) const { return life == life_ && is_known(now); }

  // Heard is one that is not at home. True where it surely goes on beside the one that is, and has neither ended, so
  // that what is heard was under way, nor was started in its place: that one has answered since the other was heard
  // first.
  bool has_beside_it(Life other, Moment now) {
    if (!is_known(now) || now - since_ <= lease_ / 2) return false;
    std::erase_if(others_, [&](const auto& one) { return now - one.second.last > lease_; });
    if (others_.size() == most_others) others_.clear();  // so many are there only where somebody makes them up
    Heard& heard = others_.try_emplace(other, Heard{now, now}).first->second;
    heard.last = now;
    return asked_ > heard.first;
  }

 private:
  static constexpr std::size_t most_others = 8;

  struct Heard {
    Moment first;
    Moment last;
  };

  bool is_known(Moment now) const { return life_ != 0 && now - asked_ <= lease_; }

  Span lease_;
  Life life_ = 0;
  Moment since_;  // it is the one that answers
  Moment asked_;  // for its last answer
  std::map<Life, Heard> others_;
};

}  // namespace services::elections
