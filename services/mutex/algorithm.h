// Mutual exclusion among members that only send each other messages: what the three classical algorithms have in
// common. One object is one member's part in one lock.
//
// A view is a list of the members that are there. Within one, messages from one member to another come once and in
// order, and nobody dies: who does, or is thought to have done, is left out of the next view, and that begins with what
// all who are left say of themselves.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>

#include "mutex.x.h"

namespace services::locks {

using ::mutex::Body;
using ::mutex::MemberId;
using ::mutex::Roving;
using ::mutex::Stamp;
using ::mutex::Ticket;

// The order of requests.
struct Earlier {
  bool operator()(const Ticket& a, const Ticket& b) const {
    return std::tie(a.stamp, a.member) < std::tie(b.stamp, b.member);
  }
};

using Tickets = std::set<Ticket, Earlier>;

// What a member takes with it from one view to the next.
struct Claim {
  Tickets wants = {};                // what it waits for and holds
  std::optional<Ticket> holds = {};  // one of these
  bool has_token = false;
};
using Claims = std::map<MemberId, Claim>;  // of all members of a view, this one's too

class Algorithm {
 public:
  // What it does in the world. None of these may call it back.
  struct World {
    std::function<void(MemberId to, Body body)> send;
    // The lock is this member's, by this ticket of its, until give_back().
    std::function<void(const Ticket& ticket)> granted;
  };

  // `world` must outlive it.
  Algorithm(MemberId self, const World& world) : self_(self), world_(world) {}
  Algorithm(const Algorithm&) = delete;
  Algorithm& operator=(const Algorithm&) = delete;
  virtual ~Algorithm() = default;

  // To be called first, and again for each new view: with what claim() was when the last one was left, or without
  // anything.
  virtual void begin(const Claims& claims) = 0;
  virtual Claim claim() const = 0;

  // `ticket`: this member's, later than all that it has heard of. It may have any number of them.
  virtual void want(const Ticket& ticket) = 0;
  // One that it has wanted in this view or before, and that was not granted.
  virtual void give_up(const Ticket& ticket) = 0;
  // Only when it holds.
  virtual void give_back() = 0;
  // `clock`: the sender's, when it sent this.
  virtual void receive(MemberId from, const Body& body, Stamp clock) = 0;

  // Whether another that begins in this view without anything would do as well, here and for the others.
  virtual bool is_as_new() const = 0;
  // Tells the others what lets it and them become so. Only where this member wants nothing.
  virtual void tidy() {}

 protected:
  MemberId self() const { return self_; }
  void send(MemberId to, Body body) const { world_.send(to, std::move(body)); }
  void granted(const Ticket& ticket) const { world_.granted(ticket); }

 private:
  const MemberId self_;
  const World& world_;
};

// By name, as --algorithm has it.
using Make = std::unique_ptr<Algorithm> (*)(MemberId self, const Algorithm::World& world);
extern const std::map<std::string, Make> algorithms;

}  // namespace services::locks
