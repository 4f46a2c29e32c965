#include "services/mutex/ricart_agrawala.h"

namespace services::locks {

using ::mutex::Kind;

// All know what all want: who goes first need not be asked again.
void RicartAgrawala::begin(const Claims& claims) {
  others_.clear();
  unanswered_.clear();
  deferred_.clear();
  for (const auto& [member, claim] : claims) {
    if (member == self()) continue;
    others_.insert(member);
    for (const Ticket& own : own_)
      if (claim.holds || (!claim.wants.empty() && Earlier()(*claim.wants.begin(), own)))
        unanswered_[own].insert(member);
    for (const Ticket& other : claim.wants)
      if (claim.holds != other && goes_before(other)) deferred_.insert(other);
  }
  hold_if_answered();
}

bool RicartAgrawala::goes_before(const Ticket& other) const {
  return holds_ || (!own_.empty() && Earlier()(*own_.begin(), other));
}

void RicartAgrawala::want(const Ticket& ticket) {
  own_.insert(ticket);
  if (!others_.empty()) unanswered_[ticket] = others_;
  for (const MemberId member : others_) send(member, Body::with_wanted(ticket));
  hold_if_answered();
}

void RicartAgrawala::give_up(const Ticket& ticket) {
  own_.erase(ticket);
  unanswered_.erase(ticket);
  for (const MemberId member : others_) send(member, Body::with_given_up(ticket));
  let_go_ahead();
  hold_if_answered();
}

void RicartAgrawala::give_back() {
  own_.erase(*std::exchange(holds_, std::nullopt));
  let_go_ahead();
  hold_if_answered();
}

void RicartAgrawala::let_go_ahead() {
  for (auto other = deferred_.begin(); other != deferred_.end() && !goes_before(*other);) {
    send(other->member, Body::with_ahead(*other));
    other = deferred_.erase(other);
  }
}

void RicartAgrawala::receive(MemberId from, const Body& body, Stamp) {
  if (!others_.contains(from)) return;
  if (body.kind() == Kind::WANTED) {
    if (goes_before(body.wanted()))
      deferred_.insert(body.wanted());
    else
      send(from, Body::with_ahead(body.wanted()));
  } else if (body.kind() == Kind::GO_AHEAD) {
    const auto ticket = unanswered_.find(body.ahead());
    if (ticket == unanswered_.end()) return;
    ticket->second.erase(from);
    if (ticket->second.empty()) unanswered_.erase(ticket);
    hold_if_answered();
  } else if (body.kind() == Kind::GIVEN_UP) {
    deferred_.erase(body.given_up());
  }
}

void RicartAgrawala::hold_if_answered() {
  if (holds_ || own_.empty() || unanswered_.contains(*own_.begin())) return;
  holds_ = *own_.begin();
  granted(*holds_);
}

}  // namespace services::locks
