#include "services/mutex/node.h"

#include <algorithm>

namespace services::locks {

Node::Node(const Company& company, Make make, ViewNumber promised, Life life, Moment now, Outside& outside)
    : company_(company),
      outside_(outside),
      member_(company.self, make, world()),
      membership_(company, promised, life, now, *this) {}

Member::World Node::world() {
  return {.send =
              [this](MemberId to, Message message) {
                ++messages_;
                ways_.at(to).courier.send(std::move(message));
              },
          .granted =
              [this](const LockName& lock, Waiter waiter, Token token) {
                if (waiters_ != nullptr) waiters_->granted(lock, waiter, token);
              },
          .lost =
              [this](const LockName& lock, Waiter waiter) {
                if (waiters_ != nullptr) waiters_->lost(lock, waiter);
              }};
}

Standing Node::leave() {
  ways_.clear();
  return member_.leave();
}

void Node::lose() {
  ways_.clear();
  member_.lose();
}

void Node::begin(const View& view, bool is_fresh) {
  ways_.clear();
  for (const auto& [other, standing] : view.members)
    if (other != company_.self) ways_.emplace(other, Way{Courier(view.number, company_.self)});
  view_ = view.number;
  member_.begin(view, is_fresh);
}

void Node::flush(Moment now) {
  for (auto& [to, way] : ways_) {
    if (!way.courier.has_any() || now < way.again) continue;
    way.again = now + company_.lease / 5;
    outside_.carry(to, way.courier.parcel());
  }
}

Taken Node::on_parcel(const Parcel& parcel, Moment now) {
  check_lease(now);
  const auto way = ways_.find(parcel.from);
  if (way == ways_.end() || parcel.view != view_) return {.view = 0, .next = 0};
  for (const Message& message : way->second.courier.open(parcel)) member_.receive(parcel.from, message);
  const Taken taken{.view = view_, .next = way->second.courier.next()};
  flush(now);
  return taken;
}

void Node::on_carried(MemberId to, const Taken& taken, Moment now) {
  const auto way = ways_.find(to);
  if (way == ways_.end() || taken.view != view_) return;
  way->second.courier.taken(taken.next);
  way->second.again = Moment::min();
  flush(now);
}

::mutex::Renewed Node::on_renew(const ::mutex::Renewal& renewal, Moment now) {
  return membership_.on_renew(renewal, now);
}

Leaving Node::on_leave(MemberId from, ViewNumber next, Moment now) { return membership_.on_leave(from, next, now); }

::mutex::Word Node::on_begin(const Beginning& beginning, Moment now) {
  const ::mutex::Word word = membership_.on_begin(beginning, now);
  flush(now);
  return word;
}

void Node::on_farewell(const ::mutex::Participant& who, Moment now) { membership_.on_farewell(who, now); }

void Node::on_renewed(const Question& question, const ::mutex::Renewed& answer, Moment now) {
  membership_.on_renewed(question, answer, now);
  flush(now);
}

void Node::on_left(const Question& question, const Leaving& answer, Moment now) {
  membership_.on_left(question, answer, now);
  flush(now);
}

void Node::on_begun(const Question& question, ::mutex::Word answer) { membership_.on_begun(question, answer); }

void Node::on_timer(Moment now) {
  membership_.on_timer(now);
  const bool is_full = member_.locks() > ::mutex::MAX_LOCKS / 2 && member_.idle_locks() > member_.locks() / 2;
  if (is_full || member_.is_worn()) membership_.refresh(now);
  flush(now);
}

Moment Node::next_timer() const {
  Moment next = membership_.next_timer();
  for (const auto& [to, way] : ways_)
    if (way.courier.has_any()) next = std::min(next, way.again);
  return next;
}

void Node::wait(const LockName& lock, Waiter waiter, Moment now) {
  check_lease(now);
  member_.wait(lock, waiter);
  flush(now);
}

void Node::give_up(const LockName& lock, Waiter waiter, Moment now) {
  check_lease(now);
  member_.give_up(lock, waiter);
}

bool Node::give_back(const LockName& lock, Token token, Moment now) {
  check_lease(now);
  const bool was_held = member_.give_back(lock, token);
  flush(now);
  return was_held;
}

}  // namespace services::locks
