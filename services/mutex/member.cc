#include "services/mutex/member.h"

#include <algorithm>
#include <limits>

namespace services::locks {

namespace {

::mutex::Claim to_wire(const LockName& lock, const Claim& claim) {
  return {.lock = lock,
          .wants = {claim.wants.begin(), claim.wants.end()},
          .holds = claim.holds,
          .has_token = claim.has_token};
}

Claim from_wire(const ::mutex::Claim& wire) {
  return {.wants = {wire.wants.begin(), wire.wants.end()}, .holds = wire.holds, .has_token = wire.has_token};
}

// Of all locks that anybody waits for or holds.
std::map<LockName, Claims> wanted_in(const View& view, const Claims& nothing) {
  std::map<LockName, Claims> wanted;
  for (const auto& [member, standing] : view.members)
    for (const ::mutex::Claim& claim : standing.claims)
      if (!claim.wants.empty()) wanted.emplace(claim.lock, nothing);
  for (const auto& [member, standing] : view.members)
    for (const ::mutex::Claim& claim : standing.claims)
      if (const auto lock = wanted.find(claim.lock); lock != wanted.end()) lock->second[member] = from_wire(claim);
  return wanted;
}

// Tickets as of a token on its way.
bool is_sound_token(const Roving& roving, const Claims& members, Stamp clock) {
  return std::all_of(roving.served.begin(), roving.served.end(),
                     [&](const auto& one) { return members.contains(one.member) && one.last <= clock; }) &&
         std::all_of(roving.waiting.begin(), roving.waiting.end(),
                     [&](const Ticket& one) { return members.contains(one.member) && one.stamp <= clock; });
}

}  // namespace

bool is_sound(const Standing& standing, MemberId member, ViewNumber next) {
  const auto is_own = [&](const Ticket& ticket) {
    return ticket.member == member && ticket.stamp >> stamp_bits < next;
  };
  return std::all_of(standing.claims.begin(), standing.claims.end(), [&](const ::mutex::Claim& claim) {
    const bool holds_its_own =
        !claim.holds || std::find(claim.wants.begin(), claim.wants.end(), *claim.holds) != claim.wants.end();
    return holds_its_own && std::all_of(claim.wants.begin(), claim.wants.end(), is_own);
  });
}

Member::Lock& Member::at(const LockName& name) {
  auto& lock = locks_[name];
  if (lock) return *lock;
  lock = std::make_unique<Lock>();
  lock->name = name;
  lock->world.send = [this, name](MemberId to, Body body) { world_.send(to, {name, tick(), std::move(body)}); };
  lock->world.granted = [&lock = *lock](const Ticket& ticket) { lock.granted = ticket; };
  lock->algorithm = make_(self_, lock->world);
  if (is_in_view_) lock->algorithm->begin(nothing_);
  return *lock;
}

void Member::wait(const LockName& name, Waiter waiter) {
  Lock& lock = at(name);
  lock.unasked.push_back(waiter);
  settle(lock);
}

// Between two views it has said already what it takes along, and gives it up as the next begins.
void Member::give_up(const LockName& name, Waiter waiter) {
  const auto found = locks_.find(name);
  if (found == locks_.end()) return;
  Lock& lock = *found->second;
  std::erase(lock.unasked, waiter);
  const auto asked =
      std::find_if(lock.asked.begin(), lock.asked.end(), [waiter](const auto& one) { return one.second == waiter; });
  if (asked != lock.asked.end()) asked->second = nobody;
  if (!is_in_view_) return;
  drop_nobodys(lock);
  settle(lock);
  put_away(lock);
}

// But not what is granted, which settle() gives back.
void Member::drop_nobodys(Lock& lock) {
  std::vector<Ticket> dropped;
  for (const auto& [ticket, waiter] : lock.asked)
    if (waiter == nobody && ticket != lock.granted) dropped.push_back(ticket);
  for (const Ticket& ticket : dropped) {
    // The one before may have had this one granted.
    if (ticket == lock.granted) continue;
    lock.asked.erase(ticket);
    lock.algorithm->give_up(ticket);
  }
}

bool Member::give_back(const LockName& name, Token token) {
  const auto found = locks_.find(name);
  if (found == locks_.end() || !found->second->holder || found->second->holder->token != token) return false;
  Lock& lock = *found->second;
  lock.holder.reset();
  settle(lock);
  put_away(lock);
  return true;
}

std::optional<Member::Holder> Member::holder(const LockName& name) const {
  const auto found = locks_.find(name);
  return found == locks_.end() ? std::nullopt : found->second->holder;
}

std::vector<Member::Waiting> Member::waiting(const LockName& name) const {
  std::vector<Waiting> all;
  const auto found = locks_.find(name);
  if (found == locks_.end()) return all;
  for (const auto& [ticket, waiter] : found->second->asked)
    if (waiter != nobody) all.push_back({waiter, ticket});
  for (const Waiter waiter : found->second->unasked)
    all.push_back({waiter, {std::numeric_limits<Stamp>::max(), self_}});
  return all;
}

std::size_t Member::idle_locks() const {
  return static_cast<std::size_t>(
      std::count_if(locks_.begin(), locks_.end(), [](const auto& one) { return is_idle(*one.second); }));
}

bool Member::is_idle(const Lock& lock) { return lock.asked.empty() && lock.unasked.empty() && !lock.granted; }

// What an algorithm leaves behind spares messages where the lock is wanted again. But those of all members together
// must not fill any of them.
void Member::put_away(Lock& lock) {
  if (!is_in_view_ || !is_idle(lock)) return;
  if (locks_.size() > ::mutex::MAX_LOCKS / 2 / nothing_.size()) lock.algorithm->tidy();
  if (!lock.algorithm->is_as_new()) return;
  const LockName name = lock.name;
  locks_.erase(name);
}

std::size_t Member::tickets(const LockName& name) const {
  const auto found = locks_.find(name);
  if (found == locks_.end()) return 0;
  const Lock& lock = *found->second;
  const auto waiting =
      std::count_if(lock.asked.begin(), lock.asked.end(), [](const auto& one) { return one.second != nobody; });
  return static_cast<std::size_t>(waiting) + lock.unasked.size() + (lock.granted ? 1 : 0);
}

void Member::settle(Lock& lock) {
  while (is_in_view_) {
    while (!lock.unasked.empty()) {
      const Ticket ticket{tick(), self_};
      lock.asked[ticket] = lock.unasked.front();
      lock.unasked.pop_front();
      lock.algorithm->want(ticket);
    }
    if (!lock.granted || lock.holder) return;
    const auto next = lock.asked.extract(*lock.granted);
    if (!next.empty() && next.mapped() != nobody) return take(lock, next.mapped());
    lock.granted.reset();
    lock.algorithm->give_back();
  }
}

// Whatever led to this grant has been heard of, and has an earlier stamp; what was granted in an earlier view, too, for
// each view's stamps begin anew.
void Member::take(Lock& lock, Waiter waiter) {
  lock.holder = Holder{waiter, *lock.granted, tick()};
  world_.granted(lock.name, waiter, lock.holder->token);
}

Standing Member::leave() {
  is_in_view_ = false;
  Standing standing;
  for (const auto& [name, lock] : locks_) {
    const Claim claim = lock->algorithm->claim();
    if (!claim.wants.empty() || claim.has_token) standing.claims.push_back(to_wire(name, claim));
  }
  return standing;
}

// A lock that nobody wants is forgotten by all, and its token with it.
void Member::begin(const View& view, bool is_fresh) {
  if (is_fresh) forget();
  // Later than all in the views before.
  first_ = last_ = view.number << stamp_bits;
  clock_ = time::LamportClock(first_, {});
  nothing_.clear();
  for (const auto& [member, standing] : view.members) nothing_[member] = {};
  const auto wanted = wanted_in(view, nothing_);
  std::erase_if(locks_, [&](const auto& one) { return !wanted.contains(one.first) && one.second->unasked.empty(); });
  for (const auto& [name, claims] : wanted) at(name);
  is_in_view_ = true;
  for (const auto& [name, lock] : locks_) {
    const auto claims = wanted.find(name);
    if (claims == wanted.end()) lock->algorithm = make_(self_, lock->world);
    lock->algorithm->begin(claims == wanted.end() ? nothing_ : claims->second);
    drop_nobodys(*lock);
    settle(*lock);
  }
}

// The algorithms go on to hold what they do, and give it back in the next view, or have it granted anew to who was not
// told.
void Member::lose() {
  is_in_view_ = false;
  for (const auto& [name, lock] : locks_)
    if (const auto holder = std::exchange(lock->holder, std::nullopt))
      if (world_.lost(name, holder->waiter)) lock->asked[holder->ticket] = holder->waiter;
}

void Member::forget() {
  lose();
  for (const auto& [name, lock] : locks_) {
    lock->algorithm = make_(self_, lock->world);
    lock->granted.reset();
    for (auto asked = lock->asked.rbegin(); asked != lock->asked.rend(); ++asked)
      if (asked->second != nobody) lock->unasked.push_front(asked->second);
    lock->asked.clear();
  }
}

// Stamps of the view's last quarter would end in the next view's before this one is over.
bool Member::is_sound(MemberId from, const Message& message) const {
  using ::mutex::Kind;
  const Body& body = message.body;
  if (message.clock < first_ || message.clock - first_ >= Stamp{3} << (stamp_bits - 2)) return false;
  const auto is_ticket_of = [&](MemberId member, const Ticket& ticket) {
    return ticket.member == member && ticket.stamp <= message.clock;
  };
  switch (body.kind()) {
    case Kind::WANTED: return is_ticket_of(from, body.wanted());
    case Kind::HEARD: return true;
    case Kind::GO_AHEAD: return is_ticket_of(self_, body.ahead());
    case Kind::DONE_WITH: return is_ticket_of(from, body.held());
    case Kind::GIVEN_UP: return is_ticket_of(from, body.given_up());
    case Kind::ROVING: return is_sound_token(body.roving(), nothing_, message.clock);
  }
  return false;
}

void Member::receive(MemberId from, const Message& message) {
  if (!is_in_view_ || !is_sound(from, message)) return;
  last_ = clock_.observe(message.clock).value_or(last_);
  // More than all members' clients can wait for is asked by none of them.
  if (!knows(message.lock) && locks_.size() >= most_locks()) return;
  Lock& lock = at(message.lock);
  lock.algorithm->receive(from, message.body, message.clock);
  settle(lock);
  put_away(lock);
}

}  // namespace services::locks
