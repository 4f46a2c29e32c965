#include "services/mutex/lamport.h"

#include <algorithm>

namespace services::locks {

using ::mutex::Kind;

void Lamport::begin(const Claims& claims) {
  queue_.clear();
  heard_.clear();
  for (const auto& [member, claim] : claims) queue_.insert(claim.wants.begin(), claim.wants.end());
  // What is wanted by anybody is in the queue already.
  const Stamp latest = queue_.empty() ? 0 : queue_.rbegin()->stamp;
  for (const auto& [member, claim] : claims)
    if (member != self()) heard_[member] = latest + 1;
  hold_if_first();
}

Claim Lamport::claim() const {
  Claim claim{.holds = holds_};
  for (const Ticket& ticket : queue_)
    if (ticket.member == self()) claim.wants.insert(ticket);
  return claim;
}

void Lamport::want(const Ticket& ticket) {
  queue_.insert(ticket);
  send_all(Body::with_wanted(ticket));
  hold_if_first();
}

void Lamport::give_up(const Ticket& ticket) {
  queue_.erase(ticket);
  send_all(Body::with_given_up(ticket));
  hold_if_first();
}

void Lamport::give_back() {
  const Ticket held = *std::exchange(holds_, std::nullopt);
  queue_.erase(held);
  send_all(Body::with_held(held));
  hold_if_first();
}

void Lamport::receive(MemberId from, const Body& body, Stamp clock) {
  const auto heard = heard_.find(from);
  if (heard == heard_.end()) return;
  heard->second = std::max(heard->second, clock);
  if (body.kind() == Kind::WANTED) {
    queue_.insert(body.wanted());
    send(from, Kind::HEARD);
  } else if (body.kind() == Kind::DONE_WITH) {
    queue_.erase(body.held());
  } else if (body.kind() == Kind::GIVEN_UP) {
    queue_.erase(body.given_up());
  }
  hold_if_first();
}

void Lamport::hold_if_first() {
  if (holds_ || queue_.empty() || queue_.begin()->member != self()) return;
  const Ticket first = *queue_.begin();
  const auto is_later = [&](const auto& member) { return member.second > first.stamp; };
  if (!std::all_of(heard_.begin(), heard_.end(), is_later)) return;
  holds_ = first;
  granted(first);
}

void Lamport::send_all(const Body& body) const {
  for (const auto& [member, stamp] : heard_) send(member, body);
}

}  // namespace services::locks
