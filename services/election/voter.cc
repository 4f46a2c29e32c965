#include "services/election/voter.h"

#include <algorithm>
#include <cassert>

namespace services::elections {

Voter::Voter(Id self, Span lease, const std::optional<Kept>& kept, Moment now, Keep keep)
    : self_(self), lease_(lease), kept_lease_(lease), to_disk_(std::move(keep)), kept_(kept.value_or(Kept())) {
  if (kept_.term == 0) return;
  // Whom it last gave its word is known, unless it was itself, who may have led.
  promised_.to = kept_.promised_to == self_ ? nobody : kept_.promised_to;
  kept_lease_ = std::max(lease_, kept_.lease);
  promised_.until = now + lengthened(kept_lease_);
}

bool Voter::is_free_for(Id id, Moment now) const {
  return now >= promised_.until || (promised_.to == id && id != nobody);
}

Answer Voter::vote(Id candidate, Term term, Moment now) {
  if (term < kept_.term) return Answer::TOO_OLD;
  if (!is_free_for(candidate, now)) return Answer::PROMISED;
  const bool has_voted = term == kept_.term && kept_.promised_to != nobody;
  if (has_voted && kept_.promised_to != candidate) return Answer::VOTED;
  promise(candidate, term, now);
  return Answer::DONE;
}

Answer Voter::renew(Id coordinator, Term term, Moment now) {
  if (term < kept_.term) return Answer::TOO_OLD;
  if (!is_free_for(coordinator, now)) return Answer::PROMISED;
  // Where it voted for another in this term, that one has lost.
  promise(coordinator, term, now);
  return Answer::DONE;
}

void Voter::adopt(Term term) {
  if (term > kept_.term) keep({term, nobody, kept_lease_});
}

Term Voter::stand() {
  keep({kept_.term + 1, self_, kept_lease_});
  return kept_.term;
}

void Voter::lead_until(Moment end) {
  assert(promised_.to == nobody || promised_.until <= end);
  promised_ = {nobody, std::max(promised_.until, end)};
}

void Voter::promise(Id to, Term term, Moment now) {
  if (now >= promised_.until) kept_lease_ = lease_;
  keep({term, to, kept_lease_});
  promised_ = {to, now + lengthened(lease_)};
}

void Voter::keep(const Kept& next) {
  if (next == kept_) return;
  to_disk_(next);
  kept_ = next;
}

}  // namespace services::elections
