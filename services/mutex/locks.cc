#include "services/mutex/locks.h"

#include <algorithm>

namespace services::locks {

using elections::lengthened;

namespace {

using Others = std::vector<std::pair<MemberId, Places>>;

Span span_of(::mutex::Nanoseconds wire) {
  constexpr auto most = static_cast<std::uint64_t>(Locks::longest_lease.count()) + 1;
  return Span(static_cast<Span::rep>(std::min<std::uint64_t>(wire, most)));
}

::mutex::Nanoseconds to_wire(Span span) { return static_cast<std::uint64_t>(std::max<Span::rep>(span.count(), 0)); }

bool is_name(const LockName& name) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !name.empty() && std::none_of(name.begin(), name.end(), is_control);
}

bool is_lease(Span lease) { return lease >= Locks::shortest_lease && lease <= Locks::longest_lease; }

// Of all members, in the order of their tickets.
struct Seen {
  MemberId at;
  ::mutex::Place place;
};

bool comes_before(const Seen& a, const Seen& b) {
  if (a.place.lock != b.place.lock) return a.place.lock < b.place.lock;
  const bool a_holds = a.place.token != ::mutex::NO_TOKEN;
  const bool b_holds = b.place.token != ::mutex::NO_TOKEN;
  if (a_holds != b_holds) return a_holds;
  return Earlier()(a.place.ticket, b.place.ticket);
}

std::vector<Seen> in_order(MemberId self, const Places& own, const Others& others) {
  std::vector<Seen> seen;
  for (const ::mutex::Place& place : own.places) seen.push_back({self, place});
  for (const auto& [member, places] : others)
    for (const ::mutex::Place& place : places.places) seen.push_back({member, place});
  std::sort(seen.begin(), seen.end(), comes_before);
  return seen;
}

::mutex::Holder holder_of(const Seen& seen) {
  return {.who = seen.place.who, .at = seen.at, .token = seen.place.token, .held = seen.place.since};
}

// Of the same lock, the holder first.
::mutex::Lock lock_of(std::vector<Seen>::const_iterator begin, std::vector<Seen>::const_iterator end) {
  ::mutex::Lock lock{.name = begin->place.lock, .holder = {}, .waiting = {}};
  for (; begin != end; ++begin) {
    if (begin->place.token != ::mutex::NO_TOKEN && !lock.holder)
      lock.holder = holder_of(*begin);
    else
      lock.waiting.push_back({.who = begin->place.who, .at = begin->at, .waits = begin->place.since});
  }
  return lock;
}

std::vector<::mutex::Lock> locks_of(const std::vector<Seen>& seen) {
  std::vector<::mutex::Lock> locks;
  for (auto begin = seen.begin(); begin != seen.end();) {
    const auto is_another = [&](const Seen& one) { return one.place.lock != begin->place.lock; };
    const auto end = std::find_if(begin, seen.end(), is_another);
    locks.push_back(lock_of(begin, end));
    begin = end;
  }
  return locks;
}

}  // namespace

Locks::Locks(Node& node, World world) : node_(node), world_(std::move(world)) { node_.tell(this); }

Locks::~Locks() { node_.tell(nullptr); }

std::optional<Outcome> Locks::refusal(const Wish& wish) const {
  if (is_ending_) return Outcome::ENDING;
  if (!is_name(wish.lock)) return Outcome::BAD_NAME;
  if (!is_lease(span_of(wish.lease))) return Outcome::BAD_LEASE;
  if (by_key_.contains({wish.lock, wish.session})) return std::nullopt;
  const Member& member = node_.member();
  if (places_.size() >= ::mutex::MAX_PLACES) return Outcome::TOO_MANY_PLACES;
  if (!member.knows(wish.lock) && member.locks() >= ::mutex::MAX_LOCKS) return Outcome::TOO_MANY_LOCKS;
  if (member.tickets(wish.lock) >= ::mutex::MAX_WAITERS) return Outcome::TOO_MANY_WAITERS;
  return std::nullopt;
}

void Locks::acquire(const Wish& wish, Told<Answer> told) {
  const Moment now = world_.now();
  node_.check_lease(now);
  if (const auto refused = refusal(wish)) {
    later(std::move(told), *refused);
    return on_event();
  }
  const auto known = by_key_.find({wish.lock, wish.session});
  const Waiter waiter = known != by_key_.end() ? known->second : enter(wish, now);
  Place& place = places_.at(waiter);
  if (place.pending) later(std::move(place.pending->told), Answer::with_queue({}));
  // Also who does not want to wait has the members asked.
  const Span wait = std::clamp(span_of(wish.wait), shortest_wait(), longest_wait);
  place.pending = Pending{std::move(told), now + wait};
  hear(place, span_of(wish.lease), now);
  if (known == by_key_.end())
    node_.wait(wish.lock, waiter, now);
  else if (place.token != ::mutex::NO_TOKEN)
    tell_again(waiter);
  on_event();
}

Span Locks::shortest_wait() const { return std::min(node_.membership().company().interval(), longest_question); }

Waiter Locks::enter(const Wish& wish, Moment now) {
  const Waiter waiter = ++last_;
  const Key key{wish.lock, wish.session};
  places_.emplace(waiter, Place{.key = key, .who = wish.who, .lease = span_of(wish.lease), .since = now});
  by_key_[key] = waiter;
  released_.erase(key);
  return waiter;
}

Locks::Place* Locks::place_of(const Holding& holding) {
  const auto found = by_key_.find({holding.lock, holding.session});
  return found == by_key_.end() ? nullptr : &places_.at(found->second);
}

void Locks::hear(Place& place, Span lease, Moment now) const {
  place.lease = lease;
  place.heard_until = std::max(now + lengthened(lease), place.sure_until);
}

// Once, however often it is asked for.
void Locks::tell_again(Waiter waiter) {
  std::erase(granted_, waiter);
  granted_.push_back(waiter);
}

// Sure as long as the member is itself, and its client heard.
Answer Locks::grant(Place& place, Moment now) {
  const Span sure = std::clamp(node_.membership().sure_until(now) - now, Span(0), place.lease);
  place.sure_until = std::max(place.sure_until, now + lengthened(sure));
  place.is_told = true;
  return Answer::with_grant({.token = place.token, .sure = to_wire(sure)});
}

void Locks::renew(const Holding& holding, Told<Answer> told) {
  const Moment now = world_.now();
  node_.check_lease(now);
  Place* const place = place_of(holding);
  if (place == nullptr || place->token == ::mutex::NO_TOKEN)
    later(std::move(told), Outcome::NOT_THE_HOLDER);
  else if (place->token != holding.token)
    later(std::move(told), Outcome::STALE_TOKEN);
  else if (!is_lease(span_of(holding.lease)))
    later(std::move(told), Outcome::BAD_LEASE);
  else if (is_ending_)
    later(std::move(told), Outcome::ENDING);
  else {
    hear(*place, span_of(holding.lease), now);
    later(std::move(told), grant(*place, now));
  }
  on_event();
}

void Locks::release(const Holding& holding, Told<Answer> told) {
  const Moment now = world_.now();
  node_.check_lease(now);
  const Key key{holding.lock, holding.session};
  const auto found = by_key_.find(key);
  const bool is_any = holding.token == ::mutex::NO_TOKEN;
  Outcome outcome = Outcome::NOT_THE_HOLDER;
  if (found != by_key_.end()) {
    Place& place = places_.at(found->second);
    if (is_any || (place.token != ::mutex::NO_TOKEN && place.token == holding.token)) {
      outcome = Outcome::RELEASED;
      released_.remember(key, place.token, now);
      leave(found->second, now);
    } else if (place.token != ::mutex::NO_TOKEN) {
      outcome = Outcome::STALE_TOKEN;
    }
  } else if (released_.was_released(key, holding.token)) {
    outcome = Outcome::RELEASED;
  }
  later(std::move(told), outcome);
  on_event();
}

// For whatever reason.
void Locks::leave(Waiter waiter, Moment now) {
  auto place = places_.extract(waiter).mapped();
  by_key_.erase(place.key);
  if (place.pending)
    later(std::move(place.pending->told), is_ending_ ? Answer(Outcome::ENDING) : Answer::with_queue({}));
  if (place.token != ::mutex::NO_TOKEN)
    node_.give_back(place.key.first, place.token, now);
  else
    node_.give_up(place.key.first, waiter, now);
}

void Locks::granted(const LockName&, Waiter waiter, Token token) {
  places_.at(waiter).token = token;
  granted_.push_back(waiter);
}

// Its client learns it as it renews, if it was told that it had it.
bool Locks::lost(const LockName&, Waiter waiter) {
  const auto found = places_.find(waiter);
  if (found == places_.end()) return false;
  Place& place = found->second;
  if (!place.is_told) {
    place.token = ::mutex::NO_TOKEN;
    place.sure_until = Moment::min();
    std::erase(granted_, waiter);
    return true;
  }
  if (place.pending) later(std::move(place.pending->told), Outcome::NO_MAJORITY);
  by_key_.erase(place.key);
  places_.erase(found);
  return false;
}

// Not while no majority has renewed this member's lease lately: who begins something would have to end it at once.
void Locks::tell_granted(Moment now) {
  const Membership& membership = node_.membership();
  if (membership.sure_until(now) < now + membership.company().lease / 3) return;
  for (const Waiter waiter : std::exchange(granted_, {})) {
    const auto found = places_.find(waiter);
    if (found == places_.end()) continue;
    Place& place = found->second;
    if (place.sure_until == Moment::min()) place.since = now;
    if (!place.pending) {
      place.sure_until = std::max(place.sure_until, now);
      continue;
    }
    hear(place, place.lease, now);
    later(std::exchange(place.pending, std::nullopt)->told, grant(place, now));
  }
}

void Locks::time_out(Place& place, Moment now) {
  hear(place, place.lease, now);
  auto told = std::exchange(place.pending, std::nullopt)->told;
  if (!node_.membership().is_in_view()) return later(std::move(told), Outcome::NO_MAJORITY);
  const auto& [lock, session] = place.key;
  ++place.untold;
  const Waiter waiter = by_key_.at(place.key);
  world_.look(lock, [this, waiter, lock = lock, session = session, told = std::move(told)](const Others& others) {
    if (const auto found = places_.find(waiter); found != places_.end()) {
      --found->second.untold;
      hear(found->second, found->second.lease, world_.now());
      // Its own, by now or held back: it is told as it asks again.
      if (found->second.token != ::mutex::NO_TOKEN) return told(Answer::with_queue({}));
    }
    told(Answer::with_queue(queue_of(lock, session, others)));
  });
}

void Locks::expire(Moment now) {
  std::vector<Waiter> over;
  std::vector<Waiter> late;
  for (const auto& [waiter, place] : places_) {
    if (place.pending && place.pending->until <= now) late.push_back(waiter);
    if (!place.pending && place.untold == 0 && place.heard_until <= now) over.push_back(waiter);
  }
  for (const Waiter waiter : late) time_out(places_.at(waiter), now);
  for (const Waiter waiter : over)
    if (places_.contains(waiter)) leave(waiter, now);
  released_.forget(now);
}

void Locks::on_event() {
  const Moment now = world_.now();
  node_.check_lease(now);
  tell_granted(now);
  expire(now);
  tell_granted(now);
  end_if_free(now);
  answer();
}

void Locks::answer() {
  for (auto& [told, answer] : std::exchange(answers_, {})) told(answer);
}

Moment Locks::next_timer() const {
  Moment next = Moment::max();
  for (const auto& [waiter, place] : places_) {
    if (place.pending || place.untold == 0)
      next = std::min(next, place.pending ? place.pending->until : place.heard_until);
    if (is_ending_) next = std::min(next, std::max(place.sure_until, Moment()));
  }
  return next;
}

void Locks::end(std::function<void()> ended) {
  is_ending_ = true;
  ended_ = std::move(ended);
  const Moment now = world_.now();
  std::vector<Waiter> waiting;
  for (const auto& [waiter, place] : places_)
    if (place.token == ::mutex::NO_TOKEN) waiting.push_back(waiter);
  for (const Waiter waiter : waiting) leave(waiter, now);
  on_event();
}

void Locks::end_if_free(Moment now) {
  if (!is_ending_ || !ended_) return;
  std::vector<Waiter> over;
  for (const auto& [waiter, place] : places_)
    if (place.token == ::mutex::NO_TOKEN || place.sure_until <= now) over.push_back(waiter);
  for (const Waiter waiter : over) leave(waiter, now);
  if (places_.empty()) std::exchange(ended_, nullptr)();
}

Places Locks::look(const LockName& name) const {
  Places places;
  const Moment now = world_.now();
  std::map<LockName, std::map<Waiter, Ticket>> tickets;
  for (const auto& [waiter, place] : places_) {
    const LockName& lock = place.key.first;
    if (!name.empty() && lock != name) continue;
    if (!tickets.contains(lock)) {
      for (const auto& one : node_.member().waiting(lock)) tickets[lock][one.waiter] = one.ticket;
      if (const auto holder = node_.member().holder(lock)) tickets[lock][holder->waiter] = holder->ticket;
    }
    places.places.push_back({.lock = lock,
                             .ticket = tickets[lock][waiter],
                             .who = place.who,
                             .token = place.token,
                             .since = to_wire(now - place.since)});
  }
  return places;
}

::mutex::Queue Locks::queue_of(const LockName& lock, const Session& session, const Others& others) const {
  ::mutex::Queue queue{.holder = {}, .before = 0};
  const auto seen = in_order(node_.membership().self().member, look(lock), others);
  if (!seen.empty() && seen.front().place.token != ::mutex::NO_TOKEN) queue.holder = holder_of(seen.front());
  const auto own = by_key_.find({lock, session});
  if (own == by_key_.end()) return queue;
  for (const auto& one : node_.member().waiting(lock))
    if (one.waiter == own->second)
      queue.before = static_cast<std::uint32_t>(std::count_if(seen.begin(), seen.end(), [&](const Seen& other) {
        return other.place.token != ::mutex::NO_TOKEN || Earlier()(other.place.ticket, one.ticket);
      }));
  return queue;
}

void Locks::status(const LockName& name, Told<Status> told) {
  world_.look(name, [this, name, told = std::move(told)](const Others& others) { told(status_of(name, others)); });
}

Status Locks::status_of(const LockName& name, const Others& others) const {
  const Moment now = world_.now();
  const Membership& membership = node_.membership();
  const MemberId self = membership.self().member;
  auto locks = locks_of(in_order(self, look(name), others));
  const bool is_unknown = !name.empty() && locks.empty();
  ::mutex::Report report{.member = self,
                         .algorithm = world_.algorithm,
                         .lease = to_wire(membership.company().lease),
                         .view = membership.is_in_view() ? membership.view() : ::mutex::NO_VIEW,
                         .peers = {},
                         .locks = std::move(locks)};
  const auto members = membership.members();
  for (const MemberId id : membership.company().all) {
    const auto uri = world_.uris.find(id);
    const bool is_known = membership.has_heard(id);
    report.peers.push_back({.id = id,
                            .uri = uri == world_.uris.end() ? "" : uri->second,
                            .known = is_known,
                            .heard = membership.is_heard(id, now),
                            .in_view = std::find(members.begin(), members.end(), id) != members.end(),
                            .silent = is_known ? to_wire(now - membership.last_heard(id, now)) : 0,
                            .fault = node_.fault(id, now)});
  }
  return Status::with_report(is_unknown ? Outcome::UNKNOWN_LOCK : Outcome::GRANTED, std::move(report));
}

}  // namespace services::locks
