#include "services/mutex/node.h"

#include <algorithm>
#include <utility>

namespace services::locks {

using ::mutex::Fault;
using ::mutex::Word;

Node::Node(const Company& company, Make make, ViewNumber promised, Life life, Moment now, Outside& outside)
    : company_(company),
      outside_(outside),
      member_(company.self, make, world()),
      membership_(company, promised, life, now, *this) {}

Member::World Node::world() {
  return {.send =
              [this](MemberId to, Message message) {
                const auto way = ways_.find(to);
                if (way == ways_.end()) return;
                ++messages_;
                way->second.courier.send(std::move(message));
              },
          .granted =
              [this](const LockName& lock, Waiter waiter, Token token) {
                if (waiters_ != nullptr) waiters_->granted(lock, waiter, token);
              },
          .lost = [this](const LockName& lock,
                         Waiter waiter) { return waiters_ != nullptr && waiters_->lost(lock, waiter); }};
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
  for (const auto& [who, was_fresh] : membership_.participants())
    if (who.member != company_.self)
      ways_.emplace(who.member, Way{.courier = Courier(view.number, membership_.self()), .life = who.life});
  view_ = view.number;
  member_.begin(view, is_fresh);
}

void Node::flush(Moment now) {
  for (auto& [to, way] : ways_) {
    if (!way.courier.has_any() || now < way.again) continue;
    way.again = now + company_.lease / 5;
    Parcel parcel = way.courier.parcel();
    parcel.group = company_.group;
    parcel.to = to;
    outside_.carry(to, parcel);
  }
}

Word Node::is_meant(::mutex::Group group, MemberId to) const {
  if (group != company_.group) return Word::OTHER_GROUP;
  return to == company_.self ? Word::DONE : Word::OTHER_MEMBER;
}

Taken Node::on_parcel(const Parcel& parcel, Moment now) {
  const Taken nothing{.who = membership_.self(), .view = ::mutex::NO_VIEW, .next = 0};
  if (is_meant(parcel.group, parcel.to) != Word::DONE) return nothing;
  check_lease(now);
  const auto way = ways_.find(parcel.who.member);
  if (way == ways_.end() || parcel.view != view_ || parcel.who.life != way->second.life) return nothing;
  for (const Message& message : way->second.courier.open(parcel)) member_.receive(parcel.who.member, message);
  const Taken taken{.who = membership_.self(), .view = view_, .next = way->second.courier.next()};
  flush(now);
  return taken;
}

void Node::on_carried(MemberId to, const Taken& taken, Moment now) {
  const auto way = ways_.find(to);
  if (way == ways_.end() || taken.view != view_ || taken.who != ::mutex::Participant{to, way->second.life}) return;
  way->second.courier.taken(taken.next);
  way->second.again = Moment::min();
  flush(now);
}

::mutex::Renewed Node::on_renew(const ::mutex::Renewal& renewal, Moment now) {
  const Word word = is_meant(renewal.group, renewal.to);
  if (word != Word::DONE) return {.who = membership_.self(), .word = word, .promised = ::mutex::NO_VIEW};
  const auto renewed = membership_.on_renew(renewal, now);
  note_several(renewal.who.member, renewal.who.member, now);
  return renewed;
}

Leaving Node::on_leave(const ::mutex::Call& call, Moment now) {
  const Word word = is_meant(call.group, call.to);
  if (word == Word::DONE) return membership_.on_leave(call.who, call.next, now);
  Leaving stays;
  stays.who = membership_.self();
  stays.word = word;
  return stays;
}

::mutex::Begun Node::on_begin(const Beginning& beginning, Moment now) {
  Word word = is_meant(beginning.group, beginning.to);
  if (word == Word::DONE) word = membership_.on_begin(beginning, now);
  flush(now);
  return {.member = company_.self, .word = word};
}

void Node::on_farewell(const ::mutex::Farewell& farewell, Moment now) {
  if (is_meant(farewell.group, farewell.to) == Word::DONE) membership_.on_farewell(farewell.who, now);
}

void Node::on_renewed(const Question& question, const ::mutex::Renewed& answer, Moment now) {
  if (answer.who.member == question.to) membership_.on_renewed(question, answer, now);
  note_fault(question.to, answer);
  note_several(company_.self, question.to, now);
  flush(now);
}

void Node::on_left(const Question& question, const Leaving& answer, Moment now) {
  if (answer.who.member != question.to) return;
  membership_.on_left(question, answer, now);
  flush(now);
}

void Node::on_begun(const Question& question, const ::mutex::Begun& answer) {
  if (answer.member == question.to) membership_.on_begun(question, answer.word);
}

Fault Node::fault(MemberId member, Moment now) const {
  const auto found = faults_.find(member);
  if (found != faults_.end() && found->second != Fault::NO_FAULT) return found->second;
  if (membership_.are_several(member, now)) return Fault::TWO_PROCESSES;
  const bool is_reached = member == company_.self || membership_.reached(now).contains(member);
  return membership_.is_heard(member, now) && !is_reached ? Fault::UNREACHED : Fault::NO_FAULT;
}

void Node::note_fault(MemberId member, const ::mutex::Renewed& answer) {
  Fault fault = membership_.is_plausible(answer.promised) ? Fault::NO_FAULT : Fault::WRONG_VIEW;
  if (answer.word == Word::OTHER_GROUP) fault = Fault::WRONG_GROUP;
  if (answer.who.member != member) fault = Fault::WRONG_URI;
  const bool is_news = std::exchange(faults_[member], fault) != fault;
  if (is_news) outside_.found(member, fault, answer.who.member);
}

void Node::note_several(MemberId member, MemberId known_by, Moment now) {
  if (!company_.all.contains(member) || !membership_.are_several(member, now)) return;
  if (several_.insert(member).second) outside_.found(member, Fault::TWO_PROCESSES, known_by);
}

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
  flush(now);
}

bool Node::give_back(const LockName& lock, Token token, Moment now) {
  check_lease(now);
  const bool was_held = member_.give_back(lock, token);
  flush(now);
  return was_held;
}

}  // namespace services::locks
