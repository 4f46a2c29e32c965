// What one node answers, asks and keeps: the test is its network and its clock.
#include "services/election/service.h"
#include "tests/services/election/simulation.h"

#include <onc/server/in_memory.h>

#include <gtest/gtest.h>

#include <limits>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;
using election::Condition;
using election::Fault;

constexpr Span lease = Simulation::lease;
constexpr Life life = 1;

// One of three, served.
struct Served : Outside, Elector {
  explicit Served(const std::optional<Kept>& before = {}) : kept(before) {
    network.add(service);
    all_are_at_home();
  }

  election::Reply on_call(const Call& call) override { return node.on_call(call, now); }
  election::Status status() override { return node.status(now); }
  election::Reply resign() override {
    const Answer answer = node.resign(now);
    return {.answer = answer,
            .coordinator = node.status(now).coordinator,
            .term = node.term(),
            .node = node.self(),
            .life = life};
  }
  void leave(std::function<void()> left) override { left(); }
  void send(const Call& call) override { sent.push_back(call); }
  void keep(const Kept& next) override { kept = next; }
  void found(Id, Fault fault, Id) override { faults.push_back(fault); }

  // Until it has sent something of this kind.
  Call wait_for(Call::Kind kind) {
    for (int turns = 0; turns < 1000; ++turns) {
      for (const Call& call : sent)
        if (call.kind == kind) return call;
      now = std::max(now, node.next_timer());
      node.on_timer(now);
    }
    ADD_FAILURE() << "it was not sent";
    return {};
  }
  void forget_sent() { sent.clear(); }
  bool has_sent(Call::Kind kind) const {
    return std::any_of(sent.begin(), sent.end(), [&](const Call& call) { return call.kind == kind; });
  }

  void answer(const Call& call, Answer answer, Term term, Life by = life) {
    node.on_reply(call, {.answer = answer, .coordinator = nobody, .term = term, .node = call.to, .life = by}, now);
  }
  // At the URI of `id` answers this life.
  void is_at_home(Id id, Life there) {
    Call asked;
    asked.to = id;
    asked.sent = now;
    node.on_reply(asked, {.answer = Answer::DONE, .coordinator = nobody, .term = 0, .node = id, .life = there}, now);
  }
  void all_are_at_home() {
    for (const Id id : {1U, 3U}) is_at_home(id, life);
  }

  election::Office office(Id sender, Id coordinator, Term term) const {
    return {.sender = {sender, group.fingerprint(), 2, life}, .coordinator = coordinator, .term = term, .held = 0};
  }
  election::Round round(Id sender, std::vector<Id> collected) const {
    return {.sender = {sender, group.fingerprint(), 2, life}, .collected = std::move(collected)};
  }

  Group group{{1, 2, 3}, Algorithm::RING, lease};
  Moment now = Moment(100h);
  std::optional<Kept> kept;
  std::vector<Call> sent;
  std::vector<Fault> faults;
  Node node{group, 2, kept, now, life, *this};
  ElectionV1 service{*this};
  onc::rpc::InMemory network;
  election::ELECTION::v1::Client client{network.connect()};
};

TEST(election_v1, collects_who_is_alive_and_passes_it_on) {
  Served served;
  EXPECT_EQ(served.client.ELECT(served.round(1, {1})).answer, Answer::DONE);
  const Call passed = served.wait_for(Call::Kind::elect);
  EXPECT_EQ(passed.to, 3U);
  EXPECT_EQ(passed.collected, (std::vector<Id>{1, 2}));
  // Who does not answer is skipped: after 3 comes 1.
  served.forget_sent();
  served.node.on_failure(passed, served.now);
  EXPECT_EQ(served.wait_for(Call::Kind::elect).to, 1U);
}

TEST(election_v1, passes_on_no_round_that_would_never_end) {
  Served served;
  // It has promised to stand by another, which has resigned.
  ASSERT_EQ(served.client.RENEW(served.office(3, 3, 1)).answer, Answer::DONE);
  served.client.HEARTBEAT(served.office(3, nobody, 1));
  const auto is_passed_on = [&](std::vector<Id> collected) {
    served.forget_sent();
    served.client.ELECT(served.round(1, std::move(collected)));
    return served.has_sent(Call::Kind::elect);
  };
  EXPECT_FALSE(is_passed_on({}));
  EXPECT_TRUE(is_passed_on({3}));
  served.now += 2 * lease;
  served.all_are_at_home();
  ASSERT_EQ(served.client.RENEW(served.office(1, 1, 2)).answer, Answer::DONE);
  served.client.HEARTBEAT(served.office(1, nobody, 2));
  EXPECT_FALSE(is_passed_on({3}));
  EXPECT_TRUE(is_passed_on({1, 3}));
  served.now += 2 * lease;
  served.all_are_at_home();
  served.client.HEARTBEAT(served.office(1, nobody, 2));
  EXPECT_TRUE(is_passed_on({3}));  // with itself
}

TEST(election_v1, stands_where_it_is_the_highest_of_those_collected) {
  Served served;
  EXPECT_EQ(served.client.ELECT(served.round(1, {1, 2})).answer, Answer::DONE);
  const Call vote = served.wait_for(Call::Kind::vote);
  EXPECT_EQ(vote.office.term, 1U);
  EXPECT_EQ(served.kept, (Kept{1, 2, lease, life}));
  served.answer(vote, Answer::DONE, 1);
  EXPECT_EQ(served.client.STATUS().coordinator, 2U);
  EXPECT_EQ(served.wait_for(Call::Kind::coordinator).to, 3U);
  EXPECT_EQ(served.client.ELECT(served.round(1, {1})).answer, Answer::HAS_COORDINATOR);
}

TEST(election_v1, counts_no_votes_of_an_earlier_term) {
  Served served;
  served.client.ELECT(served.round(1, {1, 2}));
  const Call vote = served.wait_for(Call::Kind::vote);
  served.answer(vote, Answer::TOO_OLD, 5);
  served.client.ELECT(served.round(1, {1, 2}));
  ASSERT_EQ(served.kept, (Kept{6, 2, lease, life}));
  served.answer(vote, Answer::DONE, 1);
  EXPECT_NE(served.client.STATUS().condition, Condition::LED);
}

TEST(election_v1, leads_no_longer_than_from_when_it_asked) {
  Served served;
  served.client.ELECT(served.round(1, {1, 2}));
  const Call vote = served.wait_for(Call::Kind::vote);
  served.now = vote.sent + lease / 2;
  served.answer(vote, Answer::DONE, 1);
  EXPECT_EQ(served.client.STATUS().sure, static_cast<std::uint64_t>((shortened(lease) - lease / 2).count()));
  served.now = vote.sent + shortened(lease);
  EXPECT_EQ(served.client.STATUS().sure, 0U);
  EXPECT_NE(served.client.STATUS().condition, Condition::LED);
}

TEST(election_v1, follows_a_coordinator_and_says_since_when) {
  Served served;
  election::Office office = served.office(3, 3, 7);
  office.held = 5'000'000'000;
  EXPECT_EQ(served.client.RENEW(office), (election::Reply{Answer::DONE, 3, 7, 2, life}));
  served.now += 100ms;
  const auto status = served.client.STATUS();
  EXPECT_EQ(status.condition, Condition::LED);
  EXPECT_EQ(status.coordinator, 3U);
  EXPECT_EQ(status.term, 7U);
  EXPECT_EQ(status.held, 5'100'000'000U);
  EXPECT_EQ(status.peers[2].id, 3U);
  EXPECT_EQ(served.client.RESIGN(), (election::Reply{Answer::NOT_COORDINATOR, 3, 7, 2, life}));
  // It has left office.
  served.client.HEARTBEAT(served.office(3, nobody, 7));
  EXPECT_EQ(served.client.STATUS().condition, Condition::NO_COORDINATOR);
}

TEST(election_v1, listens_to_its_group_only) {
  Served served;
  const auto vote = [&](election::Office office) { return served.client.VOTE(office).answer; };
  EXPECT_EQ(vote(served.office(4, 4, 1)), Answer::OTHER_GROUP);
  EXPECT_EQ(vote(served.office(2, 2, 1)), Answer::OTHER_GROUP);  // it itself, or one that says so
  EXPECT_EQ(vote(served.office(1, 3, 1)), Answer::OTHER_GROUP);  // for another
  auto other_lease = served.office(1, 1, 1);
  other_lease.sender.group = Group({1, 2, 3}, Algorithm::RING, 2 * lease).fingerprint();
  EXPECT_EQ(vote(other_lease), Answer::OTHER_GROUP);
  EXPECT_EQ(served.client.COORDINATOR(served.office(1, 9, 1)).answer, Answer::OTHER_GROUP);
  EXPECT_EQ(served.client.ELECT(served.round(1, {1, 9})).answer, Answer::OTHER_GROUP);
  EXPECT_EQ(served.kept, std::nullopt);
  auto without_a_life = served.office(1, 1, 1);
  without_a_life.sender.life = 0;
  EXPECT_EQ(vote(without_a_life), Answer::OTHER_GROUP);
  EXPECT_EQ(vote(served.office(1, 1, 1)), Answer::DONE);
}

// Whose former process was killed a moment ago.
TEST(election_v1, asks_at_once_who_is_there_where_one_is_heard_that_was_restarted) {
  Served served;
  auto office = served.office(1, 1, 1);
  office.sender.life = 2;
  EXPECT_EQ(served.client.VOTE(office).answer, Answer::UNCONFIRMED);
  ASSERT_EQ(served.sent.size(), 1U);
  EXPECT_EQ(served.sent[0].kind, Call::Kind::heartbeat);
  EXPECT_EQ(served.sent[0].to, 1U);
  served.is_at_home(1, 2);
  EXPECT_EQ(served.client.HEARTBEAT(office).answer, Answer::DONE);
  EXPECT_TRUE(served.faults.empty());
}

// Which may be heard yet, and be somewhere else.
TEST(election_v1, gives_who_took_the_place_of_another_no_word_before_that_one_could_be_heard) {
  Served served;
  auto office = served.office(1, 1, 1);
  office.sender.life = 2;
  served.is_at_home(1, 2);
  served.now += lease / 2 - 1ns;
  EXPECT_EQ(served.client.VOTE(office).answer, Answer::UNCONFIRMED);
  EXPECT_EQ(served.client.RENEW(office).answer, Answer::UNCONFIRMED);
  EXPECT_EQ(served.kept, std::nullopt);
  served.now += 1ns;
  EXPECT_EQ(served.client.VOTE(office).answer, Answer::DONE);
  EXPECT_EQ(served.client.RENEW(office).answer, Answer::DONE);
  EXPECT_EQ(served.kept, (Kept{1, 1, lease, 2}));
}

TEST(election_v1, counts_no_word_of_who_took_the_place_of_another_before_that_one_could_be_heard) {
  Served served;
  served.client.ELECT(served.round(1, {1, 2}));
  const Call vote = served.wait_for(Call::Kind::vote);
  served.is_at_home(vote.to, 2);
  served.answer(vote, Answer::DONE, 1, 2);
  EXPECT_NE(served.client.STATUS().condition, Condition::LED);
  served.now += lease / 2;
  served.answer(vote, Answer::DONE, 1, 2);
  EXPECT_EQ(served.client.STATUS().coordinator, 2U);
}

TEST(election_v1, is_not_renewed_by_who_took_the_place_of_another_before_that_one_could_be_heard) {
  Served served;
  served.client.ELECT(served.round(1, {1, 2}));
  const Call vote = served.wait_for(Call::Kind::vote);
  served.answer(vote, Answer::DONE, 1);
  const auto renewed = [&] {
    served.forget_sent();
    const Call renewal = served.wait_for(Call::Kind::renew);
    const auto before = served.node.sure_until();
    served.answer(renewal, Answer::DONE, 1, 2);
    return served.node.sure_until() > before;
  };
  served.is_at_home(vote.to, 2);
  EXPECT_FALSE(renewed());
  served.now += lease / 2;
  EXPECT_TRUE(renewed());
}

TEST(election_v1, asks_no_more_often_than_it_asks_all_whatever_it_hears) {
  Served served;
  auto office = served.office(1, nobody, 1);
  const auto hear = [&] {
    for (office.sender.life = 2; office.sender.life < 10; ++office.sender.life) served.client.HEARTBEAT(office);
  };
  hear();
  EXPECT_EQ(served.sent.size(), 1U);
  served.now += served.group.interval() - 1ns;
  hear();
  EXPECT_EQ(served.sent.size(), 1U);
  served.now += 1ns;
  hear();
  EXPECT_EQ(served.sent.size(), 2U);
  office.sender.id = 3;
  hear();
  EXPECT_EQ(served.sent.size(), 3U);
}

TEST(election_v1, heeds_nobody_but_who_answers_at_its_uri) {
  Served served;
  auto office = served.office(1, 1, 1);
  auto round = served.round(1, {1});
  const auto expect_unheeded = [&](Life caller) {
    office.sender.life = round.sender.life = caller;
    EXPECT_EQ(served.client.VOTE(office).answer, Answer::UNCONFIRMED);
    EXPECT_EQ(served.client.RENEW(office).answer, Answer::UNCONFIRMED);
    EXPECT_EQ(served.client.COORDINATOR(office).answer, Answer::UNCONFIRMED);
    EXPECT_EQ(served.client.HEARTBEAT(office).answer, Answer::UNCONFIRMED);
    EXPECT_EQ(served.client.ELECT(round).answer, Answer::UNCONFIRMED);
    EXPECT_NE(served.client.STATUS().condition, Condition::LED);
    EXPECT_FALSE(served.client.STATUS().peers[0].known);
    EXPECT_EQ(served.kept, std::nullopt);
  };
  expect_unheeded(2);
  // Another node does.
  Call asked;
  asked.to = 1;
  asked.sent = served.now;
  served.node.on_reply(asked, {.answer = Answer::DONE, .coordinator = nobody, .term = 0, .node = 3, .life = life},
                       served.now);
  expect_unheeded(life);
  served.is_at_home(1, life);
  served.now += lease + 1ns;
  expect_unheeded(life);
  // Its answer comes so late that it may have ended since.
  served.answer(asked, Answer::DONE, 0);
  expect_unheeded(life);
  served.is_at_home(1, life);
  EXPECT_EQ(served.client.RENEW(office).answer, Answer::DONE);
}

TEST(election_v1, goes_on_with_the_one_at_home_where_two_processes_say_they_are_one_node) {
  Served served;
  auto other = served.office(1, 1, 1);
  other.sender.life = 2;
  const auto expect = [&](Answer answer) {
    served.is_at_home(1, life);
    EXPECT_EQ(served.client.RENEW(other).answer, answer);
    EXPECT_EQ(served.client.RENEW(served.office(1, 1, 1)).answer, Answer::DONE);
    EXPECT_EQ(served.client.STATUS().coordinator, 1U);
  };
  // It may have been started for the first, or have been stopped and be heard late.
  for (int beat = 0; beat < 5; ++beat, served.now += lease / 4) expect(Answer::UNCONFIRMED);
  EXPECT_TRUE(served.faults.empty());
  served.forget_sent();
  for (int beat = 0; beat < 2; ++beat) expect(Answer::TWICE);
  EXPECT_TRUE(served.sent.empty()) << "nothing is left to ask";
  EXPECT_EQ(served.faults, (std::vector<Fault>{Fault::RUNS_TWICE}));
  EXPECT_EQ(served.client.STATUS().peers[0].fault, Fault::RUNS_TWICE);
  served.now += lease - 1ns;
  EXPECT_EQ(served.client.STATUS().peers[0].fault, Fault::RUNS_TWICE);
  served.now += 1ns;
  EXPECT_EQ(served.client.STATUS().peers[0].fault, Fault::NO_FAULT);
}

TEST(election_v1, says_so_where_another_process_answers_in_its_place) {
  Served served;
  const Call heartbeat = served.wait_for(Call::Kind::heartbeat);
  served.node.on_reply(
      heartbeat, {.answer = Answer::TWICE, .coordinator = nobody, .term = 0, .node = 4 - heartbeat.to, .life = life},
      served.now);
  EXPECT_EQ(served.faults, (std::vector<Fault>{Fault::WRONG_URI}));  // not by who was asked
  served.answer(heartbeat, Answer::TWICE, 0);
  served.answer(heartbeat, Answer::TWICE, 0);
  EXPECT_EQ(served.faults, (std::vector<Fault>{Fault::WRONG_URI, Fault::NO_FAULT, Fault::RUNS_TWICE}));
  EXPECT_EQ(served.client.STATUS().peers[1].fault, Fault::RUNS_TWICE);
  served.now += lease;
  EXPECT_EQ(served.client.STATUS().peers[1].fault, Fault::NO_FAULT);
}

TEST(election_v1, counts_no_word_of_who_does_not_heed_it) {
  for (const Answer unheeded : {Answer::UNCONFIRMED, Answer::TWICE}) {
    Served served;
    served.client.ELECT(served.round(1, {1}));
    const Call passed = served.wait_for(Call::Kind::elect);
    ASSERT_EQ(passed.to, 3U);
    served.forget_sent();
    served.answer(passed, unheeded, 0);
    EXPECT_EQ(served.wait_for(Call::Kind::elect).to, 1U);
    served.client.ELECT(served.round(1, {1, 2}));
    served.answer(served.wait_for(Call::Kind::vote), unheeded, 1);
    EXPECT_NE(served.client.STATUS().condition, Condition::LED);
  }
}

TEST(election_v1, does_not_answer_for_another) {
  Served served;
  election::Office office = served.office(1, 1, 1);
  office.sender.to = 3;
  EXPECT_EQ(served.client.VOTE(office), (election::Reply{Answer::OTHER_NODE, nobody, 0, 2, life}));
  EXPECT_EQ(served.kept, std::nullopt);
}

TEST(election_v1, counts_no_vote_of_who_was_not_asked) {
  Served served;
  served.client.ELECT(served.round(1, {1, 2}));
  const Call vote = served.wait_for(Call::Kind::vote);
  EXPECT_EQ(vote.office.sender.to, vote.to);
  election::Reply reply{.answer = Answer::DONE, .coordinator = nobody, .term = 1, .node = 2, .life = life};
  served.node.on_reply(vote, reply, served.now);
  EXPECT_NE(served.client.STATUS().condition, Condition::LED);
  EXPECT_EQ(served.faults, (std::vector<Fault>{Fault::WRONG_URI}));
  EXPECT_EQ(served.client.STATUS().peers[vote.to - 1].fault, Fault::WRONG_URI);
  reply.node = vote.to;
  served.node.on_reply(vote, reply, served.now);
  EXPECT_EQ(served.client.STATUS().condition, Condition::LED);
  EXPECT_EQ(served.faults, (std::vector<Fault>{Fault::WRONG_URI, Fault::NO_FAULT}));
}

TEST(election_v1, passes_on_what_came_to_another_than_was_meant) {
  Served served;
  served.client.ELECT(served.round(1, {1}));
  const Call passed = served.wait_for(Call::Kind::elect);
  ASSERT_EQ(passed.to, 3U);
  served.forget_sent();
  served.node.on_reply(passed, {.answer = Answer::OTHER_NODE, .coordinator = nobody, .term = 0, .node = 1}, served.now);
  EXPECT_EQ(served.wait_for(Call::Kind::elect).to, 1U);
}

TEST(election_v1, has_terms_left_whatever_it_is_told) {
  Served served;
  constexpr Term far = (Term{1} << 32) + 1;
  for (const Term term : {far, end_of_terms - 2, end_of_terms, std::numeric_limits<Term>::max()}) {
    EXPECT_EQ(served.client.VOTE(served.office(1, 1, term)).answer, Answer::IMPLAUSIBLE);
    EXPECT_EQ(served.client.RENEW(served.office(1, 1, term)).answer, Answer::IMPLAUSIBLE);
    EXPECT_EQ(served.client.COORDINATOR(served.office(1, 3, term)).answer, Answer::IMPLAUSIBLE);
  }
  EXPECT_EQ(served.client.STATUS().term, 0U);
  auto office = served.office(1, 1, far - 1);
  office.held = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(served.client.RENEW(office).answer, Answer::DONE);
  EXPECT_EQ(served.client.STATUS().term, far - 1);
}

TEST(election_v1, stands_in_no_term_past_the_last) {
  const Kept last{end_of_terms - 1, nobody, lease};
  Served served(last);
  EXPECT_EQ(served.client.VOTE(served.office(1, 1, end_of_terms)).answer, Answer::IMPLAUSIBLE);
  const auto hear = [&] {
    served.all_are_at_home();
    for (const Id id : {1U, 3U}) served.client.HEARTBEAT(served.office(id, nobody, 0));
  };
  for (const Moment end = served.now + 4 * lease; served.now < end; served.node.on_timer(served.now)) {
    served.now = std::max(served.now, served.node.next_timer());
    hear();
  }
  EXPECT_FALSE(served.has_sent(Call::Kind::elect));
  served.client.ELECT(served.round(1, {1}));
  EXPECT_EQ(served.wait_for(Call::Kind::elect).collected, (std::vector<Id>{1}));
  served.client.ELECT(served.round(1, {1, 2}));
  EXPECT_FALSE(served.has_sent(Call::Kind::vote));
  EXPECT_EQ(served.kept, last);
}

TEST(election_v1, adopts_no_implausible_term_from_an_answer) {
  Served served;
  served.client.ELECT(served.round(1, {1, 2}));
  const Call vote = served.wait_for(Call::Kind::vote);
  constexpr Term far = end_of_terms - 2;
  served.answer(vote, Answer::TOO_OLD, far);
  EXPECT_EQ(served.client.STATUS().term, 1U);
  EXPECT_EQ(served.faults, (std::vector<Fault>{Fault::WRONG_TERM}));
}

}  // namespace
