#include "tests/services/mutex/simulation.h"

#include <algorithm>
#include <cstring>

namespace services::locks {

namespace {

// A clock that runs fast or slow.
struct OwnTime {
  std::int64_t rate;  // microseconds that it shows for a millisecond

  Moment at(Milliseconds now) const { return Moment(std::chrono::microseconds(static_cast<std::int64_t>(now) * rate)); }
  // The first true millisecond at which it shows that.
  Milliseconds when(Moment moment) const {
    const auto micros = std::chrono::ceil<std::chrono::microseconds>(moment.time_since_epoch()).count();
    return micros <= 0 ? 0 : static_cast<Milliseconds>((micros + rate - 1) / rate);
  }
};

constexpr Milliseconds never = Milliseconds{1} << 40;

}  // namespace

// A member, its clock, and what it sends and keeps.
class Simulation::Host : public Outside {
 public:
  Host(Simulation& all, Place place, MemberId id) : all_(all), place_(place), id_(id), time_{all.rate()} {
    for (MemberId other = 1; other <= all.weather_.members; ++other) company_.all.insert(other);
    company_.self = id;
    company_.lease = std::chrono::milliseconds(all.weather_.lease);
    start();
  }

  void start() {
    ++life_;
    is_up_ = true;
    wakes_at_ = never;
    sent_before_ += node_ ? node_->messages() : 0;
    locks_.reset();
    node_ = std::make_unique<Node>(company_, all_.make_, kept_, own_life(), now(), *this);
    Locks::World world;
    world.now = [this] { return now(); };
    world.look = [this](const LockName& lock, auto told) { look(lock, told); };
    locks_ = std::make_unique<Locks>(*node_, world);
    happened();
  }
  void crash() { is_up_ = false; }

  bool is_up() const { return is_up_; }
  unsigned life() const { return life_; }
  const Node& node() const { return *node_; }
  std::uint64_t messages() const { return sent_before_ + node_->messages(); }
  Moment now() const { return time_.at(all_.now_); }

  // Now, or when it does not stand still any more.
  void when_awake(const std::function<void()>& does) {
    if (all_.now_ >= asleep_until_) return does();
    all_.at(asleep_until_, [this, life = life_, does] {
      if (is_up_ && life == life_) does();
    });
  }
  void sleep(Milliseconds span) { asleep_until_ = std::max(asleep_until_, all_.now_ + span); }

  // After each event.
  void happened() {
    locks_->on_event();
    const Milliseconds next = time_.when(std::min(node_->next_timer(), locks_->next_timer()));
    const Milliseconds when = std::max(next, all_.now_ + 1);
    if (when >= wakes_at_) return;
    wakes_at_ = when;
    all_.at(when, [this, when, life = life_] {
      if (!is_up_ || life != life_ || when != wakes_at_) return;
      wakes_at_ = never;
      when_awake([this] {
        node_->on_timer(now());
        happened();
      });
    });
  }

  // A client's call. Its answer comes back unless this one has died meanwhile.
  void serve(const std::function<void(Locks&)>& call) {
    call(*locks_);
    happened();
  }

  int side = 0;                        // of a network that has fallen into two
  std::map<MemberId, Place> led = {};  // by a wrong URI: whom it reaches for whom it means

  // As Outside:
  void send(const Question& question) override {
    const ::mutex::Participant who{id_, own_life()};
    all_.send(place_, led_to(question.to), [this, question, who](Host& to) {
      Node& node = *to.node_;
      switch (question.kind) {
        case Question::Kind::renew:
          answer(to, [question, reply = node.on_renew(
                                    {0, question.to, {id_, question.life}, question.view, question.reached}, to.now())](
                         Host& back) { back.node_->on_renewed(question, reply, back.now()); });
          break;
        case Question::Kind::leave:
          answer(to, [question, reply = node.on_leave({0, question.to, who, question.view}, to.now())](Host& back) {
            back.node_->on_left(question, reply, back.now());
          });
          break;
        case Question::Kind::begin:
          Beginning beginning = *question.beginning;
          beginning.to = question.to;
          answer(to, [question, reply = node.on_begin(beginning, to.now())](Host& back) {
            back.node_->on_begun(question, reply);
          });
      }
      to.happened();
    });
  }
  void carry(MemberId to, const Parcel& parcel) override {
    all_.send(place_, led_to(to), [this, to, parcel](Host& there) {
      const Taken taken = there.node_->on_parcel(parcel, there.now());
      answer(there, [to, taken](Host& back) { back.node_->on_carried(to, taken, back.now()); });
      there.happened();
    });
  }
  void keep(ViewNumber promised) override { kept_ = promised; }

 private:
  Life own_life() const { return life_ * 1000 + place_; }

  Place led_to(MemberId meant) const {
    const auto found = led.find(meant);
    return found == led.end() ? all_.place_of(meant) : found->second;
  }

  // Only to the life that asked.
  void answer(Host& from, const std::function<void(Host&)>& arrives) {
    all_.send(from.place_, place_, [life = life_, arrives](Host& back) {
      if (back.life_ != life) return;
      arrives(back);
      back.happened();
    });
  }

  void look(const LockName& lock, const Backend::Told<std::vector<std::pair<MemberId, Places>>>& told) {
    all_.after(all_.dice(1, all_.weather_.slowest_look), [this, lock, told, life = life_] {
      if (!is_up_ || life != life_) return;
      std::vector<std::pair<MemberId, Places>> all;
      for (const MemberId id : company_.all) {
        const Host& host = *all_.hosts_.at(all_.place_of(id));
        if (id != id_ && host.is_up_ && host.side == side) all.emplace_back(id, host.locks_->look(lock));
      }
      told(all);
      happened();
    });
  }

  Simulation& all_;
  const Place place_;
  const MemberId id_;
  const OwnTime time_;
  Company company_;
  ViewNumber kept_ = 0;
  unsigned life_ = 0;
  bool is_up_ = true;
  Milliseconds asleep_until_ = 0;
  Milliseconds wakes_at_ = never;
  std::uint64_t sent_before_ = 0;
  std::unique_ptr<Node> node_;
  std::unique_ptr<Locks> locks_;
};

// Wants one lock again and again, asks one member after another where they do not answer, and dies now and then.
class Simulation::Client {
 public:
  Client(Simulation& all, std::size_t number, Place at, std::string lock)
      : all_(all), number_(number), at_(at), lock_(std::move(lock)), time_{all.rate()} {}

  bool wants() const { return is_wanting_; }
  Place at() const { return at_; }

  void want() {
    if (all_.now_ >= all_.quiet_) return;
    ++life_;
    is_wanting_ = true;
    acquire();
  }

 private:
  std::string name() const { return "client " + std::to_string(number_) + "." + std::to_string(life_); }
  Moment now() const { return time_.at(all_.now_); }
  Session session() const {
    Session session{};
    const std::uint64_t parts[2] = {number_, life_};
    std::memcpy(session.data(), parts, sizeof parts);
    return session;
  }

  // `answered` is called if and when the answer comes, to who still is what it was.
  using Ask = std::function<void(Locks&, Backend::Told<Answer>)>;
  void call(const Ask& ask, const std::function<void(const Answer&, Moment sent)>& answered) {
    const auto step = ++step_;
    all_.send(0, at_, [this, ask, answered, step, sent = now()](Host& host) {
      host.serve([&](Locks& locks) {
        ask(locks, [this, answered, step, sent](const Answer& answer) {
          all_.deliver([this, answer, answered, step, sent] {
            if (step == step_) answered(answer, sent);
          });
        });
      });
    });
  }
  // Unless something has been answered by then.
  void else_after(Milliseconds delay, const std::function<void()>& does) {
    all_.after(delay, [this, does, step = step_] {
      if (step == step_) does();
    });
  }

  void acquire() {
    const Span wait = std::chrono::milliseconds(all_.dice(0, 400));
    const Wish wish{.lock = lock_,
                    .session = session(),
                    .who = name(),
                    .lease = static_cast<std::uint64_t>(lease_.count()),
                    .wait = static_cast<std::uint64_t>(wait.count())};
    call([wish](Locks& locks, auto told) { locks.acquire(wish, told); },
         [this](const Answer& answer, Moment sent) {
           if (answer.outcome() == Outcome::GRANTED) return granted(answer.grant(), sent);
           if (all_.chance(all_.weather_.impatience)) return give_up();
           acquire();
         });
    else_after(700, [this] {
      at_ = at_ % static_cast<Place>(all_.weather_.members) + 1;
      acquire();
    });
  }

  void give_up() {
    is_wanting_ = false;
    token_ = ::mutex::NO_TOKEN;
    release();
  }

  void granted(const ::mutex::Grant& grant, Moment sent) {
    is_wanting_ = false;
    token_ = grant.token;
    ends_at_ = all_.now_ + all_.dice(1, 300);
    all_.order_.push_back(number_);
    if (all_.chance(all_.weather_.mortality)) {
      believe(grant, sent);
      all_.after(all_.dice(100, 300), [this] { want(); });
      ++step_;
      return;
    }
    until_ = 0;
    extended(grant, sent);
  }

  void believe(const ::mutex::Grant& grant, Moment sent) {
    const Moment until = sent + elections::shortened(Span(static_cast<Span::rep>(grant.sure)));
    until_ = std::max(until_, time_.when(until) == 0 ? 0 : time_.when(until) - 1);
    all_.history_.holds(lock_, {name(), token_, until_}, all_.now_);
  }

  void extended(const ::mutex::Grant& grant, Moment sent) {
    believe(grant, sent);
    if (all_.now_ >= ends_at_) return release();
    // At once where it was answered late: of what was granted there may not be much left.
    all_.after(until_ > all_.now_ + 60 ? std::min<Milliseconds>(20, ends_at_ - all_.now_) : 0, [this, step = step_] {
      if (step == step_) renew();
    });
  }

  void renew() {
    if (all_.now_ >= ends_at_) return release();
    const Holding holding{
        .lock = lock_, .session = session(), .token = token_, .lease = static_cast<std::uint64_t>(lease_.count())};
    call([holding](Locks& locks, auto told) { locks.renew(holding, told); },
         [this](const Answer& answer, Moment sent) {
           if (answer.outcome() == Outcome::GRANTED) return extended(answer.grant(), sent);
           done();
         });
    else_after(30, [this] { all_.now_ < until_ ? renew() : done(); });
  }

  void release() {
    const Holding holding{.lock = lock_, .session = session(), .token = token_, .lease = 0};
    all_.history_.ended(lock_, token_, all_.now_);
    call([holding](Locks& locks, auto told) { locks.release(holding, told); }, [](const Answer&, Moment) {});
    all_.after(all_.dice(50, 300), [this, step = step_] {
      if (step == step_) want();
    });
  }

  void done() {
    all_.history_.ended(lock_, token_, all_.now_);
    ++step_;
    all_.after(all_.dice(50, 300), [this, step = step_] {
      if (step == step_) want();
    });
  }

  Simulation& all_;
  const std::size_t number_;
  Place at_;
  const std::string lock_;
  const OwnTime time_;
  const Span lease_ = std::chrono::milliseconds(300);
  std::uint64_t life_ = 0;
  std::uint64_t step_ = 0;
  bool is_wanting_ = false;
  Token token_ = 0;
  Milliseconds until_ = 0;
  Milliseconds ends_at_ = 0;
};

Simulation::Simulation(Make make, unsigned seed, const Weather& weather)
    : make_(make), weather_(weather), random_(seed) {
  for (MemberId id = 1; id <= weather.members; ++id) hosts_[id] = std::make_unique<Host>(*this, id, id);
}

Simulation::~Simulation() = default;

std::uint64_t Simulation::dice(std::uint64_t from, std::uint64_t to) { return from + random_() % (to - from + 1); }

std::int64_t Simulation::rate() {
  return static_cast<std::int64_t>(dice(1000 - weather_.drift, 1000 + weather_.drift));
}

void Simulation::at(Milliseconds when, std::function<void()> happens) {
  events_.push({when, ++scheduled_, std::move(happens)});
}

void Simulation::ask(Milliseconds when, MemberId id, std::function<void(Locks&)> call) {
  at(when, [this, id, call = std::move(call)] { hosts_.at(id)->serve(call); });
}

std::size_t Simulation::known_locks(MemberId id) const { return hosts_.at(id)->node().member().locks(); }

void Simulation::crash(MemberId id) { hosts_.at(id)->crash(); }
void Simulation::start(MemberId id) { hosts_.at(id)->start(); }
void Simulation::mislead(MemberId id, MemberId meant, Place there) { hosts_.at(id)->led[meant] = there; }
void Simulation::start_twin(MemberId id, Milliseconds when) {
  Host& twin = *(hosts_[twin_of(id)] = std::make_unique<Host>(*this, twin_of(id), id));
  twin.crash();
  at(when, [&twin] { twin.start(); });
}
void Simulation::swap_twins(MemberId id) { swapped_[id] = !swapped_[id]; }
Simulation::Place Simulation::place_of(MemberId id) const {
  const auto swapped = swapped_.find(id);
  return swapped != swapped_.end() && swapped->second ? twin_of(id) : id;
}
ViewNumber Simulation::view(MemberId id) const { return hosts_.at(id)->node().membership().view(); }
const Node& Simulation::node(Place place) const { return hosts_.at(place)->node(); }
::mutex::Fault Simulation::fault(Place at, MemberId of) const { return node(at).fault(of, hosts_.at(at)->now()); }
void Simulation::split(const std::set<Place>& away) {
  for (const auto& [place, host] : hosts_) host->side = away.contains(place) ? 1 : 0;
}

void Simulation::deliver(const std::function<void()>& arrives) {
  // Or now and then all that one client asks would be lost to the end.
  const bool is_lost = chance(weather_.lost) && now_ < quiet_;
  const unsigned copies = is_lost ? 0 : chance(weather_.repeated) ? 2 : 1;
  for (unsigned i = 0; i < copies; ++i) after(dice(1, weather_.slowest), arrives);
}

void Simulation::send(Place from, Place to, const std::function<void(Host&)>& arrives) {
  deliver([this, from, to, arrives] {
    const auto there = hosts_.find(to);
    if (there == hosts_.end() || (from != 0 && there->second->side != hosts_.at(from)->side)) return;
    Host& host = *there->second;
    if (host.is_up()) host.when_awake([&host, arrives] { arrives(host); });
  });
}

void Simulation::run(Milliseconds quiet, unsigned clients, unsigned locks, Milliseconds rest) {
  quiet_ = quiet;
  for (const auto& [id, host] : hosts_)
    for (unsigned i = 0; i < clients; ++i)
      clients_.push_back(std::make_unique<Client>(*this, clients_.size() + 1, id, "lock " + std::to_string(i % locks)));
  for (const auto& client : clients_) after(dice(1000, 1500), [&client = *client] { client.want(); });
  if (weather_.fails) after(dice(1000, 2000), [this] { trouble(); });
  at(quiet, [this] { end_troubles(); });
  while (now_ < quiet + rest) {
    const Event event = events_.top();
    events_.pop();
    now_ = event.when;
    event.happens();
  }
}

std::uint64_t Simulation::messages() const {
  std::uint64_t all = 0;
  for (const auto& [id, host] : hosts_) all += host->messages();
  return all;
}

std::size_t Simulation::forgotten() const {
  return static_cast<std::size_t>(std::count_if(clients_.begin(), clients_.end(), [this](const auto& client) {
    return client->wants() && client->at() <= weather_.members;
  }));
}

void Simulation::trouble() {
  if (now_ >= quiet_) return;
  after(dice(50, 1000), [this] { trouble(); });
  Host& host = *std::next(hosts_.begin(), static_cast<std::ptrdiff_t>(dice(0, hosts_.size() - 1)))->second;
  switch (dice(1, 5)) {
    case 1:
      if (!host.is_up()) return;
      host.crash();
      return after(dice(1, 1000), [&host] {
        if (!host.is_up()) host.start();
      });
    case 2: return host.sleep(dice(1, 600));
    case 3: host.side = 1; return;
    case 4:
      for (const auto& [id, one] : hosts_) one->side = static_cast<int>(dice(0, 1));
      return;
    default:
      for (const auto& [id, one] : hosts_) one->side = 0;
  }
}

void Simulation::end_troubles() {
  for (const auto& [id, host] : hosts_) {
    host->side = 0;
    if (!host->is_up()) host->start();
  }
}

}  // namespace services::locks
