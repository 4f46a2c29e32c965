// Of Node: how it is found who stands, and how that one comes into office and out of it.
#include "services/election/node.h"

#include <algorithm>
#include <utility>

namespace services::elections {

// Who is to stand.

void Node::begin(Moment now) {
  somebody_stands_ = false;
  if (group_.size() == 1) return stand(now);
  if (group_.algorithm() == Algorithm::BULLY) return ask_higher(now);
  phase_ = Phase::asking;
  phase_end_ = now + group_.lease();
  Call round = call(Call::Kind::elect, nobody, now);
  round.collected = {self_};
  pass(std::move(round), self_, now);
}

void Node::ask_higher(Moment now) {
  phase_ = Phase::asking;
  phase_end_ = now + group_.interval();
  for (Peer& peer : peers_) {
    peer.is_asked = peer.id > self_ && is_heard(peer, now);
    if (!peer.is_asked) continue;
    Call question = call(Call::Kind::elect, nobody, now);
    question.collected = {self_};
    send(question, peer.id, now);
  }
  stand_if_nobody_else_does(now);
}

void Node::stand_if_nobody_else_does(Moment now) {
  const bool is_asking = std::any_of(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.is_asked; });
  if (!somebody_stands_ && !is_asking) stand(now);
}

// On a ring it has been chosen; where nodes bully each other it has a higher identifier than somebody who would stand.
void Node::nominate(Moment now) {
  const bool is_busy = phase_ == Phase::standing || phase_ == Phase::leading ||
                       (phase_ == Phase::asking && group_.algorithm() == Algorithm::BULLY);
  if (is_busy || !is_able_ || count_heard(now) < group_.majority()) return;
  phase_ = Phase::nominated;
  phase_end_ = std::max(now, voter_.promised_until());
  if (phase_end_ == now) end_phase(now);
}

void Node::give_up(Moment now) {
  phase_ = Phase::following;
  not_before_ = now + random_span(2 * group_.interval());
}

void Node::end_phase(Moment now) {
  if (phase_ == Phase::nominated) {
    if (!voter_.is_free_for({self_, life_}, now)) return give_up(now);
    return group_.algorithm() == Algorithm::RING ? stand(now) : begin(now);
  }
  // Those that were asked and say nothing are dead; those on the ring were skipped.
  const bool asked_in_vain = phase_ == Phase::asking && group_.algorithm() == Algorithm::BULLY && !somebody_stands_;
  return asked_in_vain ? stand(now) : give_up(now);
}

// Into office and out of it.

void Node::stand(Moment now) {
  if (!voter_.has_terms()) return give_up(now);  // whoever put it on a list
  phase_ = Phase::following;                     // should keeping it fail
  voter_.stand();
  phase_ = Phase::standing;
  // As long as those that gave their word to the last coordinator stand by it.
  phase_end_ = now + lengthened(group_.lease()) + 2 * group_.interval();
  coordinator_.id = nobody;
  tenure_.clear();
  for (Peer& peer : peers_) peer.has_voted = false;
  ask_votes(now);
  take_office(now);
}

void Node::ask_votes(Moment now) {
  tenure_.granted(*group_.place_of(self_), now);
  for (const Peer& peer : peers_) {
    const bool is_fresh = tenure_.asked(*group_.place_of(peer.id)) > now - group_.lease() / 2;
    if (peer.id == self_ || is_fresh) continue;
    Call ask = call(Call::Kind::vote, self_, now);
    send(ask, peer.id, now);
  }
}

void Node::take_office(Moment now) {
  if (now >= tenure_.sure_until()) return;
  phase_ = Phase::leading;
  coordinator_ = {self_, now};
  hold_office();
  outside_.took_office(voter_.term());
  announce(now);
  tick(now);
}

void Node::announce(Moment now) {
  announced_ = voter_.term();
  Call taken = call(Call::Kind::coordinator, self_, now);
  if (group_.algorithm() == Algorithm::RING)
    pass(std::move(taken), self_, now);
  else
    send_to_others(std::move(taken), now);
}

void Node::hold_office() { voter_.lead_until(tenure_.sure_until()); }

void Node::step_down(Moment now) {
  if (phase_ != Phase::leading) return;
  phase_ = Phase::following;
  coordinator_.id = nobody;
  next_tick_ = now;  // so that others learn of it
  outside_.lost_office(voter_.term());
}

Answer Node::resign(Moment now) {
  expire(now);
  if (phase_ != Phase::leading) return Answer::NOT_COORDINATOR;
  abstains_until_ = now + 4 * group_.lease();
  step_down(now);
  return Answer::DONE;
}

}  // namespace services::elections
