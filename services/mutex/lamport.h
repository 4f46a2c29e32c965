// L. Lamport's (1978): every member has the whole queue. 3(N-1) messages a grant, N-1
// more where a ticket is given up.
#pragma once

#include "services/mutex/algorithm.h"

namespace services::locks {

class Lamport : public Algorithm {
 public:
  using Algorithm::Algorithm;

  void begin(const Claims& claims) override;
  Claim claim() const override;
  void want(const Ticket& ticket) override;
  void give_up(const Ticket& ticket) override;
  void give_back() override;
  void receive(MemberId from, const Body& body, Stamp clock) override;
  // Whoever wants it hears from all others first, whatever it has heard before.
  bool is_as_new() const override { return queue_.empty(); }

 private:
  void send_all(const Body& body) const;
  // Has it where the first of all tickets is its own, and everybody has said something later: nobody can have an
  // earlier one then that is not in the queue.
  void hold_if_first();

  Tickets queue_;
  std::map<MemberId, Stamp> heard_;  // of all others: when they last said something
  std::optional<Ticket> holds_;
};

}  // namespace services::locks
