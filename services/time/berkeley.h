// A round of Berkeley's algorithm (R. Gusella, S. Zatti: The Accuracy of the Clock Synchronization Achieved by TEMPO in
// Berkeley UNIX 4.3BSD, 1989), without sockets: a coordinator asks all for their time, and tells each by how much it is
// off the average of those that can be believed.
#pragma once

#include "services/time/keeper.h"

#include <vector>

namespace services::time {

struct Rules {
  // Who is further from the median is not averaged, but told.
  Span within = std::chrono::seconds(5);
  // Who takes longer, there and back, is neither.
  Span answer_within = std::chrono::seconds(1);
  Drift drift = Drift();
};

// What became of a peer in a round.
struct Verdict {
  std::optional<Measured> measured;  // of the best answer; nothing where it was not heard
  bool is_left_out = true;           // of the average
  std::optional<time_::Correction> correction;
};

class Round {
 public:
  // `keeper`, the coordinator's own clock, must outlive the round.
  Round(Keeper& keeper, std::size_t peers, const Rules& rules);

  // When an exchange with a peer is begun: to be handed to heard().
  Instant begin() const { return keeper_.settled(); }
  // An answer has come just now. A round may have several exchanges with each peer: the most exact counts.
  void heard(std::size_t peer, Instant begun, const time_::Exchange& exchange);

  // Corrects the coordinator's own clock, whose settled time is the group's from now on, and says what the peers are to
  // be told, in their order. Nothing where the own clock was set since the round began: it measured for nothing.
  std::optional<std::vector<Verdict>> end();

 private:
  struct Heard {
    Measured measured;
    Instant at;  // by the peer's own clock
    std::uint64_t setting;
  };

  bool is_believable(const std::optional<Heard>& heard) const;
  Span median() const;
  Span average(std::vector<Verdict>& verdicts) const;

  Keeper& keeper_;
  Rules rules_;
  std::uint64_t setting_;
  std::vector<std::optional<Heard>> heard_;
};

}  // namespace services::time
