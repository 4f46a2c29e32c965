#include "tests/services/election/simulation.h"

#include <algorithm>
#include <numeric>

namespace services::elections {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t no_exchange = static_cast<std::size_t>(-1);

// Its process ended in the middle of things.
struct Died {};
struct DiskIsFull {};

Group believed_group(const Setting& setting, std::size_t place) {
  std::vector<Id> ids(setting.nodes);
  std::iota(ids.begin(), ids.end(), Id{1});
  const auto middle = ids.begin() + static_cast<std::ptrdiff_t>(setting.nodes / 2);
  if (setting.broken == Broken::groups_are_two)
    ids = ids[place] < *middle ? std::vector<Id>(ids.begin(), middle + 1) : std::vector<Id>(middle, ids.end());
  return Group(ids, setting.algorithm, Simulation::lease);
}

}  // namespace

// A machine with a clock of its own and a disk, on which a node runs from time to time.
class Simulation::Host : public Outside {
 public:
  Host(Simulation& world, std::size_t place, Span offset, double rate)
      : group(believed_group(world.setting_, place)), world_(world), place_(place), offset_(offset), rate_(rate) {}

  Moment local(Span at) const {
    return Moment(offset_ + at + Span(static_cast<Span::rep>(static_cast<double>(at.count()) * rate_)));
  }
  // No sooner than the clock shows `moment`, however floating point rounds: else time would stand still.
  Span true_time(Moment moment) const {
    const double elapsed = static_cast<double>((moment.time_since_epoch() - offset_).count());
    return Span(static_cast<Span::rep>(elapsed / (1 + rate_)) + 2);
  }

  void start() {
    ++life;
    timer_at = Span::max();
    // As if it had been down for long.
    const bool votes_at_once = world_.setting_.broken == Broken::promises_are_forgotten;
    const Moment begin = local(world_.now_) - (votes_at_once ? 2 * lease : Span(0));
    // Of 32 bits at most, so that days stay what they were.
    node.emplace(group, id(), disk, begin, Life{static_cast<std::uint32_t>(world_.random_())}, *this);
  }
  void die() {
    ++life;
    node.reset();
    paused_until = Span(0);
    dies_at_the_disk = false;
  }

  // Of two processes that say they are one node, each has a number.
  Id number() const { return static_cast<Id>(place_ + 1); }
  Id id() const { return static_cast<Id>(std::min(place_ + 1, world_.setting_.nodes)); }
  std::size_t place() const { return place_; }

  void send(const Call& call) override { world_.sent(place_, call); }
  void keep(const Kept& kept) override {
    if (world_.setting_.broken == Broken::votes_are_forgotten) return;
    if (is_full) throw DiskIsFull();
    if (!dies_at_the_disk || world_.chance(0.5)) disk = kept;
    if (dies_at_the_disk) throw Died();
  }
  void took_office(Term term) override {
    world_.history_.took_office(world_.now_.count(), number(), term, true_time(node->sure_until()).count());
  }

  Group group;
  std::optional<Kept> disk;
  std::optional<Node> node;
  std::uint32_t life = 0;
  Span timer_at = Span::max();
  Span paused_until{0};
  bool dies_at_the_disk = false;
  bool is_full = false;

 private:
  Simulation& world_;
  std::size_t place_;
  Span offset_;
  double rate_;
};

Simulation::Simulation(const Setting& setting)
    : setting_(setting),
      random_(setting.seed),
      side_(processes(), 0),
      deaf_(processes(), std::vector<bool>(processes(), false)) {
  lead_all_rightly();
  // A little less than nodes allow for.
  const double worst = setting.broken == Broken::clocks_run_away ? 0.4 : 0.95 * drift_in_thousandths / 1000;
  for (std::size_t place = 0; place < processes(); ++place) {
    const double rate = std::uniform_real_distribution<>(-worst, worst)(random_);
    hosts_.push_back(std::make_unique<Host>(*this, place, random(1000h), rate));
  }
  for (const auto& host : hosts_) {
    host->start();
    arm(*host);
  }
}

Simulation::~Simulation() = default;

// The world.

void Simulation::trouble(Span span) {
  const Span end = now_ + span;
  while (now_ < end) {
    mischief();
    run(random(lease / 2));
  }
}

void Simulation::come_and_go(Span span) {
  const Span end = now_ + span;
  while (now_ < end) {
    const Id number = static_cast<Id>(1 + random_() % hosts_.size());
    switch (random_() % 4) {
      case 0: crash(number); break;
      case 1: resign(number); break;
      default: restart(number); break;
    }
    run(random(lease));
  }
}

void Simulation::mischief() {
  const Id id = static_cast<Id>(1 + random_() % hosts_.size());
  const std::size_t other = random_() % hosts_.size();
  switch (random_() % 16) {
    case 0: crash(id); break;
    case 1: host(id).dies_at_the_disk = true; break;
    case 2:
    case 3:
    case 4: restart(id); break;
    case 5: pause(id, random(2 * lease)); break;
    case 6:
      for (int& side : side_) side = static_cast<int>(random_() % 2);
      break;
    case 7:
    case 8: std::fill(side_.begin(), side_.end(), 0); break;
    case 9: deaf_[id - 1][other] = true; break;
    case 10:
      for (auto& row : deaf_) std::fill(row.begin(), row.end(), false);
      lead_all_rightly();
      break;
    case 11: loss_ = chance(0.5) ? 0 : std::uniform_real_distribution<>(0, 0.4)(random_); break;
    case 12: repeats_ = chance(0.5) ? 0 : 0.3; break;
    case 13: late_ = chance(0.5) ? 0 : std::uniform_real_distribution<>(0, 0.6)(random_); break;
    case 14: resign(id); break;
    default: {
      const Id to = static_cast<Id>(1 + other % setting_.nodes);
      const Id instead = static_cast<Id>(1 + random_() % hosts_.size());
      // Wherever a URI leads, of two that say they are its node it is the first.
      if (instead == to || host(instead).id() != to) mislead(id, to, instead);
    }
  }
}

void Simulation::heal() {
  loss_ = 0;
  repeats_ = 0;
  late_ = 0;
  std::fill(side_.begin(), side_.end(), 0);
  for (auto& row : deaf_) std::fill(row.begin(), row.end(), false);
  lead_all_rightly();
  for (const auto& host : hosts_) {
    host->paused_until = now_;
    host->dies_at_the_disk = false;
    host->is_full = false;
    host->timer_at = Span::max();
    restart(host->number());
    arm(*host);
  }
}

void Simulation::lead_all_rightly() {
  std::vector<std::size_t> all(setting_.nodes);
  std::iota(all.begin(), all.end(), std::size_t{0});
  led_to_.assign(processes(), all);
}

void Simulation::crash(Id id) { host(id).die(); }

void Simulation::restart(Id id) {
  if (host(id).node) return;
  host(id).start();
  arm(host(id));
}

void Simulation::pause(Id id, Span span) { host(id).paused_until = now_ + span; }

void Simulation::fill(Id id, bool is_full) { host(id).is_full = is_full; }

void Simulation::lose(double share) { loss_ = share; }

void Simulation::split(const std::vector<Id>& side) {
  std::fill(side_.begin(), side_.end(), 0);
  for (const Id id : side) side_[id - 1] = 1;
}

Answer Simulation::resign(Id id) {
  Host& resigning = host(id);
  if (!resigning.node) return Answer::NOT_COORDINATOR;
  const Answer answer = resigning.node->resign(resigning.local(now_));
  arm(resigning);
  return answer;
}

Id Simulation::leader() const {
  for (const auto& host : hosts_)
    if (host->node && host->local(now_) < host->node->sure_until()) return host->number();
  return nobody;
}

election::Status Simulation::status(Id id) const { return host(id).node->status(host(id).local(now_)); }
Term Simulation::term(Id id) const { return host(id).node->term(); }

// The network. A call that is lost, and one whose answer is, fails in the end; one to a dead process fails at once.

void Simulation::sent(std::size_t from, const Call& call) {
  std::size_t exchange = exchanges_.size();
  if (free_.empty()) {
    exchanges_.emplace_back();
  } else {
    exchange = free_.back();
    free_.pop_back();
  }
  Exchange& made = exchanges_[exchange];
  made.call = call;
  made.from = from;
  made.life = hosts_[from]->life;
  made.uses = 1;
  deliver(Event::Kind::call, from, led_to_[from][call.to - 1], 0, exchange);
  release(exchange);
}

void Simulation::deliver(Event::Kind kind, std::size_t from, std::size_t to, std::uint32_t life, std::size_t exchange) {
  const Exchange& delivered = exchanges_[exchange];
  if (is_cut(from, to) || chance(loss_))
    return push(Event::Kind::failure, now_ + lease, delivered.from, delivered.life, exchange);
  const Span delay = late_ > 0 && chance(late_) ? random(2 * lease) : random(healthy_delay);
  push(kind, now_ + delay, to, life, exchange);
  if (repeats_ > 0 && chance(repeats_)) push(kind, now_ + random(2 * lease), to, life, exchange);
}

void Simulation::push(Event::Kind kind, Span at, std::size_t host, std::uint32_t life, std::size_t exchange) {
  if (exchange != no_exchange) ++exchanges_[exchange].uses;
  events_.push({at, ++order_, kind, host, life, exchange});
}

void Simulation::release(std::size_t exchange) {
  if (exchange != no_exchange && --exchanges_[exchange].uses == 0) free_.push_back(exchange);
}

void Simulation::arm(Host& host) {
  if (!host.node) return;
  const Span due = std::max(now_, host.true_time(host.node->next_timer()));
  if (due >= host.timer_at) return;
  host.timer_at = due;
  push(Event::Kind::timer, due, host.place(), host.life, no_exchange);
}

void Simulation::run(Span span) {
  const Span end = now_ + span;
  while (!events_.empty() && events_.top().at <= end) {
    const Event event = events_.top();
    events_.pop();
    now_ = std::max(now_, event.at);
    Host& there = *hosts_[event.host];
    if (there.node && now_ < there.paused_until) {
      push(event.kind, there.paused_until, event.host, event.life, event.exchange);
      if (event.kind == Event::Kind::timer) there.timer_at = there.paused_until;
    } else {
      happen(event);
    }
    release(event.exchange);
  }
  now_ = end;
}

void Simulation::happen(const Event& event) {
  Host& there = *hosts_[event.host];
  const bool is_for_anybody = event.kind == Event::Kind::call;
  if (!is_for_anybody && event.life != there.life) return;
  if (!there.node) {
    const Exchange& lost = exchanges_[event.exchange];
    return push(Event::Kind::failure, now_ + 1ms, lost.from, lost.life, event.exchange);
  }
  const Moment now = there.local(now_);
  try {
    switch (event.kind) {
      case Event::Kind::timer:
        if (there.timer_at <= now_) there.timer_at = Span::max();
        if (now >= there.node->next_timer()) there.node->on_timer(now);
        break;
      case Event::Kind::call: {
        Exchange& exchange = exchanges_[event.exchange];
        if (setting_.broken == Broken::groups_are_two) exchange.call.office.sender.group = there.group.fingerprint();
        if (setting_.broken == Broken::anybody_s_word_counts) exchange.call.office.sender.to = there.id();
        if (setting_.broken == Broken::lives_are_one) exchange.call.office.sender.life = 1;
        exchange.reply = there.node->on_call(exchange.call, now);
        if (setting_.broken == Broken::anybody_s_word_counts) exchange.reply.node = exchange.call.to;
        if (setting_.broken == Broken::lives_are_one) exchange.reply.life = 1;
        deliver(Event::Kind::reply, event.host, exchange.from, exchange.life, event.exchange);
        break;
      }
      case Event::Kind::reply: {
        Exchange& exchange = exchanges_[event.exchange];
        if (setting_.broken == Broken::leases_begin_with_answers) exchange.call.sent = now;
        there.node->on_reply(exchange.call, exchange.reply, now);
        break;
      }
      case Event::Kind::failure: there.node->on_failure(exchanges_[event.exchange].call, now); break;
    }
    watch(there);
    arm(there);
  } catch (const Died&) {
    there.die();
  } catch (const DiskIsFull&) {
    arm(there);
    if (event.kind != Event::Kind::call) return;
    const Exchange& refused = exchanges_[event.exchange];
    push(Event::Kind::failure, now_ + 1ms, refused.from, refused.life, event.exchange);
  }
}

void Simulation::watch(Host& host) {
  history_.saw(now_.count(), host.number(), host.node->term());
  const Moment sure_until = host.node->sure_until();
  if (host.local(now_) < sure_until)
    history_.is_sure(now_.count(), host.number(), host.node->term(), host.true_time(sure_until).count());
}

}  // namespace services::elections
