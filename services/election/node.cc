#include "services/election/node.h"

#include <algorithm>
#include <utility>

namespace services::elections {

using election::Fault;
using election::Office;
using election::Reply;

namespace {

// Terms of one group differ by no more, unless somebody made one up, which others must not follow.
constexpr Term furthest_term = Term{1} << 32;
// Longer than any office; what is more is nonsense that must not overflow.
constexpr Span longest_held = std::chrono::hours(24 * 36525);

Span span_of(election::Nanoseconds wire) {
  return wire < static_cast<std::uint64_t>(longest_held.count()) ? Span(static_cast<Span::rep>(wire)) : longest_held;
}

election::Nanoseconds to_wire(Span span) { return static_cast<election::Nanoseconds>(std::max(span, Span(0)).count()); }

bool has(const std::vector<Id>& ids, Id id) { return std::find(ids.begin(), ids.end(), id) != ids.end(); }

}  // namespace

Node::Node(const Group& group, Id self, const std::optional<Kept>& kept, Moment now, Life life, Outside& outside)
    : group_(group),
      self_(self),
      life_(life),
      outside_(outside),
      random_(static_cast<std::uint32_t>(life ^ life >> 32)),
      voter_({self, life}, group.lease(), kept, now, [this](const Kept& next) { keep(next); }),
      tenure_(group),
      next_tick_(now + random_span(group.interval())),
      // Long enough to hear of a coordinator.
      not_before_(now + 2 * group.interval() + random_span(group.interval())),
      abstains_until_(now) {
  for (const Id id : group.ids())
    peers_.push_back({id, Detector(group.interval(), group.lease(), now), Namesakes(group.lease())});
}

void Node::keep(const Kept& kept) {
  is_able_ = false;  // if it throws
  outside_.keep(kept);
  is_able_ = true;
}

// What it knows.

std::size_t Node::count_heard(Moment now) const {
  return static_cast<std::size_t>(
      std::count_if(peers_.begin(), peers_.end(), [&](const Peer& peer) { return is_heard(peer, now); }));
}

bool Node::hears_coordinator(Moment now) const {
  if (coordinator_.id == self_) return now < sure_until();
  return coordinator_.id != nobody && is_heard(peer(coordinator_.id), now);
}

bool Node::anybody_hears_coordinator(Moment now) const {
  return hears_coordinator(now) || std::any_of(peers_.begin(), peers_.end(), [&](const Peer& peer) {
           return peer.hears != nobody && peer.hears != self_ && is_heard(peer, now);
         });
}

bool Node::is_anyone_alive(const std::vector<Id>& ids, Moment now) const {
  return std::any_of(ids.begin(), ids.end(), [&](Id id) { return is_heard(peer(id), now); });
}

bool Node::is_willing(Moment now) const {
  return is_able_ && voter_.has_terms() && now >= abstains_until_ &&
         voter_.is_free_for({self_, life_}, now + 2 * group_.interval());
}

bool Node::may_begin(Moment now) const {
  return is_able_ && voter_.has_terms() && phase_ == Phase::following && now >= not_before_ && now >= abstains_until_ &&
         voter_.is_free_for({self_, life_}, now) && !anybody_hears_coordinator(now) &&
         count_heard(now) >= group_.majority();
}

election::Status Node::status(Moment now) const {
  using election::Condition;
  const bool is_led = hears_coordinator(now);
  election::Status status{.node = self_,
                          .algorithm = group_.algorithm(),
                          .lease = to_wire(group_.lease()),
                          .condition = Condition::LED,
                          .coordinator = is_led ? coordinator_.id : nobody,
                          .term = voter_.term(),
                          .held = is_led ? to_wire(now - coordinator_.since) : 0,
                          .sure = 0,
                          .peers = {}};
  if (!is_led)
    status.condition = count_heard(now) < group_.majority() ? Condition::NO_MAJORITY : Condition::NO_COORDINATOR;
  if (now < sure_until()) status.sure = to_wire(sure_until() - now);
  for (const Peer& peer : peers_) {
    const bool is_self = peer.id == self_;
    const bool is_known = is_self || peer.detector.has_heard();
    status.peers.push_back({.id = peer.id,
                            .uri = {},
                            .known = is_known,
                            .heard = is_self || (is_known && !peer.detector.suspects(now)),
                            .silent = is_self || !is_known ? 0 : to_wire(now - peer.detector.last()),
                            .fault = fault(peer, now)});
  }
  return status;
}

Fault Node::fault(const Peer& peer, Moment now) const {
  if (now < peer.twice_until) return Fault::RUNS_TWICE;
  return peer.id == self_ && !is_able_ ? Fault::NOT_KEPT : peer.fault;
}

// What others say.

bool Node::is_from_group(const Call& call) const {
  const election::Sender& sender = call.office.sender;
  const auto is_one = [&](Id id) { return group_.place_of(id).has_value(); };
  if (sender.group != group_.fingerprint() || !is_one(sender.id) || sender.id == self_ || sender.life == 0)
    return false;
  switch (call.kind) {
    case Call::Kind::elect: return std::all_of(call.collected.begin(), call.collected.end(), is_one);
    case Call::Kind::coordinator: return is_one(call.office.coordinator);
    case Call::Kind::heartbeat: return call.office.coordinator == nobody || is_one(call.office.coordinator);
    default: return call.office.coordinator == sender.id;
  }
}

bool Node::is_plausible(Term term) const { return term < end_of_terms && term <= voter_.term() + furthest_term; }

Reply Node::reply(Answer answer, Moment now) const {
  return {.answer = answer,
          .coordinator = hears_coordinator(now) ? coordinator_.id : nobody,
          .term = voter_.term(),
          .node = self_,
          .life = life_};
}

Reply Node::on_call(const Call& call, Moment now) {
  expire(now);
  if (!is_from_group(call)) return reply(Answer::OTHER_GROUP, now);
  if (call.office.sender.to != self_) return reply(Answer::OTHER_NODE, now);
  if (call.kind != Call::Kind::elect && !is_plausible(call.office.term)) return reply(Answer::IMPLAUSIBLE, now);
  if (const Answer answer = heed(call, now); answer != Answer::DONE) return reply(answer, now);
  if (call.kind == Call::Kind::heartbeat || call.kind == Call::Kind::renew) {
    Peer& sender = peer(call.office.sender.id);
    sender.detector.heard(now);
    sender.hears = call.office.coordinator;
  }
  switch (call.kind) {
    case Call::Kind::elect: return reply(on_elect(call, now), now);
    case Call::Kind::coordinator: return reply(on_coordinator(call, now), now);
    case Call::Kind::vote: return reply(on_vote(call.office, now), now);
    case Call::Kind::renew: return reply(on_renew(call.office, now), now);
    default: return reply(on_heartbeat(call.office), now);
  }
}

Answer Node::heed(const Call& call, Moment now) {
  Peer& sender = peer(call.office.sender.id);
  const Life life = call.office.sender.life;
  sender.namesakes.called(life, now);
  if (sender.namesakes.counts(life, now)) return Answer::DONE;
  if (sender.namesakes.is_another(life, now)) {
    runs_twice(sender, now);
    return Answer::TWICE;
  }
  seek(sender, now);
  return Answer::UNCONFIRMED;
}

// At once, so that who was restarted has not to wait; but no more often than each is asked anyway.
void Node::seek(Peer& peer, Moment now) {
  if (peer.sought > now - group_.interval()) return;
  peer.sought = now;
  Call question = heartbeat(now);
  send(question, peer.id, now);
}

void Node::runs_twice(Peer& peer, Moment now) {
  if (now >= peer.twice_until) outside_.found(peer.id, Fault::RUNS_TWICE, peer.id);
  peer.twice_until = now + group_.lease();
}

Answer Node::on_elect(const Call& call, Moment now) {
  if (hears_coordinator(now)) return Answer::HAS_COORDINATOR;
  return group_.algorithm() == Algorithm::RING ? on_round(call, now) : on_question(now);
}

Answer Node::on_round(const Call& call, Moment now) {
  if (!has(call.collected, self_)) {
    Call next = this->call(Call::Kind::elect, nobody, now);
    next.collected = call.collected;
    if (is_willing(now)) next.collected.push_back(self_);
    // Else it would go round for ever.
    if (!is_anyone_alive(next.collected, now)) return Answer::ABSTAINS;
    // Its own round would collect the same.
    not_before_ = std::max(not_before_, now + group_.lease());
    pass(std::move(next), self_, now);
    return Answer::DONE;
  }
  const Id highest = *std::max_element(call.collected.begin(), call.collected.end());
  if (highest == self_) {
    nominate(now);
  } else if (call.collected.front() == self_) {
    Call whole = this->call(Call::Kind::elect, nobody, now);
    whole.collected = call.collected;
    send(whole, highest, now);
  }
  return Answer::DONE;
}

Answer Node::on_question(Moment now) {
  if (!is_willing(now)) return Answer::ABSTAINS;
  nominate(now);
  return Answer::DONE;
}

Answer Node::on_coordinator(const Call& call, Moment now) {
  const Office& office = call.office;
  if (office.coordinator == self_) return Answer::DONE;  // it has gone round
  if (office.term < voter_.term()) return Answer::TOO_OLD;
  if (office.term > voter_.term()) step_down(now);
  voter_.adopt(office.term);
  if (phase_ == Phase::leading) return Answer::TOO_OLD;
  follow(office, now);
  if (group_.algorithm() == Algorithm::RING && office.term > announced_) {
    announced_ = office.term;
    Call next = this->call(Call::Kind::coordinator, office.coordinator, now);
    next.office.term = office.term;
    pass(std::move(next), self_, now);
  }
  return Answer::DONE;
}

Answer Node::on_vote(const Office& office, Moment now) {
  if (!votes(office, now)) return Answer::UNCONFIRMED;
  const Answer answer = voter_.vote(sender_of(office), office.term, now);
  if (answer != Answer::DONE) return answer;
  phase_ = Phase::following;
  coordinator_.id = nobody;
  return answer;
}

Answer Node::on_renew(const Office& office, Moment now) {
  if (!votes(office, now)) return Answer::UNCONFIRMED;
  const Answer answer = voter_.renew(sender_of(office), office.term, now);
  if (answer == Answer::DONE) follow(office, now);
  return answer;
}

Answer Node::on_heartbeat(const Office& office) {
  // It has left office.
  if (office.sender.id == coordinator_.id && office.coordinator != coordinator_.id) coordinator_.id = nobody;
  return Answer::DONE;
}

void Node::follow(const Office& office, Moment now) {
  phase_ = Phase::following;
  coordinator_ = {office.coordinator, now - span_of(office.held)};
}

// What becomes of its own calls.

void Node::on_reply(const Call& call, const Reply& reply, Moment now) {
  expire(now);
  const bool is_by_peer = is_answered_by_peer(call, reply);
  peer(call.to).namesakes.answered(is_by_peer ? reply.life : Namesakes::no_life, call.sent);
  if (is_by_peer && reply.answer == Answer::TWICE) runs_twice(peer(self_), now);
  const bool is_heeded = reply.answer != Answer::TWICE && reply.answer != Answer::UNCONFIRMED;
  if (!is_by_peer || !is_heeded) return on_failure(call, now);
  take_passing(call.serial);
  if (peer(call.to).fault != Fault::NO_FAULT) return;
  switch (call.kind) {
    case Call::Kind::elect: return on_elect_reply(call, reply.answer, now);
    case Call::Kind::vote: return on_vote_reply(call, reply, now);
    case Call::Kind::renew: return on_renew_reply(call, reply, now);
    default: return;
  }
}

Fault Node::fault_of(const Call& call, const Reply& reply) const {
  if (reply.node != call.to || reply.answer == Answer::OTHER_NODE) return Fault::WRONG_URI;
  if (reply.answer == Answer::OTHER_GROUP) return Fault::WRONG_GROUP;
  const bool is_far = reply.answer == Answer::IMPLAUSIBLE || !is_plausible(reply.term);
  return is_far ? Fault::WRONG_TERM : Fault::NO_FAULT;
}

bool Node::is_answered_by_peer(const Call& call, const Reply& reply) {
  const Fault fault = fault_of(call, reply);
  const bool is_news = std::exchange(peer(call.to).fault, fault) != fault;
  if (is_news) outside_.found(call.to, fault, reply.node);
  return fault != Fault::WRONG_URI;
}

void Node::on_failure(const Call& call, Moment now) {
  expire(now);
  if (take_passing(call.serial)) pass(call, call.to, now);
  if (call.kind == Call::Kind::elect) on_elect_reply(call, Answer::ABSTAINS, now);
}

void Node::on_elect_reply(const Call& call, Answer answer, Moment now) {
  if (phase_ != Phase::asking || call.collected.empty() || call.collected.front() != self_) return;
  if (answer == Answer::HAS_COORDINATOR) return give_up(now);
  if (group_.algorithm() == Algorithm::RING) return;
  peer(call.to).is_asked = false;
  if (answer == Answer::DONE && !somebody_stands_) {
    somebody_stands_ = true;
    phase_end_ = now + 2 * group_.lease();
  }
  stand_if_nobody_else_does(now);
}

void Node::on_vote_reply(const Call& call, const Reply& reply, Moment now) {
  if (phase_ != Phase::standing || call.office.term != voter_.term()) return;
  if (reply.term > voter_.term()) {
    voter_.adopt(reply.term);
    return give_up(now);
  }
  if (reply.answer == Answer::DONE) {
    if (!peer(call.to).namesakes.votes(reply.life, now)) return;
    tenure_.granted(*group_.place_of(call.to), call.sent);
    return take_office(now);
  }
  peer(call.to).has_voted = peer(call.to).has_voted || reply.answer == Answer::VOTED;
  const auto lost = std::count_if(peers_.begin(), peers_.end(), [](const Peer& peer) { return peer.has_voted; });
  if (group_.size() - static_cast<std::size_t>(lost) < group_.majority()) give_up(now);
}

void Node::on_renew_reply(const Call& call, const Reply& reply, Moment now) {
  if (phase_ != Phase::leading || call.office.term != voter_.term()) return;
  if (reply.term > voter_.term()) {
    step_down(now);
    return voter_.adopt(reply.term);
  }
  if (reply.answer != Answer::DONE || !peer(call.to).namesakes.votes(reply.life, now)) return;
  tenure_.granted(*group_.place_of(call.to), call.sent);
  hold_office();
}

// Time.

void Node::expire(Moment now) {
  if (phase_ == Phase::leading && now >= tenure_.sure_until()) step_down(now);
}

Moment Node::next_timer() const {
  Moment next = next_tick_;
  if (phase_ == Phase::leading) next = std::min(next, tenure_.sure_until());
  if (phase_ == Phase::asking || phase_ == Phase::nominated || phase_ == Phase::standing)
    next = std::min(next, phase_end_);
  for (const Passing& passing : passing_) next = std::min(next, passing.until);
  return next;
}

void Node::on_timer(Moment now) {
  expire(now);
  pass_on_what_is_late(now);
  if (phase_ != Phase::following && phase_ != Phase::leading && now >= phase_end_) end_phase(now);
  if (now >= next_tick_) tick(now);
}

void Node::tick(Moment now) {
  next_tick_ = now + group_.interval();
  if (phase_ == Phase::leading)
    renew(now);
  else
    look_for_coordinator(now);
  // Last, for it may fail again.
  if (!is_able_) voter_.keep_again();
}

void Node::renew(Moment now) {
  tenure_.granted(*group_.place_of(self_), now);
  hold_office();
  send_to_others(call(Call::Kind::renew, self_, now), now);
}

void Node::look_for_coordinator(Moment now) {
  send_to_others(heartbeat(now), now);
  if (phase_ == Phase::standing) ask_votes(now);
  if (may_begin(now)) begin(now);
}

Span Node::random_span(Span longest) {
  return Span(std::uniform_int_distribution<Span::rep>(0, longest.count())(random_));
}

// Messages.

Call Node::call(Call::Kind kind, Id coordinator, Moment now) const {
  Call call;
  call.kind = kind;
  call.office = {
      .sender = {.id = self_, .group = group_.fingerprint(), .to = nobody, .life = life_},
      .coordinator = coordinator,
      .term = voter_.term(),
      .held = coordinator == coordinator_.id && coordinator != nobody ? to_wire(now - coordinator_.since) : 0};
  return call;
}

void Node::send(Call& call, Id to, Moment now) {
  call.to = to;
  call.office.sender.to = to;
  call.sent = now;
  call.serial = ++serial_;
  outside_.send(call);
}

void Node::send_to_others(Call call, Moment now) {
  for (const Peer& peer : peers_)
    if (peer.id != self_) send(call, peer.id, now);
}

void Node::pass(Call call, Id after, Moment now) {
  const std::size_t size = group_.size();
  for (std::size_t place = (*group_.place_of(after) + 1) % size; peers_[place].id != self_;
       place = (place + 1) % size) {
    if (!is_heard(peers_[place], now)) continue;
    send(call, peers_[place].id, now);
    // More are on their way only where somebody floods us.
    if (passing_.size() >= 4 * size) passing_.erase(passing_.begin());
    passing_.push_back({std::move(call), now + group_.interval() / 2});
    return;
  }
}

std::optional<Call> Node::take_passing(std::uint64_t serial) {
  const auto found = std::find_if(passing_.begin(), passing_.end(),
                                  [&](const Passing& passing) { return passing.call.serial == serial; });
  if (found == passing_.end()) return std::nullopt;
  Call call = std::move(found->call);
  passing_.erase(found);
  return call;
}

void Node::pass_on_what_is_late(Moment now) {
  std::vector<Passing> late;
  std::erase_if(passing_, [&](Passing& passing) {
    if (now < passing.until) return false;
    late.push_back(std::move(passing));
    return true;
  });
  for (const Passing& passing : late) pass(passing.call, passing.call.to, now);
}

}  // namespace services::elections
