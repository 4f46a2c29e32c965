// A node's word: what no two coordinators at once rest on.
//
// Who votes for a candidate, or renews a coordinator, stands by that one alone for a lease, by its own clock. Who has
// the word of a majority, counted from when it asked for it, leads until the lease is over, and nobody else can have a
// majority's before. A vote is also kept on disk, so that in one term no two candidates can ever have a majority.
#pragma once

#include "services/election/group.h"

#include <functional>
#include <limits>
#include <optional>

namespace services::elections {

using election::Answer;

// No group gets so far.
constexpr Term end_of_terms = std::numeric_limits<Term>::max() / 2;

// Who is given a word. Another process that says it is the same node is not given it, nor the same one restarted.
struct Candidate {
  Id id = nobody;
  Life life = 0;

  bool operator==(const Candidate&) const = default;
};

// What outlasts the process.
struct Kept {
  Term term = 0;            // the latest seen
  Id promised_to = nobody;  // in that term
  Span lease{0};            // for how long at most, each time
  Life life = 0;            // of that one; 0 where it was not written

  bool operator==(const Kept&) const = default;
};

class Voter {
 public:
  // Makes it last; throws where it cannot, and then nothing was said.
  using Keep = std::function<void(const Kept&)>;

  // One that was `kept` before may have given its word a moment ago, or led.
  Voter(const Candidate& self, Span lease, const std::optional<Kept>& kept, Moment now, Keep keep);

  Term term() const { return kept_.term; }

  // DONE: the word is given. Else TOO_OLD, PROMISED or VOTED. Throws what `keep` does.
  Answer vote(const Candidate& candidate, Term term, Moment now);
  Answer renew(const Candidate& coordinator, Term term, Moment now);
  // A later term has been seen.
  void adopt(Term term);

  bool is_free_for(const Candidate& candidate, Moment now) const;
  Moment promised_until() const { return promised_.until; }

  // After a keep() that failed: what there is.
  void keep_again() { to_disk_(kept_); }

  // Whether it may stand.
  bool has_terms() const { return kept_.term + 1 < end_of_terms; }
  // Its own candidacy, in the term it returns; only while it is free for itself. It may vote for another in a later
  // term: then it must not take office in this one.
  Term stand();
  // It leads, and whatever happens it is led to believe so until then: no word is given before.
  void lead_until(Moment end);

 private:
  struct Promise {
    Candidate to;  // and to nobody else; or to nobody at all
    Moment until = Moment::min();
  };

  void promise(const Candidate& to, Term term, Moment now);
  void keep(const Kept& next);

  Candidate self_;
  Span lease_;
  Span kept_lease_;  // longer than that until a promise of before the start is over
  Keep to_disk_;
  Kept kept_;
  Promise promised_;
};

}  // namespace services::elections
