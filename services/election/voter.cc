#include "services/election/voter.h"

#include <algorithm>
#include <cassert>

namespace services::elections {

Voter::Voter(const Candidate& self, Span lease, const std::optional<Kept>& kept, Moment now, Keep keep)
    : self_(self), lease_(lease), kept_lease_(lease), to_disk_(std::move(keep)), kept_(kept.value_or(Kept())) {
  if (kept_.term == 0) return;
  // Whom it last gave its word is known, unless it was itself, who may have led.
  if (kept_.promised_to != self_.id) promised_.to = {kept_.promised_to, kept_.life};
  kept_lease_ = std::max(lease_, kept_.lease);
  promised_.until = now + lengthened(kept_lease_);
}

bool Voter::is_free_for(const Candidate& candidate, Moment now) const {
  return now >= promised_.until || (promised_.to == candidate && candidate.id != nobody);
}

Answer Voter::vote(const Candidate& candidate, Term term, Moment now) {
  if (term < kept_.term) return Answer::TOO_OLD;
  if (!is_free_for(candidate, now)) return Answer::PROMISED;
  const bool has_voted = term == kept_.term && kept_.promised_to != nobody;
  if (has_voted && Candidate{kept_.promised_to, kept_.life} != candidate) return Answer::VOTED;
  promise(candidate, term, now);
  return Answer::DONE;
}

Answer Voter::renew(const Candidate& coordinator, Term term, Moment now) {
  if (term < kept_.term) return Answer::TOO_OLD;
  if (!is_free_for(coordinator, now)) return Answer::PROMISED;
  // Where it voted for another node in this term, that one has lost; another process of this node may have won.
  const bool is_another = term == kept_.term && kept_.promised_to == coordinator.id && kept_.life != coordinator.life;
  if (is_another) return Answer::VOTED;
  promise(coordinator, term, now);
  return Answer::DONE;
}

void Voter::adopt(Term term) {
  if (term > kept_.term) keep({.term = term, .promised_to = nobody, .lease = kept_lease_});
}

Term Voter::stand() {
  keep({.term = kept_.term + 1, .promised_to = self_.id, .lease = kept_lease_, .life = self_.life});
  return kept_.term;
}

void Voter::lead_until(Moment end) {
  assert(promised_.to.id == nobody || promised_.until <= end);
  promised_ = {{}, std::max(promised_.until, end)};
}

void Voter::promise(const Candidate& to, Term term, Moment now) {
  if (now >= promised_.until) kept_lease_ = lease_;
  keep({.term = term, .promised_to = to.id, .lease = kept_lease_, .life = to.life});
  promised_ = {to, now + lengthened(lease_)};
}

void Voter::keep(const Kept& next) {
  if (next == kept_) return;
  to_disk_(next);
  kept_ = next;
}

}  // namespace services::elections
