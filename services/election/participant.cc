#include "services/election/participant.h"

#include <onc/rpc/error.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace services::elections {

using election::Reply;

namespace {

// Who has not answered for so long is called anew, over another connection.
constexpr Span longest_call = std::chrono::seconds(10);
// Others learn in a lease what they were not told in so long.
constexpr Span longest_leave = std::chrono::seconds(1);

struct NotKept {};

Life new_life() {
  std::random_device random;
  Life life = 0;
  while (life == 0) life = Life{random()} << 32 | random();
  return life;
}

std::chrono::milliseconds patience(const Group& group) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::min(group.lease(), longest_call));
}

}  // namespace

Participant::Participant(const Group& group, Id self, Options options, const asio::any_io_executor& executor)
    : group_(group),
      options_(std::move(options)),
      executor_(executor),
      timer_(executor),
      leaving_(executor),
      node_(group, self, options_.kept, Clock::now(), new_life(), *this) {
  for (const std::string& uri : options_.uris)
    clients_.emplace_back(executor, uri, onc::rpc::ClientOptions{.timeout = patience(group)});
  set_timer();
}

Reply Participant::on_call(const Call& call) {
  Reply reply{.answer = Answer::UNABLE,
              .coordinator = nobody,
              .term = node_.term(),
              .node = node_.self(),
              .life = node_.life()};
  happen([&] { reply = node_.on_call(call, Clock::now()); });
  return reply;
}

election::Status Participant::status() {
  election::Status status = node_.status(Clock::now());
  for (std::size_t place = 0; place < status.peers.size(); ++place) status.peers[place].uri = options_.uris[place];
  return status;
}

Reply Participant::resign() {
  const Moment now = Clock::now();
  const Answer answer = node_.resign(now);
  set_timer();
  const election::Status status = node_.status(now);
  return {.answer = answer,
          .coordinator = status.coordinator,
          .term = status.term,
          .node = node_.self(),
          .life = node_.life()};
}

void Participant::leave(std::function<void()> left) {
  const Moment now = Clock::now();
  if (node_.resign(now) != Answer::DONE) return left();
  resigned_at_ = now;
  left_ = std::move(left);
  for (const Id id : group_.ids())
    if (id != node_.self()) untold_.insert(id);
  leaving_.expires_after(longest_leave);
  leaving_.async_wait([this](const asio::error_code& ended) {
    if (!ended) have_left();
  });
  // It tells them now.
  happen([&] { node_.on_timer(now); });
  if (untold_.empty()) have_left();
}

void Participant::ended(const Call& call) {
  if (call.kind != Call::Kind::heartbeat || call.sent < resigned_at_) return;
  if (untold_.erase(call.to) > 0 && untold_.empty()) have_left();
}

void Participant::have_left() {
  leaving_.cancel();
  if (left_) std::exchange(left_, nullptr)();
}

void Participant::set_timer() {
  timer_.expires_after(std::max(node_.next_timer() - Clock::now(), Span(0)));
  timer_.async_wait([this](const asio::error_code& ended) {
    if (!ended) happen([&] { node_.on_timer(Clock::now()); });
  });
}

template <class Event>
void Participant::happen(Event event) {
  try {
    event();
  } catch (const NotKept&) {
    // keep() has said so.
  } catch (const std::exception& error) {
    options_.warn(error.what());
  }
  set_timer();
}

void Participant::keep(const Kept& kept) try {
  options_.keep(kept);
  if (!std::exchange(is_able_, true)) options_.note("what this node promises can be written again");
} catch (const std::exception& error) {
  if (std::exchange(is_able_, false))
    options_.warn(std::string(error.what()) +
                  "; until that is mended this node gives nobody its vote, and is not elected");
  throw NotKept();
}

void Participant::send(const Call& call) { asio::co_spawn(executor_, carry(call), asio::detached); }

asio::awaitable<void> Participant::carry(Call call) {
  Client& client = clients_[*group_.place_of(call.to)];
  std::optional<Reply> reply;
  try {
    reply = co_await make(client, call);
  } catch (const onc::rpc::Error& error) {
    // TCP waits ever longer before it tries again, and would still do so when the network has healed.
    if (error.code() == onc::rpc::errc::timed_out) client.close();
  } catch (const std::exception& error) {
    options_.warn(error.what());
  }
  happen([&] {
    if (reply)
      node_.on_reply(call, *reply, Clock::now());
    else
      node_.on_failure(call, Clock::now());
  });
  ended(call);
}

asio::awaitable<Reply> Participant::make(Client& client, const Call& call) {
  switch (call.kind) {
    case Call::Kind::elect: {
      const election::Round round{.sender = call.office.sender, .collected = call.collected};
      return client.ELECT(round);
    }
    case Call::Kind::coordinator: return client.COORDINATOR(call.office);
    case Call::Kind::vote: return client.VOTE(call.office);
    case Call::Kind::renew: return client.RENEW(call.office);
    default: return client.HEARTBEAT(call.office);
  }
}

void Participant::took_office(Term term) {
  options_.note("node " + std::to_string(node_.self()) + " leads, in term " + std::to_string(term));
}

void Participant::lost_office(Term term) {
  options_.note("node " + std::to_string(node_.self()) + " leads no longer: its term " + std::to_string(term) +
                " is over");
}

void Participant::found(Id peer, election::Fault fault, Id answering) {
  using election::Fault;
  if (fault == Fault::NO_FAULT || std::exchange(told_[peer], fault) == fault) return;
  const std::string node = "node " + std::to_string(peer);
  if (fault == Fault::RUNS_TWICE && peer == node_.self())
    return options_.warn("another process answers where the others look for " + node +
                         ", so this one is not listened to; end one of the two, start this one with an --id of its "
                         "own, or mend --node " +
                         std::to_string(peer) + " wherever it is wrong");
  if (fault == Fault::RUNS_TWICE)
    return options_.warn("two processes say they are " + node + ": only the one that answers at " +
                         options_.uris[*group_.place_of(peer)] +
                         " is listened to; end the other, or start it with an --id of its own");
  if (fault == Fault::WRONG_GROUP)
    return options_.warn(node +
                         " has other nodes, another algorithm or another lease than this one, so neither listens to "
                         "the other; start all with the same");
  if (fault == Fault::WRONG_TERM)
    return options_.warn("the terms of " + node +
                         " and of this one are further apart than elections bring them, so neither listens to the "
                         "other; onc-electiond(8) says how to go on");
  options_.warn("at " + options_.uris[*group_.place_of(peer)] + ", where " + node + " is said to be, node " +
                std::to_string(answering) + " answers, and is not listened to; mend --node " + std::to_string(peer) +
                " wherever it is wrong");
}

}  // namespace services::elections
