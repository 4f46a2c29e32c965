// One node of an election, without sockets and without a clock: it is told what happens and when, and says what to
// send.
//
// The algorithm only chooses who stands. On a ring the ELECTION message collects the identifiers of those that are
// alive and willing, and the highest of them stands; nodes that bully each other ask all with a higher identifier, and
// one that none of these answers stands. Who stands asks everybody for a vote (see Voter), and with those of a majority
// it takes office; the COORDINATOR message then goes round, or to all. It leads as long as a majority renews its lease,
// and steps down by itself before anyone else can be elected.
//
// Nobody is elected while someone hears a coordinator: who returns joins in, whatever its identifier.
#pragma once

#include "services/election/detector.h"
#include "services/election/namesakes.h"
#include "services/election/tenure.h"
#include "services/election/voter.h"

#include <cstdint>
#include <random>
#include <vector>

namespace services::elections {

// What one node says to another.
struct Call {
  enum class Kind { elect, coordinator, vote, renew, heartbeat };

  Kind kind = Kind::heartbeat;
  Id to = nobody;
  Moment sent = {};          // by the sender's clock
  std::uint64_t serial = 0;  // the sender's
  election::Office office;
  std::vector<Id> collected;  // of elect
};

// What a node does to the world around it.
class Outside {
 public:
  virtual ~Outside() = default;
  // What becomes of it is told by on_reply() or on_failure(), later.
  virtual void send(const Call& call) = 0;
  // Makes it last before it returns; throws where it cannot.
  virtual void keep(const Kept& kept) = 0;
  virtual void took_office(Term) {}
  virtual void lost_office(Term) {}
  // What is wrong with `peer` is something else now, or nothing any more; `answering` is at its URI.
  virtual void found(Id /*peer*/, election::Fault, Id /*answering*/) {}
};

// Events come one after another, and none from within another. `now` never goes back. What Outside::keep() throws they
// all throw, and may be called again.
class Node {
 public:
  // `group` and `outside` must outlive it. `kept`: what it last gave to keep(), if there is anything. `life`: a random
  // number and not 0, another with each node and each start; for waiting times as well.
  Node(const Group& group, Id self, const std::optional<Kept>& kept, Moment now, Life life, Outside& outside);

  election::Reply on_call(const Call& call, Moment now);
  // Of a call it has sent, in any order, or never.
  void on_reply(const Call& call, const election::Reply& reply, Moment now);
  void on_failure(const Call& call, Moment now);
  void on_timer(Moment now);
  // When on_timer() is due, another time after each event.
  Moment next_timer() const;

  // DONE, or NOT_COORDINATOR. It does not stand for a few leases then.
  Answer resign(Moment now);

  Id self() const { return self_; }
  Life life() const { return life_; }
  Term term() const { return voter_.term(); }
  // Until when it leads, unless the lease is renewed; in the past where it does not lead.
  Moment sure_until() const { return phase_ == Phase::leading ? tenure_.sure_until() : Moment::min(); }
  // Without its peers' URIs.
  election::Status status(Moment now) const;

 private:
  enum class Phase {
    following,  // somebody, or nobody yet
    asking,     // who is to stand
    nominated,  // stands as soon as it has given its word to nobody
    standing,
    leading
  };

  struct Peer {
    Id id;
    Detector detector;
    Namesakes namesakes;
    Moment sought = Moment::min();       // at its URI, as one was heard that may be there
    Moment twice_until = Moment::min();  // two processes were heard that say they are this node
    Id hears = nobody;                   // whom it takes for the coordinator
    bool is_asked = false;               // whether it wants to stand, and has not answered yet
    bool has_voted = false;              // for another, in this term
    election::Fault fault = election::Fault::NO_FAULT;
  };

  // The one of whom it has been told last.
  struct Coordinator {
    Id id = nobody;
    Moment since = Moment::min();
  };

  // A message on its way round, until the next has it.
  struct Passing {
    Call call;
    Moment until;
  };

  // One's own place has a Peer that is never suspected.
  Peer& peer(Id id) { return peers_[*group_.place_of(id)]; }
  const Peer& peer(Id id) const { return peers_[*group_.place_of(id)]; }
  bool is_heard(const Peer& peer, Moment now) const { return peer.id == self_ || !peer.detector.suspects(now); }
  std::size_t count_heard(Moment now) const;
  election::Fault fault(const Peer& peer, Moment now) const;
  bool hears_coordinator(Moment now) const;
  bool anybody_hears_coordinator(Moment now) const;
  bool is_anyone_alive(const std::vector<Id>& ids, Moment now) const;
  bool is_willing(Moment now) const;
  bool may_begin(Moment now) const;

  bool is_from_group(const Call& call) const;
  bool is_plausible(Term term) const;
  // DONE where who has sent it counts; else why it is not listened to.
  Answer heed(const Call& call, Moment now);
  void seek(Peer& peer, Moment now);
  void runs_twice(Peer& peer, Moment now);
  // Until that succeeds again it is not elected.
  void keep(const Kept& kept);
  election::Reply reply(Answer answer, Moment now) const;
  Answer on_elect(const Call& call, Moment now);
  Answer on_round(const Call& call, Moment now);
  Answer on_question(Moment now);
  Answer on_coordinator(const Call& call, Moment now);
  Answer on_vote(const election::Office& office, Moment now);
  Answer on_renew(const election::Office& office, Moment now);
  Answer on_heartbeat(const election::Office& office);
  Candidate sender_of(const election::Office& office) const { return {office.sender.id, office.sender.life}; }
  bool votes(const election::Office& office, Moment now) const {
    return peer(office.sender.id).namesakes.votes(office.sender.life, now);
  }

  // Whether it is the word of who was asked.
  election::Fault fault_of(const Call& call, const election::Reply& reply) const;
  bool is_answered_by_peer(const Call& call, const election::Reply& reply);
  void on_elect_reply(const Call& call, Answer answer, Moment now);
  void on_vote_reply(const Call& call, const election::Reply& reply, Moment now);
  void on_renew_reply(const Call& call, const election::Reply& reply, Moment now);

  // In candidacy.cc, to step_down().
  void begin(Moment now);
  void ask_higher(Moment now);
  void stand_if_nobody_else_does(Moment now);
  void nominate(Moment now);
  void stand(Moment now);
  void ask_votes(Moment now);
  void take_office(Moment now);
  void announce(Moment now);
  void hold_office();
  void step_down(Moment now);
  void follow(const election::Office& office, Moment now);
  void give_up(Moment now);
  void end_phase(Moment now);
  // A lease that is over is noticed before anything else.
  void expire(Moment now);
  void tick(Moment now);
  void renew(Moment now);
  void look_for_coordinator(Moment now);

  Call call(Call::Kind kind, Id coordinator, Moment now) const;
  Call heartbeat(Moment now) const {
    return call(Call::Kind::heartbeat, hears_coordinator(now) ? coordinator_.id : nobody, now);
  }
  void send(Call& call, Id to, Moment now);
  void send_to_others(Call call, Moment now);
  // To the next on the ring after `after` that is alive, if there is one.
  void pass(Call call, Id after, Moment now);
  std::optional<Call> take_passing(std::uint64_t serial);
  void pass_on_what_is_late(Moment now);
  Span random_span(Span longest);

  const Group& group_;
  const Id self_;
  const Life life_;
  Outside& outside_;
  std::minstd_rand random_;
  Voter voter_;
  Tenure tenure_;
  std::vector<Peer> peers_;  // in the order of the ids
  std::vector<Passing> passing_;
  std::uint64_t serial_ = 0;

  Phase phase_ = Phase::following;
  Moment phase_end_ = Moment::max();
  bool somebody_stands_ = false;  // of those that were asked
  Coordinator coordinator_;
  Term announced_ = 0;  // the latest term whose coordinator it has told of
  Moment next_tick_;
  Moment not_before_;      // an election
  Moment abstains_until_;  // after it has resigned
  bool is_able_ = true;    // to keep its word
};

}  // namespace services::elections
