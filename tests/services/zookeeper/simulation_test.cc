// Many that want to be the first, an ensemble that loses answers and ends sessions, processes that hang: all in a time
// that the test turns. Never are two of them sure to be the first at once.
#include "services/zookeeper/place.h"
#include "services/zookeeper/pulse.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>

namespace {

using namespace services::zookeeper;
using namespace std::chrono_literals;

constexpr Span timeout = 3000ms;

class World {
 public:
  explicit World(unsigned seed) : random(seed) {}

  bool chance(double of) { return std::bernoulli_distribution(of)(random); }
  Span span(Span longest) { return Span(std::uniform_int_distribution<Span::rep>(0, longest.count())(random)); }
  void at(Moment when, std::function<void()> what) { due_.emplace(when, std::move(what)); }

  // Calls `look` after each thing that happens.
  void run_until(Moment end, const std::function<void()>& look) {
    while (!due_.empty() && due_.begin()->first <= end) {
      auto next = due_.extract(due_.begin());
      now = std::max(now, next.key());
      next.mapped()();
      look();
    }
    now = end;
  }

  Moment now = Moment(100h);
  std::minstd_rand random;
  bool has_faults = true;

 private:
  std::multimap<Moment, std::function<void()>> due_;
};

// What all servers together agree on.
struct Server {
  struct Node {
    int session;
    std::uint64_t transaction;
  };
  struct Watch {
    int session;
    std::function<void(const std::string&)> tell;
  };

  explicit Server(World& of) : world(of) { expire(); }

  bool is_alive(int session) const { return heard.count(session) > 0; }
  int begin() {
    heard[++sessions] = world.now;
    return sessions;
  }
  // Its leader may hear of it late, or only of the time before.
  void touch(int session) {
    const Moment late = world.now - (world.has_faults ? world.span(timeout / 4) : Span(0));
    if (is_alive(session)) heard[session] = std::max(heard[session], late);
  }
  std::string create(int session, const std::string& prefix) {
    std::string number = std::to_string(++counter);
    number.insert(0, 10 - number.size(), '0');
    nodes[prefix + number] = {session, ++transaction};
    return prefix + number;
  }
  void remove(const std::string& name) {
    if (nodes.erase(name) == 0) return;
    auto told = std::move(watches[name]);
    watches.erase(name);
    for (const Watch& watch : told) watch.tell(name);
  }
  void end(int session) {
    heard.erase(session);
    std::vector<std::string> gone;
    for (const auto& [name, node] : nodes)
      if (node.session == session) gone.push_back(name);
    for (const std::string& name : gone) remove(name);
  }
  void expire() {
    const auto all = heard;
    for (const auto& [session, last] : all)
      if (world.now - last >= timeout) end(session);
    world.at(world.now + 10ms, [this] { expire(); });
  }

  World& world;
  std::map<int, Moment> heard;
  std::map<std::string, Node> nodes;
  std::map<std::string, std::vector<Watch>> watches;
  int sessions = 0;
  std::uint64_t transaction = 0;
  unsigned counter = 0;
  unsigned marks = 0;
  int lists = 0;
};

class Client : public Place::Ensemble {
 public:
  Client(World& world, Server& server) : pulse(timeout), world_(world), server_(server) {
    connect();
    beat();
  }

  bool is_sure() const { return place.is_first() && pulse.is_sure(world_.now); }

  Place place{*this};
  Pulse pulse;

 private:
  // To the server and back, in the order of asking; only while this process does not hang.
  void ask(const std::function<void()>& at_server, std::function<void(bool is_lost)> answered) {
    const int session = session_;
    const bool is_lost = world_.has_faults && world_.chance(0.1);
    const bool happens = !is_lost || world_.chance(0.5);
    there_ = std::max(there_, world_.now) + world_.span(100ms);
    world_.at(there_, [=, this] {
      const bool is_alive = server_.is_alive(session);
      if (is_alive) server_.touch(session);
      if (is_alive && happens) at_server();
      tell(session, [=, this] { is_alive ? answered(is_lost) : end(); });
    });
  }
  void tell(int session, std::function<void()> what) {
    back_ = std::max(back_, world_.now) + world_.span(100ms);
    world_.at(back_, [=, this] {
      if (world_.now < hangs_until_)
        tell(session, what);
      else if (session == session_)
        what();
    });
  }

  void connect() {
    session_ = server_.begin();
    pulse = Pulse(timeout);
    place.enter(new_mark());
  }
  void end() {
    session_ = 0;
    place.on_ended();
    connect();
  }

  void beat() {
    world_.at(std::max(world_.now, hangs_until_) + pulse.interval(), [this] { beat(); });
    if (world_.now < hangs_until_) return;
    ask([] {},
        [this, asked = world_.now](bool is_lost) {
          if (!is_lost) pulse.answered(asked);
        });
    place.retry();
    if (!world_.has_faults) return;
    if (world_.chance(0.02)) hangs_until_ = world_.now + world_.span(3 * timeout);
    if (world_.chance(0.05)) place.leave();
  }

  void create(const std::string& prefix) override {
    auto made = std::make_shared<std::string>();
    ask([=, this, session = session_] { *made = server_.create(session, prefix); },
        [=, this](bool is_lost) {
          if (is_lost) return place.on_created(Outcome::lost, "", 0);
          place.on_created(Outcome::done, *made, server_.nodes.count(*made) > 0 ? server_.nodes[*made].transaction : 0);
        });
  }
  void list_after_all() override { list(); }  // there is but one server
  void list() override {
    auto names = std::make_shared<std::vector<std::string>>();
    ask(
        [=, this] {
          ++server_.lists;
          for (const auto& [name, node] : server_.nodes) names->push_back(name);
        },
        [=, this](bool is_lost) { place.on_listed(is_lost ? Outcome::lost : Outcome::done, *names); });
  }
  void see(const std::string& name, std::function<void(Outcome, std::uint64_t)> told) {
    auto seen = std::make_shared<std::uint64_t>(0);
    ask(
        [=, this, session = session_] {
          if (server_.nodes.count(name) == 0) return;
          *seen = server_.nodes[name].transaction;
          auto& watches = server_.watches[name];
          const bool is_watched =
              std::any_of(watches.begin(), watches.end(), [&](const auto& watch) { return watch.session == session; });
          if (!is_watched)
            watches.push_back({session, [=, this](const std::string& gone) {
                                 tell(session, [=, this] { place.on_changed(gone); });
                               }});
        },
        [=](bool is_lost) {
          told(is_lost ? Outcome::lost : *seen == 0 ? Outcome::absent : Outcome::done, *seen);
        });
  }
  void watch(const std::string& name) override {
    see(name, [this](Outcome outcome, std::uint64_t) { place.on_watched(outcome); });
  }
  void look(const std::string& name) override {
    see(name, [this](Outcome outcome, std::uint64_t token) { place.on_looked(outcome, token); });
  }
  void remove(const std::string& name) override {
    ask([=, this] { server_.remove(name); },
        [this](bool is_lost) { place.on_removed(is_lost ? Outcome::lost : Outcome::done); });
  }
  std::string new_mark() override {
    std::string mark = std::to_string(++server_.marks);
    mark.insert(0, 32 - mark.size(), '0');
    return mark;
  }
  void became_first(std::uint64_t) override {}
  void lost_first() override {}
  void refused() override {}
  void left() override {
    if (session_ != 0) place.enter(new_mark());
  }

  World& world_;
  Server& server_;
  int session_ = 0;
  Moment hangs_until_ = Moment::min();
  Moment there_ = Moment::min();
  Moment back_ = Moment::min();
};

class Simulation {
 public:
  explicit Simulation(unsigned seed) : world_(seed), server_(world_) {
    for (int number = 1; number <= 5; ++number) clients_.push_back(std::make_unique<Client>(world_, server_));
  }

  void run(Span span) {
    world_.run_until(world_.now + span, [this] { look(); });
  }
  void heal() { world_.has_faults = false; }

  std::size_t count_sure() const {
    return static_cast<std::size_t>(
        std::count_if(clients_.begin(), clients_.end(), [](const auto& client) { return client->is_sure(); }));
  }
  std::size_t count_nodes() const { return server_.nodes.size(); }
  std::size_t count_tokens() const { return tokens_.size(); }
  int count_lists() const { return server_.lists; }
  void have_first_leave() {
    for (const auto& client : clients_)
      if (client->is_sure()) return client->place.leave();
  }

 private:
  void look() {
    ASSERT_LE(count_sure(), 1u);
    for (const auto& client : clients_) {
      if (!client->is_sure()) continue;
      const bool is_later = tokens_.insert(client->place.token()).second;
      ASSERT_TRUE(!is_later || *tokens_.rbegin() == client->place.token());
    }
  }

  World world_;
  Server server_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::set<std::uint64_t> tokens_;
};

class ManySeeds : public testing::TestWithParam<unsigned> {};

TEST_P(ManySeeds, never_have_two_that_are_sure_to_be_the_first_and_one_again_when_all_is_well) {
  Simulation simulation(GetParam());
  simulation.run(200 * timeout);
  ASSERT_FALSE(HasFatalFailure());
  EXPECT_GT(simulation.count_tokens(), 10u);
  simulation.heal();
  simulation.run(20 * timeout);
  EXPECT_EQ(simulation.count_sure(), 1u);
  EXPECT_EQ(simulation.count_nodes(), 5u);  // nobody left one behind
}

TEST(zookeeper_simulation, wakes_one_where_one_goes) {
  Simulation simulation(1);
  simulation.heal();
  simulation.run(5 * timeout);
  const int before = simulation.count_lists();
  simulation.have_first_leave();
  simulation.run(5 * timeout);
  EXPECT_EQ(simulation.count_lists() - before, 2);  // by the one after it, and by itself as it comes again
}

INSTANTIATE_TEST_SUITE_P(zookeeper, ManySeeds, testing::Range(1u, 41u));

}  // namespace
