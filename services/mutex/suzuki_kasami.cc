#include "services/mutex/suzuki_kasami.h"

#include <algorithm>

namespace services::locks {

using ::mutex::Kind;

void SuzukiKasami::begin(const Claims& claims) {
  requested_.clear();
  known_.reset();
  for (const auto& [member, claim] : claims) requested_[member] = claim.wants;
  if (!requested_[self()].empty()) known_ = *requested_[self()].rbegin();
  const bool is_lost = std::none_of(claims.begin(), claims.end(), [](const auto& one) { return one.second.has_token; });
  if (is_lost && claims.begin()->first == self()) token_.emplace();
  if (!token_) return;
  // Who has gone waits no longer; who is still there has said so, and wants nothing that was served.
  *token_ = {};
  if (!holds_) pass_on();
}

Claim SuzukiKasami::claim() const {
  const auto own = requested_.find(self());
  return {.wants = own == requested_.end() ? Tickets{} : own->second, .holds = holds_, .has_token = token_.has_value()};
}

void SuzukiKasami::want(const Ticket& ticket) {
  requested_[self()].insert(ticket);
  if (token_ && !holds_) pass_on();
  if (token_ || holds_) return;
  known_ = ticket;
  for (const auto& [member, tickets] : requested_)
    if (member != self()) send(member, Body::with_wanted(ticket));
}

// Whoever has the token may have heard of the ticket, from here or from others: all are told.
void SuzukiKasami::give_up(const Ticket& ticket) {
  drop(self(), ticket);
  for (const auto& [member, tickets] : requested_)
    if (member != self()) send(member, Body::with_given_up(ticket));
}

void SuzukiKasami::drop(MemberId member, const Ticket& ticket) {
  requested_[member].erase(ticket);
  if (token_) std::erase(token_->waiting, ticket);
}

void SuzukiKasami::give_back() {
  const Ticket held = *std::exchange(holds_, std::nullopt);
  token_->served[self()] = held.stamp;
  requested_[self()].erase(held);
  pass_on();
}

bool SuzukiKasami::is_as_new() const {
  const auto has_none = [](const auto& one) { return one.second.empty(); };
  return !holds_ && !known_ && token_.has_value() == (first() == self()) &&
         std::all_of(requested_.begin(), requested_.end(), has_none);
}

void SuzukiKasami::tidy() {
  if (const auto served = std::exchange(known_, std::nullopt))
    for (const auto& [member, tickets] : requested_)
      if (member != self()) send(member, Body::with_held(*served));
  if (!token_ || first() == self()) return;
  send(first(), Body::with_roving(to_roving(*std::exchange(token_, std::nullopt))));
}

void SuzukiKasami::queue_up() {
  const Tickets waiting(token_->waiting.begin(), token_->waiting.end());
  Tickets unheard;
  for (auto& [member, tickets] : requested_) {
    std::erase_if(tickets, [last = token_->served[member]](const Ticket& ticket) { return ticket.stamp <= last; });
    for (const Ticket& ticket : tickets)
      if (!waiting.contains(ticket)) unheard.insert(ticket);
  }
  token_->waiting.insert(token_->waiting.end(), unheard.begin(), unheard.end());
}

// To whom it goes finds its ticket first in the queue, unless it has given that up while the token was on its way.
void SuzukiKasami::pass_on() {
  std::erase_if(token_->waiting,
                [&](const Ticket& ticket) { return ticket.member == self() && !requested_[self()].contains(ticket); });
  queue_up();
  if (token_->waiting.empty()) return;
  const Ticket next = token_->waiting.front();
  if (next.member != self())
    return send(next.member, Body::with_roving(to_roving(*std::exchange(token_, std::nullopt))));
  token_->waiting.pop_front();
  holds_ = next;
  granted(next);
}

void SuzukiKasami::receive(MemberId from, const Body& body, Stamp) {
  const auto requested = requested_.find(from);
  if (requested == requested_.end()) return;
  if (body.kind() == Kind::WANTED)
    requested->second.insert(body.wanted());
  else if (body.kind() == Kind::DONE_WITH)
    std::erase_if(requested->second, [&](const Ticket& ticket) { return ticket.stamp <= body.held().stamp; });
  else if (body.kind() == Kind::GIVEN_UP)
    drop(from, body.given_up());
  else if (body.kind() == Kind::ROVING && !token_)
    token_ = to_token(body.roving());
  if (token_ && !holds_) pass_on();
}

SuzukiKasami::Token SuzukiKasami::to_token(const Roving& roving) {
  Token token;
  for (const auto& [member, last] : roving.served) token.served[member] = last;
  token.waiting.assign(roving.waiting.begin(), roving.waiting.end());
  return token;
}

Roving SuzukiKasami::to_roving(const Token& token) {
  Roving roving;
  for (const auto& [member, last] : token.served) roving.served.push_back({member, last});
  roving.waiting.assign(token.waiting.begin(), token.waiting.end());
  return roving;
}

}  // namespace services::locks
