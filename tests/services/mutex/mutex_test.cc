#include "services/mutex/lamport.h"
#include "services/mutex/ricart_agrawala.h"
#include "services/mutex/suzuki_kasami.h"
#include "tests/services/mutex/simulation.h"

#include <gtest/gtest.h>

namespace services::locks {
namespace {

constexpr unsigned seeds = 25;
constexpr unsigned few_seeds = 5;

std::string all(const std::vector<std::string>& faults) {
  std::string text;
  for (const std::string& fault : faults) text += fault + "\n";
  return text;
}

class EachAlgorithm : public testing::TestWithParam<std::string> {
 protected:
  Make make() const { return algorithms.at(GetParam()); }

  // Grants in all.
  std::uint64_t run(const Weather& weather, unsigned clients, unsigned locks) {
    std::uint64_t grants = 0;
    for (unsigned seed = 1; seed <= seeds; ++seed) {
      Simulation simulation(make(), seed, weather);
      simulation.run(4000, clients, locks);
      EXPECT_EQ(all(simulation.history().faults()), "") << "seed " << seed;
      EXPECT_EQ(simulation.forgotten(), 0U) << "seed " << seed;
      if (HasFailure()) break;
      grants += simulation.history().grants();
    }
    return grants;
  }
};

TEST_P(EachAlgorithm, has_one_holder_at_a_time_and_serves_all) { EXPECT_GT(run({.members = 5}, 2, 2), seeds * 20); }

TEST_P(EachAlgorithm, stands_messages_that_are_lost_repeated_and_overtaken) {
  EXPECT_GT(run({.members = 3, .lost = 10, .repeated = 20, .slowest = 15}, 2, 1), seeds * 5);
}

TEST_P(EachAlgorithm, stands_members_that_crash_are_cut_off_and_come_back) {
  EXPECT_GT(run({.members = 5, .lost = 10, .repeated = 10, .fails = true}, 2, 2), seeds * 10);
}

TEST_P(EachAlgorithm, stands_clients_that_die) {
  EXPECT_GT(run({.members = 3, .lost = 5, .fails = true, .mortality = 20}, 3, 1), seeds * 5);
}

TEST_P(EachAlgorithm, stands_clients_that_give_up) {
  EXPECT_GT(run({.members = 5, .impatience = 40}, 2, 2), seeds * 20);
  EXPECT_GT(run({.members = 5, .lost = 10, .repeated = 10, .fails = true, .impatience = 40}, 2, 2), seeds * 5);
}

TEST_P(EachAlgorithm, stands_a_member_alone_that_crashes) {
  EXPECT_GT(run({.members = 1, .fails = true, .mortality = 10}, 3, 1), seeds * 5);
}

class TwoProcesses : public EachAlgorithm {
 protected:
  // Of one ID. Grants in all, also to those that ask the one that nobody finds.
  std::uint64_t run(
      const Weather& weather, const std::function<void(Simulation&)>& prepare = [](Simulation&) {}) {
    std::uint64_t grants = 0;
    // The second one is there from the beginning, or comes when the others have been in a view for long.
    for (const Milliseconds at : {1U, 1700U})
      for (unsigned seed = 1; seed <= few_seeds && !HasFailure(); ++seed) {
        Simulation simulation(make(), seed, weather);
        simulation.start_twin(1, at);
        prepare(simulation);
        simulation.run(4000, 2);
        EXPECT_EQ(all(simulation.history().faults()), "") << "seed " << seed;
        EXPECT_EQ(simulation.forgotten(), 0U) << "seed " << seed;
        grants += simulation.history().grants();
      }
    return grants;
  }
};

TEST_P(TwoProcesses, have_the_others_go_on_with_the_one_that_answers) {
  const auto is_in_view = [](Simulation& simulation) {
    simulation.at(3900, [&simulation] {
      for (const MemberId id : {2U, 3U}) {
        const Membership& membership = simulation.node(id).membership();
        EXPECT_EQ(membership.members(), (std::vector<MemberId>{1, 2, 3}));
        EXPECT_EQ(membership.participants(), simulation.node(1).membership().participants());
        EXPECT_EQ(simulation.fault(id, 1), ::mutex::Fault::TWO_PROCESSES);
      }
      EXPECT_EQ(simulation.fault(1, 1), ::mutex::Fault::NO_FAULT);
      EXPECT_EQ(simulation.fault(Simulation::twin_of(1), 1), ::mutex::Fault::TWO_PROCESSES);
    });
  };
  EXPECT_GT(run({.members = 3}, is_in_view), 2 * few_seeds * 15);
}

TEST_P(TwoProcesses, are_never_two_votes_whatever_is_lost_and_whoever_is_cut_off) {
  EXPECT_GT(run({.members = 3, .lost = 10, .repeated = 10, .fails = true}), 2 * few_seeds * 5);
}

// So that now and then each of them has half of the others.
TEST_P(TwoProcesses, are_never_two_votes_where_the_network_falls_into_two) {
  const auto split = [](Simulation& simulation) {
    for (Milliseconds at = 1000; at < 4000; at += 900) simulation.at(at, [&] { simulation.split({1, 2}); });
    for (Milliseconds at = 1450; at < 4000; at += 900) simulation.at(at, [&] { simulation.split({}); });
  };
  EXPECT_GT(run({.members = 3}, split), 2 * few_seeds * 10);
}

TEST_P(TwoProcesses, are_never_two_votes_where_now_the_one_and_now_the_other_answers) {
  unsigned turns = 0;
  const auto take_turns = [&](Simulation& simulation) {
    ++turns;
    for (Milliseconds at = 1000; at < 4000; at += 100 + (at * turns) % 700)
      simulation.at(at, [&] { simulation.swap_twins(1); });
    simulation.at(4001, [&] {
      if (simulation.is_swapped(1)) simulation.swap_twins(1);
    });
  };
  EXPECT_GT(run({.members = 3}, take_turns), 2 * few_seeds * 5);
}

TEST_P(EachAlgorithm, sends_as_many_messages_as_its_theory_says) {
  for (const std::size_t members : {3U, 5U, 9U}) {
    Simulation simulation(make(), 1, {.members = members});
    simulation.run(20'000, 1);
    const std::uint64_t others = members - 1;
    const std::map<std::string, std::uint64_t> theory = {
        {"lamport", 3 * others}, {"ricart-agrawala", 2 * others}, {"suzuki-kasami", members}};
    const std::uint64_t expected = theory.at(GetParam()) * simulation.history().grants();
    if (GetParam() == "suzuki-kasami")
      EXPECT_LE(simulation.messages(), expected) << members;
    else
      EXPECT_EQ(simulation.messages(), expected) << members;
  }
}

TEST(SuzukiKasamiAlone, sends_nothing_where_the_token_is_there) {
  Simulation simulation(algorithms.at("suzuki-kasami"), 1, {.members = 1});
  simulation.run(3000, 1);
  EXPECT_GT(simulation.history().grants(), 1U);
  EXPECT_EQ(simulation.messages(), 0U);
}

// Or its stamps would be those of the next view.
TEST(AMember, says_when_a_view_has_used_up_half_of_its_stamps) {
  Member member(1, algorithms.at("lamport"), {.send = [](MemberId, const Message&) {}, .granted = {}, .lost = {}});
  View view{.number = 7, .members = {{1, {}}, {2, {}}}};
  member.begin(view, true);
  const Stamp half = (Stamp{7} << 32) + (Stamp{1} << 31);
  member.receive(2, {.lock = "door", .clock = half - 2, .body = ::mutex::Kind::HEARD});
  EXPECT_FALSE(member.is_worn());
  member.receive(2, {.lock = "door", .clock = half - 1, .body = ::mutex::Kind::HEARD});
  EXPECT_TRUE(member.is_worn());
  view.number = 8;
  member.begin(view, false);
  EXPECT_FALSE(member.is_worn());
}

// Two members of a view, of which the test is the second; it says what no member says.
class AForgedTicket : public testing::TestWithParam<std::string>, private Outside {
 protected:
  void SetUp() override {
    node_.on_renewed({.kind = Question::Kind::renew, .to = 2, .sent = now_}, {.who = {2, 8}, .promised = 0}, now_);
    ASSERT_EQ(node_.on_leave({.group = 0, .to = 1, .who = {2, 8}, .next = 1}, now_).word, Word::DONE);
    ASSERT_EQ(begin({}).word, Word::DONE);
    node_.on_renewed(asked_, {.who = {2, 8}, .word = Word::DONE, .promised = 1}, now_);
    ASSERT_TRUE(node_.membership().is_in_view());
  }
  ::mutex::Begun begin(const Standing& standing) {
    Beginning beginning{.group = 0, .to = 1, .number = 1, .members = {}};
    beginning.members.push_back({.origin = {.who = {1, 7}, .is_fresh = true}, .standing = {}});
    beginning.members.push_back({.origin = {.who = {2, 8}, .is_fresh = true}, .standing = standing});
    return node_.on_begin(beginning, now_);
  }
  void say(Body body, Stamp clock = first + 9, const LockName& lock = "door") {
    const Message message{.lock = lock, .clock = clock, .body = std::move(body)};
    carry({2, 8}, ++said_, message);
  }
  Taken carry(const ::mutex::Participant& who, std::uint64_t number, const Message& message) {
    return node_.on_parcel({.group = 0, .to = 1, .view = 1, .who = who, .first = number, .messages = {message}}, now_);
  }

  using Kind = ::mutex::Kind;
  using Word = ::mutex::Word;
  static constexpr Stamp first = Stamp{1} << 32;
  const Moment now_ = Moment(std::chrono::hours(1));
  Node node_{{.self = 1, .all = {1, 2}}, algorithms.at(GetParam()), 0, 7, now_, *this};
  Ticket wanted_ = {};  // last, by the first member
  unsigned carried_ = 0;

 private:
  void send(const Question& question) override { asked_ = question; }
  void carry(MemberId, const Parcel& parcel) override {
    ++carried_;
    for (const Message& message : parcel.messages)
      if (message.body.kind() == Kind::WANTED) wanted_ = message.body.wanted();
  }
  void keep(ViewNumber) override {}

  Question asked_;
  std::uint64_t said_ = 0;
};

TEST_P(AForgedTicket, of_an_unknown_member_changes_nothing) {
  const Ticket unknown{first + 1, 9};
  const auto forge = [&] {
    say(Body::with_wanted(unknown));
    say(Body::with_wanted({first + 9, 9}));
    say(Body::with_ahead(unknown));
    say(Body::with_roving({.served = {{9, first + 1}}, .waiting = {unknown}}));
  };
  forge();
  node_.wait("door", 1, now_);
  forge();
  say(Body::with_ahead(wanted_), first + 99);
  say(Kind::HEARD, first + 100);
  const auto holder = node_.member().holder("door");
  ASSERT_TRUE(holder);
  EXPECT_TRUE(node_.give_back("door", holder->token, now_));
}

// Of the same ID as one in the view.
TEST_P(AForgedTicket, of_another_process_is_not_taken) {
  const Message wanted{.lock = "door", .clock = first + 9, .body = Body::with_wanted({first + 1, 2})};
  EXPECT_EQ(carry({2, 9}, 1, wanted).view, ::mutex::NO_VIEW);
  EXPECT_EQ(node_.member().locks(), 0U);
  const Taken taken = carry({2, 8}, 1, wanted);
  EXPECT_EQ(taken.view, 1U);
  EXPECT_EQ(taken.who, (::mutex::Participant{1, 7}));
}

// What it says that it took is still to be carried.
TEST_P(AForgedTicket, is_not_taken_by_another_process) {
  say(Body::with_wanted({first + 1, 2}));
  ASSERT_GT(carried_, 0U);
  const auto is_carried_again = [&](Life life) {
    carried_ = 0;
    node_.on_carried(2, {.who = {2, life}, .view = 1, .next = 2}, now_);
    node_.on_timer(now_ + std::chrono::seconds(1));
    return carried_ > 0;
  };
  EXPECT_TRUE(is_carried_again(9));
  EXPECT_FALSE(is_carried_again(8));
}

TEST_P(AForgedTicket, with_a_stamp_of_another_view_moves_no_clock) {
  for (const Stamp clock : {first - 1, 2 * first - 1, 2 * first, ~Stamp{0}}) say(Kind::HEARD, clock);
  say(Body::with_wanted({first + 10, 2}), first + 9);
  node_.wait("door", 1, now_);
  say(Body::with_ahead(wanted_), first + 99);
  say(Kind::HEARD, first + 100);
  ASSERT_TRUE(node_.member().holder("door"));
  EXPECT_EQ(node_.member().holder("door")->token >> 32, 1U);
}

TEST_P(AForgedTicket, makes_no_more_locks_known_than_two_members_can_want) {
  for (unsigned i = 0; i < 3 * ::mutex::MAX_LOCKS; ++i)
    say(Body::with_wanted({first + 1, 2}), first + 9, "lock " + std::to_string(i));
  EXPECT_LE(node_.member().locks(), std::size_t{2} * ::mutex::MAX_LOCKS);
}

TEST(AStanding, is_of_its_member_s_own_tickets_of_earlier_views) {
  const auto standing = [](const Ticket& wants, std::optional<Ticket> holds = {}) {
    return Standing{{{.lock = "door", .wants = {wants}, .holds = holds, .has_token = false}}};
  };
  constexpr Stamp second = Stamp{2} << 32;
  const Ticket good{second + 1, 2};
  EXPECT_TRUE(is_sound(standing(good), 2, 3));
  EXPECT_TRUE(is_sound(standing(good, good), 2, 3));
  EXPECT_FALSE(is_sound(standing(good), 1, 3)) << "another's";
  EXPECT_FALSE(is_sound(standing(good), 2, 2)) << "of that view itself";
  EXPECT_FALSE(is_sound(standing(good, Ticket{second + 2, 2}), 2, 3)) << "it holds what it does not want";
}

// Algorithms with a fault, which the judge of the history must find.
class Impatient : public Lamport {
 public:
  using Lamport::Lamport;
  // Takes its own request for heard by all.
  void want(const Ticket& ticket) override {
    Lamport::want(ticket);
    for (MemberId member = 1; member <= 5; ++member) Lamport::receive(member, ::mutex::Kind::HEARD, ticket.stamp + 1);
  }
};

class Generous : public RicartAgrawala {
 public:
  using RicartAgrawala::RicartAgrawala;
  // Lets others go ahead also while it holds the lock.
  void receive(MemberId from, const Body& body, Stamp clock) override {
    RicartAgrawala::receive(from, body, clock);
    if (body.kind() == ::mutex::Kind::WANTED && claim().holds) send(from, Body::with_ahead(body.wanted()));
  }
};

class Copying : public SuzukiKasami {
 public:
  using SuzukiKasami::SuzukiKasami;
  // Thinks in each new view that the token is lost, and with it who held the lock.
  void begin(const Claims& claims) override {
    Claims forgotten = claims;
    for (auto& [member, claim] : forgotten) {
      claim.has_token = false;
      if (claim.holds) claim.wants.erase(*claim.holds);
    }
    SuzukiKasami::begin(forgotten);
  }
};

template <class Faulty>
std::unique_ptr<Algorithm> make_faulty(MemberId self, const Algorithm::World& world) {
  return std::make_unique<Faulty>(self, world);
}

bool is_caught(Make make, const Weather& weather = {.members = 5, .lost = 10, .repeated = 10, .fails = true}) {
  for (unsigned seed = 1; seed <= seeds; ++seed) {
    Simulation simulation(make, seed, weather);
    simulation.run(4000, 2, 2);
    if (!simulation.history().faults().empty()) return true;
  }
  return false;
}

TEST(AFaultyAlgorithm, is_caught_by_the_history) {
  EXPECT_TRUE(is_caught(make_faulty<Impatient>)) << "impatient";
  EXPECT_TRUE(is_caught(make_faulty<Generous>)) << "generous";
  EXPECT_TRUE(is_caught(make_faulty<Copying>)) << "copying";
}

TEST(AClockThatIsTooFast, is_caught_by_the_history) {
  EXPECT_TRUE(is_caught(algorithms.at("lamport"), {.members = 5, .fails = true, .drift = 300}));
}

INSTANTIATE_TEST_SUITE_P(Algorithms, AForgedTicket, testing::Values("lamport", "ricart-agrawala", "suzuki-kasami"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

INSTANTIATE_TEST_SUITE_P(Algorithms, TwoProcesses, testing::Values("lamport", "ricart-agrawala", "suzuki-kasami"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

INSTANTIATE_TEST_SUITE_P(Algorithms, EachAlgorithm, testing::Values("lamport", "ricart-agrawala", "suzuki-kasami"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace services::locks
