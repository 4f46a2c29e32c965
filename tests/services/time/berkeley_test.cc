#include "services/time/berkeley.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>

namespace {

using namespace services::time;
using namespace std::chrono_literals;
using time_::Answer;

constexpr Instant noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + 12h;

// True time, which only the test knows.
using Truth = Span;

struct Node {
  Node(const Truth& now, Span skew, double rate)
      : raw([&now, skew, rate] {
          return noon + skew + now + Span(static_cast<Span::rep>(static_cast<double>(now.count()) * rate));
        }),
        keeper(DisciplinedClock(raw), [](Span) { return Bound(); }) {}

  std::function<Instant()> raw;
  Keeper keeper;
  bool is_there = true;
  Instant last{};
};

// A coordinator and its peers on a network that loses, repeats and delays what it carries, one way more than the other.
class Group {
 public:
  struct Network {
    double lost = 0.2;
    double repeated = 0.1;
    Span there = 30ms;  // at most; and the least of it is nothing
    Span back = 200ms;
    double late = 0.05;  // a share of messages takes `very_late` at most
    Span very_late = 25s;
  };

  Group(std::vector<std::pair<Span, double>> clocks, Network network) : network_(network) {
    for (const auto& [skew, rate] : clocks) nodes_.push_back(std::make_unique<Node>(now_, skew, rate));
  }

  // Lets time pass, with a round every ten seconds, and sees each few milliseconds that no bound is wrong.
  void run(Truth duration) {
    const Truth until = now_ + duration;
    while (now_ < until) {
      if (next_round_ <= now_) {
        begin_round();
        next_round_ += 10s;
      }
      pass(now_ + 20ms);
    }
  }

  Node& node(std::size_t i) { return *nodes_[i]; }
  // With the clock of its machine, in another life.
  void restart(std::size_t i) {
    nodes_[i]->keeper = Keeper(DisciplinedClock(nodes_[i]->raw), [](Span) { return Bound(); });
    nodes_[i]->last = {};
  }
  std::size_t checks() const { return checks_; }
  std::size_t stale_checks() const { return stale_checks_; }

  // Between the clocks of the nodes that are there.
  Span spread() const {
    std::vector<Instant> all;
    for (const auto& node : nodes_)
      if (node->is_there) all.push_back(node->keeper.now());
    const auto [low, high] = std::minmax_element(all.begin(), all.end());
    return *high - *low;
  }
  // What the nodes themselves say of it.
  Span stated() const {
    Span most{0};
    for (const auto& node : nodes_)
      if (node->is_there) most = std::max(most, to_bound(node->keeper.bounds().from_group).value_or(Span::max() / 4));
    return 2 * most;
  }
  Verdict verdict(std::size_t peer) const { return verdicts_.at(peer - 1); }

 private:
  using Event = std::function<void()>;

  Span up_to(Span most) { return Span(std::uniform_int_distribution<Span::rep>(0, most.count())(chance_)); }
  bool happens(double share) { return std::uniform_real_distribution<double>(0, 1)(chance_) < share; }

  // Carries a message, or not, or twice.
  void carry(Span usual, const Event& arrive) {
    for (int copies = happens(network_.repeated) ? 2 : 1; copies > 0; --copies) {
      if (happens(network_.lost)) continue;
      events_.emplace(now_ + up_to(happens(network_.late) ? network_.very_late : usual), arrive);
    }
  }

  void begin_round() {
    if (!nodes_[0]->is_there) return;
    auto round = std::make_shared<Round>(nodes_[0]->keeper, nodes_.size() - 1, Rules());
    for (std::size_t peer = 1; peer < nodes_.size(); ++peer)
      for (int time = 0; time < 4; ++time) events_.emplace(now_ + time * 200ms, [=, this] { ask(round, peer); });
    events_.emplace(now_ + 2s, [=, this] { end_round(*round); });
  }

  void ask(const std::shared_ptr<Round>& round, std::size_t peer) {
    const Instant begun = round->begin();
    carry(network_.there, [=, this] {
      Node& node = *nodes_[peer];
      if (!node.is_there) return;
      const Instant received = node.keeper.now();
      events_.emplace(now_ + up_to(5ms), [=, this, &node] {
        const auto exchange = node.keeper.exchange(to_wire(begun), received);
        carry(network_.back, [=] { round->heard(peer - 1, begun, exchange); });
      });
    });
  }

  void end_round(Round& round) {
    const auto verdicts = round.end();
    if (!verdicts) return;
    verdicts_ = *verdicts;
    // The group's time is the line of the coordinator's clock from now on.
    const RoundName name = nodes_[0]->keeper.round();
    ASSERT_TRUE(lines_.emplace(std::pair(name.life, name.number), nodes_[0]->keeper.offset()).second) << "another's";
    for (std::size_t peer = 1; peer < nodes_.size(); ++peer) {
      const auto correction = verdicts_[peer - 1].correction;
      if (correction)
        carry(network_.there, [=, this] {
          if (nodes_[peer]->is_there) nodes_[peer]->keeper.correct(*correction);
        });
    }
  }

  void pass(Truth until) {
    while (!events_.empty() && events_.begin()->first <= until) {
      const auto first = events_.begin();
      now_ = std::max(now_, first->first);
      const Event event = first->second;
      events_.erase(first);
      event();
      check();
    }
    now_ = until;
    check();
  }

  void check() {
    for (const auto& node : nodes_) {
      const Instant told = node->keeper.now();
      ASSERT_GE(told, node->last) << "a clock ran back";
      node->last = told;
      const auto bounds = node->keeper.bounds();
      const Bound stated = to_bound(bounds.from_group);
      if (!stated) continue;
      const Instant group = nodes_[0]->raw() + lines_.at({bounds.life, bounds.round});
      const Span wrong = told < group ? group - told : told - group;
      ASSERT_LE(wrong, *stated) << "of node " << &node - nodes_.data() << " after " << now_ / 1ms << " ms";
      ++checks_;
      if (RoundName{bounds.life, bounds.round} != nodes_[0]->keeper.round()) ++stale_checks_;
    }
  }

  Network network_;
  Truth now_{0};
  Truth next_round_{0};
  std::vector<std::unique_ptr<Node>> nodes_;
  std::multimap<Truth, Event> events_;
  std::map<std::pair<std::uint64_t, std::uint64_t>, Span> lines_;
  std::vector<Verdict> verdicts_;
  std::size_t checks_ = 0;
  std::size_t stale_checks_ = 0;
  std::mt19937_64 chance_{42};
};

const std::vector<std::pair<Span, double>> skewed = {
    {0s, 200e-6}, {3s, -200e-6}, {-2s, 150e-6}, {1500ms, 200e-6}, {-4s, -200e-6}};

TEST(berkeley, brings_clocks_together_and_no_bound_is_ever_wrong) {
  Group group(skewed, {});
  group.run(60s);
  EXPECT_GT(group.spread(), 500ms) << "they are slewed, not stepped";
  group.run(20min);
  EXPECT_LE(group.spread(), group.stated());
  EXPECT_LE(group.spread(), 200ms);
  EXPECT_LE(group.stated(), 600ms);
  EXPECT_GT(group.checks(), 100'000u);
  EXPECT_GT(group.stale_checks(), 1'000u)
      << "corrections were lost, and the bounds of earlier rounds right all the same";
}

TEST(berkeley, brings_them_closer_where_the_network_is_better) {
  Group group(skewed, {.lost = 0, .repeated = 0, .there = 100us, .back = 300us, .late = 0, .very_late = 0s});
  group.run(10min);
  EXPECT_LE(group.spread(), 10ms) << "400 millionths apart for ten seconds";
  EXPECT_LE(group.spread(), group.stated());
  EXPECT_LE(group.stated(), 20ms);
}

TEST(berkeley, leaves_out_who_is_far_off_and_corrects_him) {
  Group group({{0s, 0}, {100ms, 0}, {-100ms, 0}, {60s, 0}},
              {.lost = 0, .repeated = 0, .there = 1ms, .back = 1ms, .late = 0, .very_late = 0s});
  group.run(5s);
  EXPECT_TRUE(group.verdict(3).is_left_out);
  EXPECT_FALSE(group.verdict(2).is_left_out);
  EXPECT_LE(std::chrono::abs(group.node(0).keeper.offset()), 2ms) << "the mean of the three others is where it was";
  EXPECT_NEAR(static_cast<double>(group.node(3).keeper.offset().count()), -60e9, 2e6);
  group.run(21min);
  EXPECT_LE(group.spread(), 10ms);
}

TEST(berkeley, goes_by_the_many_where_the_coordinator_itself_is_far_off) {
  Group group({{60s, 0}, {100ms, 0}, {-100ms, 0}, {0s, 0}},
              {.lost = 0, .repeated = 0, .there = 1ms, .back = 1ms, .late = 0, .very_late = 0s});
  group.run(5s);
  EXPECT_NEAR(static_cast<double>(group.node(0).keeper.offset().count()), -60e9, 2e6);
  group.run(21min);
  EXPECT_LE(group.spread(), 10ms);
}

TEST(berkeley, stays_right_when_members_leave_and_come_back) {
  Group group(skewed, {});
  group.run(5min);
  group.node(1).is_there = false;
  group.node(2).is_there = false;
  group.run(5min);
  EXPECT_LE(group.spread(), group.stated());
  group.node(1).is_there = true;
  group.node(2).is_there = true;
  group.restart(3);
  group.run(5min);
  EXPECT_LE(group.spread(), group.stated());
}

TEST(berkeley, goes_on_without_its_coordinator_and_with_it_again) {
  Group group(skewed, {});
  group.run(5min);
  const Span before = group.stated();
  group.node(0).is_there = false;
  group.run(2min);
  EXPECT_GT(group.stated(), before) << "what nobody corrects drifts";
  group.node(0).is_there = true;
  group.run(5min);
  EXPECT_LE(group.spread(), group.stated());
  EXPECT_LE(group.spread(), 200ms);
}

TEST(berkeley, takes_a_coordinators_next_life_for_another_whatever_is_still_on_its_way_of_the_last) {
  Group group(skewed, {});
  group.run(5min);
  for (int life = 0; life < 20; ++life) {
    group.restart(0);
    group.run(30s);
  }
  group.run(5min);
  for (std::size_t i = 1; i < skewed.size(); ++i)
    EXPECT_EQ(group.node(i).keeper.round().life, group.node(0).keeper.round().life);
  EXPECT_LE(group.spread(), group.stated());
  EXPECT_LE(group.spread(), 200ms);
}

TEST(berkeley, stays_right_when_clocks_are_set) {
  Group group(skewed, {});
  group.run(5min);
  for (const std::size_t set : {std::size_t{2}, std::size_t{0}}) {
    group.node(set).keeper.set(group.node(set).keeper.now() - 3s);
    EXPECT_EQ(to_bound(group.node(set).keeper.bounds().from_group), std::nullopt);
    group.node(set).last = {};
    group.run(5min);
    EXPECT_LE(group.spread(), group.stated());
  }
}

TEST(round, is_for_nothing_where_the_own_clock_was_set_meanwhile) {
  const Truth now{0};
  Node node(now, 0s, 0);
  Round round(node.keeper, 1, Rules());
  node.keeper.set(noon - 1h);
  EXPECT_FALSE(round.end());
  EXPECT_EQ(node.keeper.slewing(), 0s);
}

// One round with peers whose answers the test makes up.
struct Told {
  Truth now{0};
  Node node{now, 0s, 0};
  Round round{node.keeper, 2, Rules()};
  void hear(std::size_t peer, Span offset, Span delay, RoundName known = {}) {
    const Instant begun = round.begin();
    const time_::Instant at = to_wire(begun + offset + delay / 2);
    now += delay;
    round.heard(peer, begun, {0, at, at, 0, 1, {0, 0, known.life, known.number}});
  }
};

TEST(round, neither_averages_nor_corrects_who_is_slow) {
  Told told;
  told.hear(0, 1s, 10ms);
  told.hear(1, 1s, 1001ms);
  const auto verdicts = told.round.end().value();
  EXPECT_FALSE(verdicts[0].is_left_out);
  EXPECT_TRUE(verdicts[1].is_left_out);
  EXPECT_TRUE(verdicts[1].measured);
  EXPECT_FALSE(verdicts[1].correction);
  EXPECT_NEAR(static_cast<double>(told.node.keeper.slewing().count()), 500e6, 1e6);
}

TEST(round, believes_the_most_exact_answer) {
  Told told;
  told.hear(0, 1s, 500ms);
  told.hear(0, 2s, 10ms);
  told.hear(0, 3s, 400ms);
  EXPECT_NEAR(static_cast<double>(told.round.end().value()[0].measured->offset.count()), 2e9, 1e6);
}

TEST(round, goes_by_the_time_a_peer_will_have_when_it_has_been_slewed) {
  Told told;
  const Instant begun = told.round.begin();
  const time_::Instant at = to_wire(begun + 3s);
  told.round.heard(0, begun, {0, at, at, Span(-1s).count(), 1, {}});
  const auto verdict = told.round.end().value()[0];
  EXPECT_EQ(verdict.measured->offset, 2s);
  EXPECT_EQ(verdict.correction->measured, to_wire(begun + 2s));
  EXPECT_EQ(verdict.correction->by, Span(-1s).count());
}

TEST(round, does_not_move_towards_who_would_not_follow_either) {
  Told told;
  told.hear(0, 2h, 10ms);
  told.hear(1, 2h, 10ms);
  const auto verdicts = told.round.end().value();
  EXPECT_FALSE(verdicts[0].correction);
  EXPECT_TRUE(verdicts[0].is_left_out);
  EXPECT_EQ(told.node.keeper.slewing(), 0s);
}

TEST(round, does_not_draw_the_coordinator_further_than_it_can_follow) {
  Told told;
  told.node.keeper.lead(1h);
  Round round(told.node.keeper, 1, Rules());
  const Instant begun = round.begin();
  const time_::Instant at = to_wire(begun + 2s);
  round.heard(0, begun, {0, at, at, 0, 1, {}});
  const auto verdict = round.end().value()[0];
  EXPECT_EQ(told.node.keeper.slewing(), 1h);
  EXPECT_EQ(Span(verdict.correction->by), -2s);
}

TEST(round, is_the_next_of_its_own_life_whatever_peers_say_they_know_of) {
  Told told;
  const RoundName first = told.node.keeper.round();
  EXPECT_EQ(first, RoundName());
  told.hear(0, 1s, 10ms, {7, ~std::uint64_t{0}});
  told.hear(1, 1s, 10ms, {7, std::uint64_t{1} << 61});
  const auto correction = told.round.end().value()[0].correction.value();
  const RoundName round = told.node.keeper.round();
  EXPECT_EQ(round.number, 1u);
  EXPECT_EQ((RoundName{correction.life, correction.round}), round);
}

}  // namespace
