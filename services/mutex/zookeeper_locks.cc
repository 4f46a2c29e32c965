#include "services/mutex/zookeeper_locks.h"

#include <asio/post.hpp>

#include <algorithm>
#include <charconv>
#include <thread>

namespace services::locks {

using elections::Clock;
using elections::lengthened;
using Happened = zookeeper::Outcome;

namespace {

constexpr const char* root = "/oncpp/mutex";

constexpr elections::Span shortest_lease = std::chrono::milliseconds(100);
constexpr elections::Span longest_lease = std::chrono::hours(1);
// Also who does not want to wait has the ensemble asked.
constexpr elections::Span shortest_wait = std::chrono::milliseconds(500);
constexpr elections::Span longest_wait = std::chrono::seconds(10);

// Of all locks, when all are looked at.
constexpr std::size_t queues_at_once = 64;

constexpr char digits[] = "0123456789ABCDEF";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

elections::Span span_of(::mutex::Nanoseconds wire) {
  constexpr auto most = static_cast<std::uint64_t>(longest_lease.count()) + 1;
  return elections::Span(static_cast<elections::Span::rep>(std::min<std::uint64_t>(wire, most)));
}

::mutex::Nanoseconds to_wire(elections::Span span) {
  return static_cast<std::uint64_t>(std::max<elections::Span::rep>(span.count(), 0));
}

bool is_name(const LockName& name) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  return !name.empty() && std::none_of(name.begin(), name.end(), is_control);
}

bool is_lease(elections::Span lease) { return lease >= shortest_lease && lease <= longest_lease; }

std::string folder_of(const LockName& lock) { return std::string(root) + "/" + to_node(lock); }

// "ID WHO".
std::pair<::mutex::MemberId, Who> from_data(const std::string& data) {
  ::mutex::MemberId id = 0;
  const char* end = data.data() + data.size();
  const auto [stopped, error] = std::from_chars(data.data(), end, id);
  const bool is_good =
      error == std::errc() && stopped != end && *stopped == ' ' && end - stopped - 1 <= ::mutex::MAX_NAME;
  return is_good ? std::pair(id, Who(stopped + 1, end)) : std::pair(::mutex::MemberId{0}, Who());
}

elections::Span age_of(const zookeeper::Session::Node& node) {
  const auto age = std::chrono::system_clock::now() - node.made;
  return std::clamp<elections::Span>(age, elections::Span(0), std::chrono::hours(24 * 36525));
}

}  // namespace

std::string to_node(const LockName& lock) {
  std::string name;
  for (const char c : lock) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain(c))
      name += c;
    else
      name.append({'%', digits[byte >> 4], digits[byte & 0xf]});
  }
  return name;
}

std::optional<LockName> from_node(const std::string& name) {
  LockName lock;
  for (std::size_t at = 0; at < name.size(); ++at) {
    if (name[at] != '%') {
      lock += name[at];
      continue;
    }
    unsigned byte = 0;
    const char* begin = name.data() + at + 1;
    if (at + 2 >= name.size() || std::from_chars(begin, begin + 2, byte, 16).ptr != begin + 2) return std::nullopt;
    lock += static_cast<char>(byte);
    at += 2;
  }
  if (lock.size() > ::mutex::MAX_NAME || to_node(lock) != name) return std::nullopt;
  return lock;
}

ZookeeperLocks::ZookeeperLocks(const asio::any_io_executor& executor, Options options)
    : executor_(executor),
      options_(std::move(options)),
      timer_(executor),
      glances_([this](const LockName& lock, Looked told) { look(lock, std::move(told)); }),
      presence_(
          executor,
          {.servers = options_.servers, .timeout = options_.timeout, .note = options_.note, .warn = options_.warn}),
      self_(this, [](ZookeeperLocks*) {}) {
  presence_.add(*this);
}

ZookeeperLocks::~ZookeeperLocks() {
  for (const auto& [waiter, place] : places_)
    for (Moment now = Clock::now(); now < place.sure_until; now = Clock::now())
      std::this_thread::sleep_for(place.sure_until - now);
}

// What clients ask.

std::optional<Outcome> ZookeeperLocks::refusal(const Wish& wish) const {
  if (is_ending_) return Outcome::ENDING;
  if (!is_name(wish.lock)) return Outcome::BAD_NAME;
  if (!is_lease(span_of(wish.lease))) return Outcome::BAD_LEASE;
  if (by_key_.contains({wish.lock, wish.session})) return std::nullopt;
  if (places_.size() + leaving_.size() >= ::mutex::MAX_PLACES) return Outcome::TOO_MANY_PLACES;
  const auto is_there = [&](const auto& one) { return one.second.key.first == wish.lock; };
  if (std::count_if(places_.begin(), places_.end(), is_there) >= ::mutex::MAX_WAITERS) return Outcome::TOO_MANY_WAITERS;
  return std::nullopt;
}

void ZookeeperLocks::acquire(const Wish& wish, Told<Answer> told) {
  const Moment now = Clock::now();
  if (const auto refused = refusal(wish)) return told(*refused);
  const auto known = by_key_.find({wish.lock, wish.session});
  Place& place = places_.at(known != by_key_.end() ? known->second : enter(wish, now));
  const auto before = std::exchange(
      place.pending, Pending{std::move(told), now + std::clamp(span_of(wish.wait), shortest_wait, longest_wait)});
  hear(place, span_of(wish.lease), now);
  if (before) before->told(Answer::with_queue({}));
  settle();
}

ZookeeperLocks::Waiter ZookeeperLocks::enter(const Wish& wish, Moment now) {
  const Waiter waiter = ++last_;
  const Key key{wish.lock, wish.session};
  by_key_[key] = waiter;
  released_.erase(key);
  Place& place = places_[waiter];
  place = {.key = key, .lease = span_of(wish.lease), .heard_until = now};
  place.queuing = std::make_unique<Queuing>(
      presence_, Queuing::Options{.folder = folder_of(wish.lock),
                                  .data = std::to_string(options_.self) + " " + wish.who,
                                  .first = [this, waiter](Token token) { took(waiter, token); },
                                  .lost = [this, waiter] { lost(waiter); },
                                  .refused = [this, waiter] { refused(waiter); },
                                  .left = [this, waiter] { forget(waiter); }});
  return waiter;
}

void ZookeeperLocks::renew(const Holding& holding, Told<Answer> told) {
  const Moment now = Clock::now();
  const auto found = by_key_.find({holding.lock, holding.session});
  Place* const place = found == by_key_.end() ? nullptr : &places_.at(found->second);
  if (place == nullptr || place->token == ::mutex::NO_TOKEN) return told(Outcome::NOT_THE_HOLDER);
  if (place->token != holding.token) return told(Outcome::STALE_TOKEN);
  if (!is_lease(span_of(holding.lease))) return told(Outcome::BAD_LEASE);
  if (is_ending_) return told(Outcome::ENDING);
  hear(*place, span_of(holding.lease), now);
  // Another may hold it already, where the session may be over.
  told(presence_.is_sure(now) ? grant(*place, now) : Answer(Outcome::UNREACHABLE));
  settle();  // its lease may be shorter than before
}

void ZookeeperLocks::release(const Holding& holding, Told<Answer> told) {
  const Key key{holding.lock, holding.session};
  const auto found = by_key_.find(key);
  const bool is_any = holding.token == ::mutex::NO_TOKEN;
  if (found == by_key_.end())
    return told(released_.was_released(key, holding.token) ? Outcome::RELEASED : Outcome::NOT_THE_HOLDER);
  const Place& place = places_.at(found->second);
  if (!is_any && place.token != holding.token)
    return told(place.token == ::mutex::NO_TOKEN ? Outcome::NOT_THE_HOLDER : Outcome::STALE_TOKEN);
  released_.remember(key, place.token, Clock::now());
  leave(found->second);
  told(Outcome::RELEASED);
  settle();
}

// What becomes of places.

void ZookeeperLocks::took(Waiter waiter, Token token) {
  const auto place = places_.find(waiter);
  if (place == places_.end()) return;
  place->second.token = token;
  settle();
}

// Its client learns it as it renews.
void ZookeeperLocks::lost(Waiter waiter) {
  const auto place = places_.find(waiter);
  if (place == places_.end()) return;
  auto pending = std::exchange(place->second.pending, std::nullopt);
  leave(waiter);
  if (pending) pending->told(Outcome::UNREACHABLE);
}

// Who holds it is not to lose it for that.
void ZookeeperLocks::refused(Waiter waiter) {
  const auto place = places_.find(waiter);
  if (place != places_.end() && place->second.token == ::mutex::NO_TOKEN) lost(waiter);
}

// For whatever reason.
void ZookeeperLocks::leave(Waiter waiter) {
  Place place = std::move(places_.extract(waiter).mapped());
  by_key_.erase(place.key);
  put_away(waiter, std::move(place.queuing));
  if (place.pending) place.pending->told(is_ending_ ? Answer(Outcome::ENDING) : Answer::with_queue({}));
}

void ZookeeperLocks::put_away(Waiter waiter, std::unique_ptr<Queuing> queuing) {
  Queuing& leaving = *queuing;
  leaving_[waiter] = std::move(queuing);
  leaving.leave();
}

// Not from within what it tells.
void ZookeeperLocks::forget(Waiter waiter) {
  asio::post(executor_, [weak = std::weak_ptr<ZookeeperLocks>(self_), waiter] {
    if (const auto self = weak.lock()) self->leaving_.erase(waiter);
  });
}

// Nothing that was held goes on in another session; who waits does, at the end of the queue.
void ZookeeperLocks::on_ended() {
  for (const auto& look : std::set(looks_)) {
    look->has_failed = true;
    finish(look);
  }
}

// How long they last.

void ZookeeperLocks::hear(Place& place, Span lease, Moment now) const {
  place.lease = lease;
  place.heard_until = std::max(now + lengthened(lease), place.sure_until);
}

// Sure as long as the session with ZooKeeper is, and its client heard.
Answer ZookeeperLocks::grant(Place& place, Moment now) {
  const Span left = presence_.is_sure(now) ? presence_.sure_until() - now : Span(0);
  const Span sure = std::min(left, place.lease);
  place.sure_until = std::max(place.sure_until, now + lengthened(sure));
  return Answer::with_grant({.token = place.token, .sure = to_wire(sure)});
}

void ZookeeperLocks::time_out(Place& place, Moment now) {
  hear(place, place.lease, now);
  auto told = std::exchange(place.pending, std::nullopt)->told;
  if (!presence_.is_sure(now)) return told(Outcome::UNREACHABLE);
  glances_.ask(place.key.first, now,
               [told = std::move(told), lock = place.key.first,
                own = place.queuing->place().name()](const std::optional<Queues>& queues) {
                 if (!queues) return told(Outcome::UNREACHABLE);
                 ::mutex::Queue queue{.holder = {}, .before = 0};
                 const std::vector<Seen>& seen = queues->begin()->second;
                 // Behind all of them where it was not there yet.
                 const auto at =
                     std::find_if(seen.begin(), seen.end(), [&](const Seen& one) { return one.node == own; });
                 queue.before = static_cast<std::uint32_t>(at - seen.begin());
                 if (!seen.empty() && at != seen.begin())
                   queue.holder = ::mutex::Holder{seen[0].who, seen[0].at, seen[0].token, to_wire(seen[0].age)};
                 told(Answer::with_queue(std::move(queue)));
               });
}

void ZookeeperLocks::settle() {
  const Moment now = Clock::now();
  grant_and_expire(now);
  end_if_free(now);
  set_timer();
}

void ZookeeperLocks::grant_and_expire(Moment now) {
  std::vector<Waiter> all;
  for (const auto& [waiter, place] : places_) all.push_back(waiter);
  for (const Waiter waiter : all) {
    const auto found = places_.find(waiter);
    if (found == places_.end()) continue;
    Place& place = found->second;
    if (place.pending && place.token != ::mutex::NO_TOKEN && presence_.is_sure(now)) {
      hear(place, place.lease, now);
      std::exchange(place.pending, std::nullopt)->told(grant(place, now));
    } else if (place.pending && place.pending->until <= now) {
      time_out(place, now);
    } else if (!place.pending && place.heard_until <= now) {
      leave(waiter);
    }
  }
  released_.forget(now);
}

void ZookeeperLocks::set_timer() {
  Moment next = Moment::max();
  for (const auto& [waiter, place] : places_) {
    next = std::min(next, place.pending ? place.pending->until : place.heard_until);
    if (is_ending_) next = std::min(next, place.sure_until);
  }
  if (next == Moment::max()) return void(timer_.cancel());
  timer_.expires_after(std::max(next - Clock::now(), Span(0)));
  timer_.async_wait([this](const asio::error_code& ended) {
    if (!ended) settle();
  });
}

void ZookeeperLocks::end(std::function<void()> ended) {
  is_ending_ = true;
  ended_ = std::move(ended);
  settle();
}

void ZookeeperLocks::end_if_free(Moment now) {
  if (!is_ending_ || !ended_) return;
  std::vector<Waiter> over;
  for (const auto& [waiter, place] : places_)
    if (place.token == ::mutex::NO_TOKEN || place.sure_until <= now) over.push_back(waiter);
  for (const Waiter waiter : over) leave(waiter);
  if (places_.empty()) std::exchange(ended_, nullptr)();
}

// What the ensemble knows.

void ZookeeperLocks::look(const LockName& name, Looked told) {
  const auto look = std::make_shared<Look>();
  look->told = std::move(told);
  if (!presence_.is_begun()) return look->told(std::nullopt);
  looks_.insert(look);
  if (!name.empty()) return look_at_queue(look, name);
  ++look->unanswered;
  presence_.session().list(root, [this, look](Happened outcome, const std::vector<std::string>& names) {
    for (const std::string& node : names)
      if (auto lock = from_node(node)) look->left.push_back(std::move(*lock));
    for (std::size_t queue = 0; queue < queues_at_once; ++queue) look_at_next(look);
    answered(look, outcome);
  });
}

// A lock's folder is still there for some time when nobody is in it any more: of those there may be any number.
void ZookeeperLocks::look_at_next(const std::shared_ptr<Look>& look) {
  if (look->left.empty() || look->found == ::mutex::MAX_LOCKS) return;
  const LockName lock = std::move(look->left.back());
  look->left.pop_back();
  look_at_queue(look, lock);
}

void ZookeeperLocks::look_at_queue(const std::shared_ptr<Look>& look, const LockName& lock) {
  look->queues[lock];
  ++look->unanswered;
  presence_.session().list(folder_of(lock),
                           [this, look, lock](Happened outcome, const std::vector<std::string>& names) {
                             list_queue(*look, lock, zookeeper::in_order(names));
                             for (std::size_t at = 0; at < look->queues[lock].size(); ++at) read_node(look, lock, at);
                             look_at_next(look);
                             answered(look, outcome);
                           });
}

void ZookeeperLocks::list_queue(Look& look, const LockName& lock, std::vector<std::string> names) {
  if (names.empty() || look.found == ::mutex::MAX_LOCKS) return;
  ++look.found;
  for (std::string& name : names)
    if (look.queues[lock].size() < ::mutex::MAX_PLACES)
      look.queues[lock].push_back({.node = std::move(name), .at = 0, .who = {}, .token = 0, .age = {}});
}

void ZookeeperLocks::read_node(const std::shared_ptr<Look>& look, const LockName& lock, std::size_t at) {
  ++look->unanswered;
  presence_.session().read(folder_of(lock) + "/" + look->queues[lock][at].node,
                           [this, look, lock, at](Happened outcome, const zookeeper::Session::Node& node) {
                             Seen& seen = look->queues[lock][at];
                             std::tie(seen.at, seen.who) = from_data(node.data);
                             seen.token = outcome == Happened::done ? node.transaction : ::mutex::NO_TOKEN;
                             seen.age = age_of(node);
                             answered(look, outcome);
                           });
}

void ZookeeperLocks::answered(const std::shared_ptr<Look>& look, Happened outcome) {
  look->has_failed = look->has_failed || !zookeeper::is_known(outcome);
  if (--look->unanswered == 0) finish(look);
}

void ZookeeperLocks::finish(const std::shared_ptr<Look>& look) {
  if (looks_.erase(look) == 0) return;
  if (look->has_failed) return look->told(std::nullopt);
  // Who has gone meanwhile.
  for (auto& [lock, queue] : look->queues)
    std::erase_if(queue, [](const Seen& seen) { return seen.token == ::mutex::NO_TOKEN; });
  look->told(look->queues);
}

void ZookeeperLocks::status(const LockName& name, Told<Status> told) {
  look(name,
       [this, name, told = std::move(told)](const std::optional<Queues>& queues) { told(status_of(name, queues)); });
}

Status ZookeeperLocks::status_of(const LockName& name, const std::optional<Queues>& queues) const {
  if (!queues) return Outcome::UNREACHABLE;
  // None of the members'.
  const ::mutex::ViewNumber view = presence_.is_sure(Clock::now()) ? 1 : ::mutex::NO_VIEW;
  ::mutex::Report report{.member = options_.self,
                         .algorithm = ::mutex::Algorithm::ELSEWHERE,
                         .lease = to_wire(presence_.pulse().held_for()),
                         .view = view,
                         .peers = {},
                         .locks = {}};
  report.peers.push_back({.id = options_.self,
                          .uri = options_.uri,
                          .known = true,
                          .heard = true,
                          .in_view = true,
                          .silent = 0,
                          .fault = ::mutex::Fault::NO_FAULT});
  for (const auto& [lock, queue] : *queues) {
    if (queue.empty()) continue;
    ::mutex::Lock known{.name = lock, .holder = {}, .waiting = {}};
    for (const Seen& seen : queue) {
      if (!known.holder)
        known.holder = ::mutex::Holder{seen.who, seen.at, seen.token, to_wire(seen.age)};
      else
        known.waiting.push_back({seen.who, seen.at, to_wire(seen.age)});
    }
    report.locks.push_back(std::move(known));
  }
  const bool is_unknown = !name.empty() && report.locks.empty();
  return Status::with_report(is_unknown ? Outcome::UNKNOWN_LOCK : Outcome::GRANTED, std::move(report));
}

}  // namespace services::locks
