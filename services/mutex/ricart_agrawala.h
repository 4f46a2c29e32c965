// G. Ricart's and A. K. Agrawala's (1981): who wants it too, and earlier, answers when it is done. 2(N-1) messages a
// grant, N-1 more where a ticket is given up.
#pragma once

#include "services/mutex/algorithm.h"

namespace services::locks {

class RicartAgrawala : public Algorithm {
 public:
  using Algorithm::Algorithm;

  void begin(const Claims& claims) override;
  Claim claim() const override { return {.wants = own_, .holds = holds_}; }
  void want(const Ticket& ticket) override;
  void give_up(const Ticket& ticket) override;
  void give_back() override;
  void receive(MemberId from, const Body& body, Stamp clock) override;
  bool is_as_new() const override { return own_.empty() && deferred_.empty(); }

 private:
  bool goes_before(const Ticket& other) const;
  // Others that were deferred for what is wanted here no more.
  void let_go_ahead();
  void hold_if_answered();

  std::set<MemberId> others_;
  std::map<Ticket, std::set<MemberId>, Earlier> unanswered_;  // who has still to say that an own ticket may go ahead
  Tickets deferred_;                                          // others', who are told so when this member is done
  Tickets own_;
  std::optional<Ticket> holds_;
};

}  // namespace services::locks
