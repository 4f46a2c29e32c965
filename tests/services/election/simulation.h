// Nodes, their disks, their clocks and the network between them, all in one place and by one seed: what went wrong goes
// wrong again.
#pragma once

#include "services/election/node.h"
#include "tests/services/history.h"

#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <vector>

namespace services::elections {

// What may be wrong with an algorithm, to see that it is noticed.
enum class Broken {
  nothing,
  votes_are_forgotten,        // by who restarts
  promises_are_forgotten,     // by who restarts: it votes at once
  clocks_run_away,            // further than anybody allows for
  groups_are_two,             // of which one node is in both
  leases_begin_with_answers,  // and not when the word was asked for
  anybody_s_word_counts,      // for whoever was asked
  lives_are_one,              // of all who say they are one node
};

struct Setting {
  std::uint32_t seed = 1;
  Algorithm algorithm = Algorithm::RING;
  std::size_t nodes = 3;
  Broken broken = Broken::nothing;
  // A process more, numbered as the next, says it is the last of the nodes, whose URI does not lead there.
  bool is_last_twice = false;
};

class Simulation {
 public:
  static constexpr Span lease = std::chrono::seconds(2);
  // One way, at most, where nothing is wrong.
  static constexpr Span healthy_delay = lease / 20;

  explicit Simulation(const Setting& setting);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Everything goes wrong that can, for so long.
  void trouble(Span span);
  // Only processes end and are started, and coordinators resign.
  void come_and_go(Span span);
  // Nothing goes wrong any more: all run, and hear each other.
  void heal();
  void run(Span span);
  // One of them is made to.
  void crash(Id id);
  void restart(Id id);
  void pause(Id id, Span span);
  // Its disk takes nothing any more, or does again.
  void fill(Id id, bool is_full = true);
  // Of all messages.
  void lose(double share);
  // Those on one side do not hear those on the other.
  void split(const std::vector<Id>& side);
  // What `from` says to `to` gets to `instead`.
  void mislead(Id from, Id to, Id instead) { led_to_[from - 1][to - 1] = instead - 1; }
  Answer resign(Id id);

  const History& history() const { return history_; }
  // The process that is in office now, of those that run; nobody where there is none.
  Id leader() const;
  election::Status status(Id id) const;
  Term term(Id id) const;
  Span now() const { return now_; }

 private:
  class Host;
  struct Event {
    Span at;
    std::uint64_t order;
    enum class Kind { call, reply, failure, timer } kind;
    std::size_t host;
    std::uint32_t life;    // of the host it is for: another after each crash
    std::size_t exchange;  // of exchanges_
    bool operator>(const Event& other) const { return at != other.at ? at > other.at : order > other.order; }
  };
  // A call and what comes of it.
  struct Exchange {
    Call call;
    election::Reply reply;
    std::size_t from = 0;
    std::uint32_t life = 0;
    int uses = 0;  // events that refer to it
  };

  bool chance(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
  Span random(Span most) { return Span(std::uniform_int_distribution<Span::rep>(0, most.count())(random_)); }
  Host& host(Id id) const { return *hosts_[id - 1]; }
  bool is_cut(std::size_t from, std::size_t to) const { return side_[from] != side_[to] || deaf_[from][to]; }

  void sent(std::size_t from, const Call& call);
  void deliver(Event::Kind kind, std::size_t from, std::size_t to, std::uint32_t life, std::size_t exchange);
  void push(Event::Kind kind, Span at, std::size_t host, std::uint32_t life, std::size_t exchange);
  void arm(Host& host);
  void happen(const Event& event);
  void use(std::size_t exchange) { ++exchanges_[exchange].uses; }
  void release(std::size_t exchange);
  void mischief();
  std::size_t processes() const { return setting_.nodes + (setting_.is_last_twice ? 1 : 0); }
  void lead_all_rightly();
  void watch(Host& host);

  Setting setting_;
  std::mt19937 random_;
  Span now_{0};
  std::uint64_t order_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::deque<Exchange> exchanges_;
  std::vector<std::size_t> free_;
  std::vector<std::unique_ptr<Host>> hosts_;
  std::vector<int> side_;
  std::vector<std::vector<bool>> deaf_;           // one way
  std::vector<std::vector<std::size_t>> led_to_;  // by the URI that one has of another
  double loss_ = 0;
  double repeats_ = 0;
  double late_ = 0;
  History history_;
};

}  // namespace services::elections
