// I. Suzuki's and T. Kasami's (1985): who has the token may have the lock. N messages a grant, or none where it is
// there already. A token that is lost with its member, or between two views, is made anew by the first member of the
// next.
#pragma once

#include "services/mutex/algorithm.h"

#include <deque>

namespace services::locks {

class SuzukiKasami : public Algorithm {
 public:
  using Algorithm::Algorithm;

  void begin(const Claims& claims) override;
  Claim claim() const override;
  void want(const Ticket& ticket) override;
  void give_up(const Ticket& ticket) override;
  void give_back() override;
  void receive(MemberId from, const Body& body, Stamp clock) override;
  // The token is with the view's first member, and nobody is waited for.
  bool is_as_new() const override;
  // The token goes back to that one, and all hear that this member's tickets were served.
  void tidy() override;

 private:
  struct Token {
    std::map<MemberId, Stamp> served;  // each member's latest ticket that was granted
    std::deque<Ticket> waiting;        // first come, first served
  };

  static Token to_token(const Roving& roving);
  static Roving to_roving(const Token& token);
  MemberId first() const { return requested_.begin()->first; }
  // Tickets that the token has not heard of yet join its queue, in their order.
  void queue_up();
  void drop(MemberId member, const Ticket& ticket);
  void pass_on();

  std::map<MemberId, Tickets> requested_;  // by all members, as far as this one has heard and not seen them served
  std::optional<Token> token_;
  std::optional<Ticket> holds_;
  std::optional<Ticket> known_;  // this member's latest that others have heard of, and not of its end
};

}  // namespace services::locks
