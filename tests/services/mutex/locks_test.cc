#include "services/mutex/locks.h"

#include "tests/services/mutex/simulation.h"

#include <gtest/gtest.h>
#include <array>

namespace services::locks {
namespace {

std::uint64_t nanoseconds(std::chrono::milliseconds span) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(span).count());
}

Session session_of(char who) {
  Session session{};
  session[0] = static_cast<std::byte>(who);
  return session;
}

Wish wish_of(char who, std::chrono::milliseconds wait, std::chrono::milliseconds lease = std::chrono::minutes(1)) {
  return {.lock = "door",
          .session = session_of(who),
          .who = std::string(1, who),
          .lease = nanoseconds(lease),
          .wait = nanoseconds(wait)};
}

Holding holding_of(char who, Token token) {
  return {.lock = "door", .session = session_of(who), .token = token, .lease = nanoseconds(std::chrono::minutes(1))};
}

const Answer unanswered = Outcome::UNREACHABLE;

// Three members with nothing but what the test has them asked.
class Sessions : public testing::TestWithParam<std::string> {
 protected:
  void acquire(Milliseconds when, MemberId at, const Wish& wish, Backend::Told<Answer> told) {
    simulation_.ask(when, at, [wish, told](Locks& locks) { locks.acquire(wish, told); });
  }
  void acquire(Milliseconds when, MemberId at, const Wish& wish, Answer& answer) {
    acquire(when, at, wish, [&answer](const Answer& said) { answer = said; });
  }
  // Of whoever's token is in `granted` by then.
  void renew(Milliseconds when, MemberId at, char who, const Answer& granted, Answer& answer) {
    simulation_.ask(when, at, [who, &granted, &answer](Locks& locks) {
      locks.renew(holding_of(who, granted.grant().token), [&answer](const Answer& said) { answer = said; });
    });
  }
  void release(Milliseconds when, MemberId at, char who, Token token, Answer& answer) {
    simulation_.ask(when, at, [who, token, &answer](Locks& locks) {
      locks.release(holding_of(who, token), [&answer](const Answer& said) { answer = said; });
    });
  }
  void run(Milliseconds until) { simulation_.run(until, 0, 1, 0); }

  Simulation simulation_{algorithms.at(GetParam()), 1, {.members = 3}};
  static constexpr std::chrono::seconds long_wait{9};
  static constexpr std::chrono::milliseconds no_wait{0};
};

TEST_P(Sessions, that_wait_longest_are_served_first_whatever_member_they_have_asked) {
  std::string order;
  const auto come = [&](Milliseconds when, MemberId at, char who) {
    acquire(when, at, wish_of(who, long_wait), [this, at, who, &order](const Answer& answer) {
      ASSERT_EQ(answer.outcome(), Outcome::GRANTED);
      order += who;
      simulation_.ask(2000 + 100 * order.size(), at,
                      [who](Locks& locks) { locks.release(holding_of(who, ::mutex::NO_TOKEN), [](const Answer&) {}); });
    });
  };
  come(1000, 1, 'a');
  come(1100, 2, 'b');
  come(1200, 1, 'c');
  come(1300, 3, 'd');
  come(1400, 2, 'e');
  come(1500, 2, 'f');
  come(1600, 1, 'g');
  run(5000);
  EXPECT_EQ(order, "abcdefg");
}

TEST_P(Sessions, are_answered_as_the_first_time_where_they_ask_again) {
  Answer first = unanswered;
  Answer again = unanswered;
  Answer released = unanswered;
  Answer released_again = unanswered;
  acquire(1000, 1, wish_of('a', no_wait), first);
  acquire(1500, 1, wish_of('a', no_wait), again);
  release(2000, 1, 'a', ::mutex::NO_TOKEN, released);
  release(2500, 1, 'a', ::mutex::NO_TOKEN, released_again);
  run(3000);
  ASSERT_EQ(first.outcome(), Outcome::GRANTED);
  ASSERT_EQ(again.outcome(), Outcome::GRANTED);
  EXPECT_EQ(first.grant().token, again.grant().token);
  EXPECT_EQ(released.outcome(), Outcome::RELEASED);
  EXPECT_EQ(released_again.outcome(), Outcome::RELEASED);
}

TEST_P(Sessions, are_told_who_holds_the_lock_and_how_many_come_first) {
  Answer held = unanswered;
  Answer before = unanswered;
  Answer answer = unanswered;
  acquire(1000, 1, wish_of('a', no_wait), held);
  acquire(1200, 2, wish_of('b', long_wait), before);
  acquire(1400, 3, wish_of('c', no_wait), answer);
  run(2000);
  ASSERT_EQ(answer.outcome(), Outcome::TIMED_OUT);
  ASSERT_TRUE(answer.queue().holder);
  EXPECT_EQ(answer.queue().holder->who, "a");
  EXPECT_EQ(answer.queue().holder->at, 1U);
  EXPECT_EQ(answer.queue().holder->token, held.grant().token);
  EXPECT_EQ(answer.queue().before, 2U);
}

TEST_P(Sessions, that_do_not_want_to_wait_need_not_however_long_the_members_lease) {
  for (const auto lease : {std::chrono::seconds(30), std::chrono::seconds(60), std::chrono::seconds(3600)}) {
    const auto long_lease = static_cast<Milliseconds>(std::chrono::milliseconds(lease).count());
    Simulation simulation(algorithms.at(GetParam()), 1, {.members = 1, .lease = long_lease});
    std::vector<Outcome> outcomes;
    for (const char who : {'a', 'b'})
      simulation.ask(who == 'a' ? 1000 : 1100, 1, [&outcomes, who](Locks& locks) {
        locks.acquire(wish_of(who, no_wait), [&](const Answer& said) { outcomes.push_back(said.outcome()); });
      });
    simulation.run(2000, 0, 1, 0);
    EXPECT_EQ(outcomes, (std::vector{Outcome::GRANTED, Outcome::TIMED_OUT})) << lease.count();
  }
}

TEST_P(Sessions, keep_their_place_while_their_call_is_unanswered) {
  for (unsigned seed = 1; seed <= 10; ++seed) {
    Simulation simulation(algorithms.at(GetParam()), seed, {.members = 1, .slowest_look = 2000});
    std::optional<std::size_t> waiting;
    simulation.ask(1000, 1, [](Locks& locks) { locks.acquire(wish_of('a', no_wait), [](const Answer&) {}); });
    simulation.ask(1100, 1, [&](Locks& locks) {
      locks.acquire(wish_of('b', no_wait, std::chrono::milliseconds(100)),
                    [&](const Answer& answer) { waiting = answer.queue().before; });
    });
    simulation.run(5000, 0, 1, 0);
    EXPECT_EQ(waiting, 1U) << seed;
  }
}

TEST_P(Sessions, keep_their_place_from_call_to_call) {
  Answer held = unanswered;
  Answer early = unanswered;
  Answer late = unanswered;
  Answer early_again = unanswered;
  Answer released = unanswered;
  acquire(1000, 1, wish_of('a', no_wait), held);
  acquire(1100, 2, wish_of('b', no_wait), early);
  acquire(1200, 3, wish_of('c', long_wait), late);
  acquire(1500, 2, wish_of('b', long_wait), early_again);
  release(2000, 1, 'a', ::mutex::NO_TOKEN, released);
  run(3000);
  EXPECT_EQ(early.outcome(), Outcome::TIMED_OUT);
  ASSERT_EQ(early_again.outcome(), Outcome::GRANTED);
  EXPECT_GT(early_again.grant().token, held.grant().token);
  EXPECT_EQ(late, unanswered);
}

TEST_P(Sessions, that_are_not_heard_of_lose_lock_and_place) {
  Answer dead = unanswered;
  Answer gone = unanswered;
  Answer next = unanswered;
  Answer too_late = unanswered;
  acquire(1000, 1, wish_of('a', no_wait, std::chrono::milliseconds(500)), dead);
  acquire(1100, 2, wish_of('b', no_wait, std::chrono::milliseconds(100)), gone);
  acquire(1200, 3, wish_of('c', long_wait), next);
  renew(2500, 1, 'a', dead, too_late);
  run(3000);
  ASSERT_EQ(dead.outcome(), Outcome::GRANTED);
  EXPECT_EQ(gone.outcome(), Outcome::TIMED_OUT);
  ASSERT_EQ(next.outcome(), Outcome::GRANTED);
  EXPECT_EQ(too_late.outcome(), Outcome::NOT_THE_HOLDER);
}

TEST_P(Sessions, are_refused_what_is_not_theirs) {
  Answer held = unanswered;
  Answer waiting = unanswered;
  std::vector<Outcome> outcomes;
  const auto note = [&](const Answer& answer) { outcomes.push_back(answer.outcome()); };
  acquire(1000, 1, wish_of('a', no_wait), held);
  acquire(1100, 1, wish_of('b', no_wait), waiting);
  simulation_.ask(2000, 1, [&](Locks& locks) {
    const Token token = held.grant().token;
    locks.renew(holding_of('a', token - 1), note);
    locks.release(holding_of('a', token - 1), note);
    locks.renew(holding_of('b', token), note);
    locks.release(holding_of('b', token), note);
    locks.renew(holding_of('c', token), note);
    Wish wish = wish_of('c', no_wait);
    wish.lock = "";
    locks.acquire(wish, note);
    wish.lock = "a\nb";
    locks.acquire(wish, note);
    locks.acquire(wish_of('c', no_wait, std::chrono::milliseconds(1)), note);
    locks.acquire(wish_of('c', no_wait, std::chrono::hours(2)), note);
    locks.renew(holding_of('a', token), note);
  });
  run(3000);
  const std::vector<Outcome> expected = {Outcome::STALE_TOKEN,    Outcome::STALE_TOKEN,    Outcome::NOT_THE_HOLDER,
                                         Outcome::NOT_THE_HOLDER, Outcome::NOT_THE_HOLDER, Outcome::BAD_NAME,
                                         Outcome::BAD_NAME,       Outcome::BAD_LEASE,      Outcome::BAD_LEASE,
                                         Outcome::GRANTED};
  EXPECT_EQ(outcomes, expected);
}

TEST_P(Sessions, are_not_too_many) {
  std::map<Outcome, unsigned> outcomes;
  const auto note = [&](const Answer& answer) { ++outcomes[answer.outcome()]; };
  simulation_.ask(1000, 1, [&](Locks& locks) {
    Wish wish = wish_of('a', long_wait);
    const auto ask_as = [&](unsigned number) {
      wish.session[1] = static_cast<std::byte>(number >> 8);
      wish.session[2] = static_cast<std::byte>(number & 0xff);
      locks.acquire(wish, note);
    };
    for (unsigned i = 0; i < ::mutex::MAX_WAITERS + 3; ++i) ask_as(i);
    for (unsigned i = 0; i < ::mutex::MAX_PLACES; ++i) {
      wish.lock = "lock " + std::to_string(i);
      ask_as(i);
    }
  });
  run(1001);
  EXPECT_EQ(outcomes[Outcome::TOO_MANY_WAITERS], 3U);
  EXPECT_EQ(outcomes[Outcome::TOO_MANY_PLACES], ::mutex::MAX_WAITERS);
}

TEST_P(Sessions, use_nothing_up_by_giving_up) {
  Answer held = unanswered;
  Answer waiting = unanswered;
  Answer last = unanswered;
  Answer released = unanswered;
  std::map<Outcome, unsigned> outcomes;
  acquire(1000, 1, wish_of('a', no_wait), held);
  constexpr unsigned polls = 2 * ::mutex::MAX_WAITERS;
  for (unsigned i = 0; i < polls; ++i) {
    acquire(1100 + 10 * i, 2, wish_of('b', no_wait, std::chrono::milliseconds(100)),
            [&](const Answer& answer) { ++outcomes[answer.outcome()]; });
    simulation_.ask(1105 + 10 * i, 2, [](Locks& locks) { locks.release(holding_of('b', 0), [](const Answer&) {}); });
  }
  acquire(1500, 2, wish_of('c', long_wait), waiting);
  acquire(5500, 2, wish_of('d', long_wait), last);
  release(6000, 1, 'a', ::mutex::NO_TOKEN, released);
  run(7000);
  EXPECT_EQ(held.outcome(), Outcome::GRANTED);
  EXPECT_EQ(outcomes, (std::map<Outcome, unsigned>{{Outcome::TIMED_OUT, polls}}));
  EXPECT_EQ(waiting.outcome(), Outcome::GRANTED) << "who came first is first";
  EXPECT_EQ(last, unanswered);
}

TEST_P(Sessions, may_come_where_all_others_have_given_up) {
  const auto as = [](unsigned number) {
    Session session = session_of('b');
    session[1] = static_cast<std::byte>(number);
    return session;
  };
  Answer held = unanswered;
  Answer last = unanswered;
  std::map<Outcome, unsigned> outcomes;
  acquire(1000, 1, wish_of('a', no_wait), held);
  simulation_.ask(1100, 2, [&](Locks& locks) {
    for (unsigned i = 0; i < ::mutex::MAX_WAITERS; ++i) {
      Wish wish = wish_of('b', long_wait);
      wish.session = as(i);
      locks.acquire(wish, [&](const Answer& answer) { ++outcomes[answer.outcome()]; });
    }
  });
  simulation_.ask(1200, 2, [&](Locks& locks) {
    for (unsigned i = 0; i < ::mutex::MAX_WAITERS; ++i) {
      Holding holding = holding_of('b', ::mutex::NO_TOKEN);
      holding.session = as(i);
      locks.release(holding, [](const Answer&) {});
    }
  });
  acquire(1300, 2, wish_of('c', no_wait), last);
  run(3000);
  EXPECT_EQ(held.outcome(), Outcome::GRANTED);
  EXPECT_EQ(outcomes, (std::map<Outcome, unsigned>{{Outcome::TIMED_OUT, ::mutex::MAX_WAITERS}}));
  EXPECT_EQ(last.outcome(), Outcome::TIMED_OUT);
}

TEST_P(Sessions, do_not_inherit_the_turn_of_who_has_given_up) {
  for (const MemberId other : {2U, 3U}) {
    Simulation simulation(algorithms.at(GetParam()), 1, {.members = 3});
    std::string order;
    const auto come = [&](Milliseconds when, MemberId at, char who) {
      simulation.ask(when, at, [&simulation, &order, at, who](Locks& locks) {
        locks.acquire(wish_of(who, long_wait), [&simulation, &order, at, who](const Answer& answer) {
          if (answer.outcome() != Outcome::GRANTED) return;
          order += who;
          simulation.ask(2000 + 100 * order.size(), at, [who](Locks& there) {
            there.release(holding_of(who, ::mutex::NO_TOKEN), [](const Answer&) {});
          });
        });
      });
    };
    come(1000, 3, 'h');
    come(1100, 1, 'a');
    come(1200, other, 'b');
    simulation.ask(1300, 1, [](Locks& locks) { locks.release(holding_of('a', 0), [](const Answer&) {}); });
    come(1400, 1, 'c');
    simulation.run(5000, 0, 1, 0);
    EXPECT_EQ(order, "hbc") << other;
  }
}

TEST_P(Sessions, lose_nothing_where_another_member_dies_and_returns) {
  Answer held = unanswered;
  Answer meanwhile = unanswered;
  Answer after = unanswered;
  acquire(1000, 2, wish_of('a', no_wait), held);
  simulation_.at(1500, [this] { simulation_.crash(3); });
  renew(3000, 2, 'a', held, meanwhile);
  simulation_.at(3500, [this] { simulation_.start(3); });
  renew(6000, 2, 'a', held, after);
  run(7000);
  ASSERT_EQ(held.outcome(), Outcome::GRANTED);
  EXPECT_EQ(meanwhile.outcome(), Outcome::GRANTED);
  EXPECT_EQ(after.outcome(), Outcome::GRANTED);
}

TEST_P(Sessions, of_a_member_that_has_died_do_not_block_the_living) {
  Answer dead = unanswered;
  Answer answer = unanswered;
  acquire(1000, 1, wish_of('a', no_wait), dead);
  acquire(1200, 2, wish_of('b', long_wait), answer);
  simulation_.at(2960, [this] { simulation_.crash(1); });
  run(4000);
  ASSERT_EQ(answer.outcome(), Outcome::GRANTED);
  EXPECT_GT(answer.grant().token, dead.grant().token);
}

// Those that are started again have promised what they do not know any more: not to go on without the last.
TEST_P(Sessions, are_not_granted_what_is_sure_elsewhere_by_members_that_have_forgotten) {
  Answer held = unanswered;
  Answer still_held = unanswered;
  Answer other = unanswered;
  Answer other_early = unanswered;
  acquire(1000, 3, wish_of('a', no_wait), held);
  simulation_.at(2960, [this] { simulation_.crash(1); });
  renew(3000, 3, 'a', held, still_held);
  simulation_.at(3001, [this] {
    simulation_.crash(2);
    simulation_.crash(3);
    simulation_.start(1);
    simulation_.start(2);
  });
  acquire(3002, 1, wish_of('b', long_wait), other);
  // It was sure for three quarters of a lease at least, of 200 ms.
  simulation_.at(3145, [&] { other_early = other; });
  run(5000);
  ASSERT_EQ(still_held.outcome(), Outcome::GRANTED);
  EXPECT_GE(still_held.grant().sure, nanoseconds(std::chrono::milliseconds(145)));
  EXPECT_EQ(other_early, unanswered);
  EXPECT_EQ(other.outcome(), Outcome::GRANTED);
}

TEST_P(Sessions, are_not_granted_by_a_word_that_counts_twice) {
  Simulation simulation(algorithms.at(GetParam()), 1, {.members = 5});
  Answer held = unanswered;
  Answer renewed = unanswered;
  Answer other = unanswered;
  const auto ask = [&](Milliseconds when, MemberId at, char who, Answer& answer) {
    simulation.ask(when, at, [who, &answer](Locks& locks) {
      locks.acquire(wish_of(who, long_wait), [&answer](const Answer& said) { answer = said; });
    });
  };
  ask(1000, 5, 'a', held);
  // 3 and 5 are cut off, and 5 reaches 3 for 4 too.
  constexpr MemberId nobody_there = 9;
  simulation.at(1500, [&] {
    for (const MemberId few : {3U, 5U})
      for (const MemberId many : {1U, 2U, 4U}) {
        simulation.mislead(few, many, nobody_there);
        simulation.mislead(many, few, nobody_there);
      }
    simulation.mislead(5, 4, 3);
  });
  ask(1600, 1, 'b', other);
  simulation.ask(3000, 5, [&](Locks& locks) {
    locks.renew(holding_of('a', held.grant().token), [&](const Answer& said) { renewed = said; });
  });
  simulation.run(5000, 0, 1, 0);
  EXPECT_EQ(held.outcome(), Outcome::GRANTED);
  EXPECT_NE(renewed.outcome(), Outcome::GRANTED);
  EXPECT_EQ(other.outcome(), Outcome::GRANTED);
  EXPECT_EQ(simulation.fault(5, 4), ::mutex::Fault::WRONG_URI);
  EXPECT_EQ(simulation.fault(5, 3), ::mutex::Fault::NO_FAULT);
}

TEST_P(Sessions, are_served_where_two_members_do_not_reach_each_other) {
  constexpr MemberId nobody_there = 9;
  for (const auto& [from, to] : {std::pair{2U, 3U}, {3U, 2U}, {1U, 3U}, {3U, 1U}, {1U, 2U}, {2U, 1U}}) {
    Simulation simulation(algorithms.at(GetParam()), 1, {.members = 3});
    Answer cut_off = unanswered;
    std::size_t grants = 0;
    simulation.at(1000, [&, from = from, to = to] { simulation.mislead(from, to, nobody_there); });
    simulation.ask(1100, from, [&](Locks& locks) {
      locks.acquire(wish_of('x', long_wait, std::chrono::milliseconds(100)),
                    [&](const Answer& said) { cut_off = said; });
    });
    for (const MemberId id : {1U, 2U, 3U})
      simulation.ask(3000 + id, id, [&, who = static_cast<char>('a' + id)](Locks& locks) {
        locks.acquire(wish_of(who, long_wait, std::chrono::milliseconds(100)),
                      [&](const Answer& said) { grants += said.outcome() == Outcome::GRANTED ? 1 : 0; });
      });
    std::array<ViewNumber, 3> views{};
    simulation.at(6000, [&] {
      for (const MemberId id : {1U, 2U, 3U}) views[id - 1] = simulation.view(id);
    });
    simulation.run(20'000, 0, 1, 0);
    EXPECT_GE(grants, 2U) << from << " to " << to;
    for (const MemberId id : {1U, 2U, 3U})
      EXPECT_EQ(simulation.view(id), views[id - 1]) << id << " where " << from << " cannot call " << to;
  }
}

TEST_P(Sessions, are_not_disturbed_by_a_member_that_cannot_be_called) {
  constexpr MemberId nobody_there = 9;
  ViewNumber view = 0;
  simulation_.at(1000, [&] {
    for (const MemberId id : {1U, 3U}) simulation_.mislead(id, 2, nobody_there);
    simulation_.crash(2);
  });
  simulation_.at(1500, [&] { simulation_.start(2); });
  simulation_.at(4000, [&] { view = simulation_.view(1); });
  run(20'000);
  EXPECT_GT(view, 0U);
  EXPECT_EQ(simulation_.view(1), view);
  EXPECT_EQ(simulation_.view(3), view);
  EXPECT_EQ(simulation_.fault(1, 2), ::mutex::Fault::UNREACHED);
  EXPECT_EQ(simulation_.fault(2, 1), ::mutex::Fault::NO_FAULT);
}

TEST_P(Sessions, have_nothing_without_a_majority) {
  Answer held = unanswered;
  Answer renewed = unanswered;
  Answer refused = unanswered;
  acquire(1000, 1, wish_of('a', no_wait), held);
  simulation_.at(1500, [this] {
    simulation_.crash(2);
    simulation_.crash(3);
  });
  renew(3000, 1, 'a', held, renewed);
  acquire(3000, 1, wish_of('b', no_wait), refused);
  run(4000);
  ASSERT_EQ(held.outcome(), Outcome::GRANTED);
  EXPECT_EQ(renewed.outcome(), Outcome::NOT_THE_HOLDER);
  EXPECT_EQ(refused.outcome(), Outcome::NO_MAJORITY);
}

TEST_P(Sessions, are_granted_nothing_new_while_a_majority_may_be_lost_and_keep_their_places) {
  Answer held = unanswered;
  Answer released = unanswered;
  std::string order;
  const auto come = [&](Milliseconds when, char who) {
    acquire(when, 1, wish_of(who, long_wait), [this, who, &order](const Answer& answer) {
      ASSERT_EQ(answer.outcome(), Outcome::GRANTED);
      order += who;
      simulation_.ask(5000 + 100 * order.size(), 1,
                      [who](Locks& locks) { locks.release(holding_of(who, ::mutex::NO_TOKEN), [](const Answer&) {}); });
    });
  };
  acquire(1000, 1, wish_of('a', no_wait), held);
  come(1200, 'b');
  come(1300, 'c');
  simulation_.at(1500, [this] {
    simulation_.crash(2);
    simulation_.crash(3);
  });
  // The member is sure for less than a third of its lease of 200 ms then, and soon of nothing.
  release(1640, 1, 'a', ::mutex::NO_TOKEN, released);
  simulation_.at(2000, [&] {
    EXPECT_EQ(released.outcome(), Outcome::RELEASED);
    EXPECT_EQ(order, "");
    simulation_.start(2);
    simulation_.start(3);
  });
  run(7000);
  EXPECT_EQ(held.outcome(), Outcome::GRANTED);
  EXPECT_EQ(order, "bc");
}

TEST_P(Sessions, that_give_up_waiting_for_what_is_held_back_are_not_told_that_they_hold_it) {
  Answer held = unanswered;
  Answer waited = unanswered;
  Answer released = unanswered;
  acquire(1000, 1, wish_of('a', no_wait), held);
  acquire(1200, 1, wish_of('b', std::chrono::milliseconds(441)), waited);
  simulation_.at(1500, [this] {
    simulation_.crash(2);
    simulation_.crash(3);
  });
  release(1635, 1, 'a', ::mutex::NO_TOKEN, released);
  run(3000);
  ASSERT_EQ(released.outcome(), Outcome::RELEASED);
  EXPECT_EQ(waited, Answer::with_queue({}));
}

TEST_P(Sessions, leave_no_lock_behind_that_nobody_wants) {
  constexpr unsigned locks = 2 * ::mutex::MAX_LOCKS;
  unsigned grants = 0;
  for (unsigned i = 0; i < locks; ++i)
    simulation_.ask(1000 + 2 * i, 1, [i, &grants](Locks& at) {
      Wish wish = wish_of('a', long_wait, std::chrono::milliseconds(100));
      wish.lock = "lock " + std::to_string(i);
      at.acquire(wish, [&grants](const Answer& answer) { grants += answer.outcome() == Outcome::GRANTED ? 1 : 0; });
    });
  run(8000);
  EXPECT_EQ(grants, locks);
  for (const MemberId id : {1U, 2U, 3U}) EXPECT_LE(simulation_.known_locks(id), ::mutex::MAX_LOCKS / 2) << id;
}

TEST_P(Sessions, may_want_more_locks_one_after_another_than_a_member_knows_at_once) {
  constexpr unsigned locks = 3 * ::mutex::MAX_LOCKS;
  for (const MemberId at : {1U, 2U, 3U}) {
    Simulation simulation(algorithms.at(GetParam()), at, {.members = 3, .lease = 60'000});
    std::map<Outcome, unsigned> outcomes;
    for (unsigned number = 0; number < locks; ++number) {
      simulation.ask(120'000 + 50 * number, at, [&outcomes, number](Locks& member) {
        Wish wish = wish_of('a', long_wait);
        wish.lock = "lock " + std::to_string(number);
        member.acquire(wish, [&outcomes](const Answer& answer) { ++outcomes[answer.outcome()]; });
      });
      simulation.ask(120'000 + 50 * number + 45, at, [number](Locks& member) {
        Holding holding = holding_of('a', ::mutex::NO_TOKEN);
        holding.lock = "lock " + std::to_string(number);
        member.release(holding, [](const Answer&) {});
      });
    }
    simulation.run(120'000 + 50 * locks + 1000, 0, 1, 0);
    EXPECT_EQ(outcomes, (std::map<Outcome, unsigned>{{Outcome::GRANTED, locks}})) << at;
    for (const MemberId id : {1U, 2U, 3U}) EXPECT_LE(simulation.known_locks(id), ::mutex::MAX_LOCKS / 2) << id;
  }
}

TEST_P(Sessions, are_told_that_their_member_ends) {
  Answer held = unanswered;
  Answer waiting = unanswered;
  Answer renewed = unanswered;
  Answer elsewhere = unanswered;
  Answer still_held = unanswered;
  bool has_ended = false;
  bool has_ended_early = false;
  acquire(1000, 1, wish_of('a', no_wait), held);
  acquire(1200, 1, wish_of('b', long_wait), waiting);
  acquire(1300, 2, wish_of('c', long_wait), elsewhere);
  renew(1499, 1, 'a', held, still_held);
  simulation_.ask(1500, 1, [&](Locks& locks) { locks.end([&] { has_ended = true; }); });
  simulation_.at(1501, [&] { has_ended_early = has_ended; });
  renew(1520, 1, 'a', held, renewed);
  run(3000);
  EXPECT_EQ(waiting.outcome(), Outcome::ENDING);
  EXPECT_EQ(renewed.outcome(), Outcome::ENDING);
  EXPECT_FALSE(has_ended_early) << "its client may still rely on the lock";
  EXPECT_TRUE(has_ended);
  EXPECT_EQ(elsewhere.outcome(), Outcome::GRANTED);
}

TEST_P(Sessions, are_in_the_status_of_every_member) {
  Answer held = unanswered;
  Answer waiting = unanswered;
  Status status = Outcome::UNREACHABLE;
  Status unknown = Outcome::UNREACHABLE;
  acquire(1000, 1, wish_of('a', no_wait), held);
  acquire(1200, 2, wish_of('b', long_wait), waiting);
  simulation_.ask(1500, 3, [&](Locks& locks) {
    locks.status("", [&](const Status& said) { status = said; });
    locks.status("window", [&](const Status& said) { unknown = said; });
  });
  run(2000);
  EXPECT_EQ(unknown.outcome(), Outcome::UNKNOWN_LOCK);
  EXPECT_TRUE(unknown.report().locks.empty());
  EXPECT_EQ(unknown.report().peers.size(), 3U) << "who was asked is told all the same";
  ASSERT_EQ(status.outcome(), Outcome::GRANTED);
  const ::mutex::Report& report = status.report();
  EXPECT_EQ(report.peers.size(), 3U);
  ASSERT_EQ(report.locks.size(), 1U);
  EXPECT_EQ(report.locks[0].name, "door");
  ASSERT_TRUE(report.locks[0].holder);
  EXPECT_EQ(report.locks[0].holder->who, "a");
  ASSERT_EQ(report.locks[0].waiting.size(), 1U);
  EXPECT_EQ(report.locks[0].waiting[0].who, "b");
}

INSTANTIATE_TEST_SUITE_P(Algorithms, Sessions, testing::Values("lamport", "ricart-agrawala", "suzuki-kasami"),
                         [](const auto& parameter) {
                           std::string name = parameter.param;
                           std::erase(name, '-');
                           return name;
                         });

}  // namespace
}  // namespace services::locks
