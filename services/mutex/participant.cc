#include "services/mutex/participant.h"

#include "services/election/fingerprint.h"

#include <onc/rpc/error.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/post.hpp>

#include <algorithm>
#include <random>
#include <utility>

namespace services::locks {

using elections::Clock;

namespace {

// Who has not answered for so long is called anew, over another connection.
constexpr Span longest_call = std::chrono::seconds(10);

std::chrono::milliseconds rounded(Span span) { return std::chrono::ceil<std::chrono::milliseconds>(span); }

::mutex::Algorithm number_of(const std::string& algorithm) {
  if (algorithm == "lamport") return ::mutex::Algorithm::LAMPORT;
  return algorithm == "suzuki-kasami" ? ::mutex::Algorithm::SUZUKI_KASAMI : ::mutex::Algorithm::RICART_AGRAWALA;
}

// With what those of the same members, algorithm and lease share.
Participant::Options in_its_group(Participant::Options options) {
  elections::Fingerprint fingerprint;
  fingerprint.add(static_cast<std::uint64_t>(number_of(options.algorithm)));
  fingerprint.add(static_cast<std::uint64_t>(options.company.lease.count()));
  for (const MemberId id : options.company.all) fingerprint.add(id);
  options.company.group = fingerprint.value();
  return options;
}

Life any_life() {
  std::random_device random;
  return (static_cast<Life>(random()) << 32 | random()) | 1;
}

}  // namespace

Participant::Participant(Options options, const asio::any_io_executor& executor)
    : options_(in_its_group(std::move(options))),
      executor_(executor),
      timer_(executor),
      node_(options_.company, algorithms.at(options_.algorithm), options_.promised, any_life(), Clock::now(), *this),
      locks_(node_, {.now = Clock::now,
                     .look = [this](const LockName& lock, auto told) { look(lock, std::move(told)); },
                     .algorithm = number_of(options_.algorithm),
                     .uris = options_.uris}) {
  const onc::rpc::ClientOptions patient{.timeout = rounded(std::min(options_.company.lease, longest_call))};
  for (const auto& [id, uri] : options_.uris)
    if (id != options_.company.self) clients_.emplace(id, Client(executor, uri, patient));
}

// Whatever goes wrong here must not end the process, nor make it try again at once and without end.
void Participant::happened() {
  Span least(0);
  try {
    locks_.on_event();
    note_view();
  } catch (const std::exception& error) {
    options_.warn(error.what());
    least = options_.company.interval();
  }
  set_timer(least);
}

void Participant::set_timer(Span least) {
  if (has_ended_) return;
  constexpr Span longest = std::chrono::minutes(1);
  const Moment now = Clock::now();
  const Moment next = std::min({node_.next_timer(), locks_.next_timer(), now + longest});
  timer_.expires_after(std::max(next - now, least));
  timer_.async_wait([this](const asio::error_code& ended) {
    if (!ended && !has_ended_) happen([&] { node_.on_timer(Clock::now()); });
  });
}

void Participant::note_view() {
  const Membership& membership = node_.membership();
  const ViewNumber view = membership.is_in_view() ? membership.view() : ::mutex::NO_VIEW;
  // Between two views it is in none, which is not worth a word.
  if (view == noted_ || (view == ::mutex::NO_VIEW && membership.sure_until(Clock::now()) > Clock::now())) return;
  noted_ = view;
  if (view == ::mutex::NO_VIEW) return options_.note("too few members are heard: nothing is granted");
  std::string members;
  for (const MemberId id : membership.members()) members += " " + std::to_string(id);
  options_.note("view " + std::to_string(view) + ", of" + members);
}

template <class Event>
void Participant::happen(Event event) {
  try {
    event();
  } catch (const std::exception& error) {
    options_.warn(error.what());
  }
  happened();
}

template <class Result, class Then>
asio::awaitable<void> Participant::ask(MemberId to, asio::awaitable<Result> call, Then then) {
  std::optional<Result> result;
  try {
    result = co_await std::move(call);
  } catch (const onc::rpc::Error& error) {
    // TCP waits ever longer before it tries again, and would still do so when the network has healed.
    if (error.code() == onc::rpc::errc::timed_out) clients_.at(to).close();
  } catch (const std::exception& error) {
    options_.warn(error.what());
  }
  if (result && !has_ended_) happen([&] { then(*result); });
}

template <class Result, class Then>
void Participant::start(MemberId to, asio::awaitable<Result> call, Then then) {
  asio::co_spawn(executor_, ask(to, std::move(call), std::move(then)), asio::detached);
}

void Participant::send(const Question& question) {
  Client& client = clients_.at(question.to);
  const MemberId to = question.to;
  switch (question.kind) {
    case Question::Kind::renew:
      return start(
          to, client.GO_ON({group(), to, {options_.company.self, question.life}, question.view, question.reached}),
          [this, question](const ::mutex::Renewed& answer) { node_.on_renewed(question, answer, Clock::now()); });
    case Question::Kind::leave:
      return start(to, client.LEAVE({group(), to, node_.membership().self(), question.view}),
                   [this, question](const Leaving& answer) { node_.on_left(question, answer, Clock::now()); });
    case Question::Kind::begin: {
      Beginning beginning = *question.beginning;
      beginning.to = to;
      return start(to, client.BEGIN(beginning),
                   [this, question](const ::mutex::Begun& answer) { node_.on_begun(question, answer); });
    }
  }
}

void Participant::carry(MemberId to, const Parcel& parcel) {
  start(to, clients_.at(to).CARRY(parcel),
        [this, to](const Taken& taken) { node_.on_carried(to, taken, Clock::now()); });
}

void Participant::found(MemberId member, ::mutex::Fault fault, MemberId answering) {
  using ::mutex::Fault;
  if (fault == Fault::NO_FAULT || std::exchange(told_[member], fault) == fault) return;
  const std::string it = "member " + std::to_string(member);
  if (fault == Fault::WRONG_GROUP)
    return options_.warn(it +
                         " has other members, another algorithm or another lease than this one, so neither listens to "
                         "the other; start all with the same");
  if (fault == Fault::WRONG_VIEW)
    return options_.warn(it +
                         " has promised a view that is further ahead than any can be, and is done without; see \"The "
                         "state\" in onc-mutexd(8) for how to mend its file");
  if (fault == Fault::TWO_PROCESSES && member == options_.company.self)
    return options_.warn("another process answers where member " + std::to_string(answering) + " finds " + it +
                         ", so this one is not listened to; end one of the two, or start it with an --id of its own");
  if (fault == Fault::TWO_PROCESSES)
    return options_.warn("two processes run as " + it + ", and only the one that answers at " +
                         options_.uris.at(member) +
                         " is listened to; end the other, or start it with an --id of its own");
  options_.warn("at " + options_.uris.at(member) + ", where " + it + " is said to be, member " +
                std::to_string(answering) + " answers, and is not listened to; mend --node " + std::to_string(member) +
                " wherever it is wrong");
}

Places Participant::on_look(const ::mutex::Look& look) const {
  Places places;
  if (node_.is_meant(look.group, look.to) == ::mutex::Word::DONE) places = locks_.look(look.lock);
  places.member = options_.company.self;
  return places;
}

// What the others say, until the last of them has spoken or failed to.
struct Participant::Looking {
  std::size_t open;
  Backend::Told<std::vector<std::pair<MemberId, Places>>> told;
  std::vector<std::pair<MemberId, Places>> said = {};

  void is_done() {
    if (--open == 0) told(said);
  }
};

void Participant::look(const LockName& lock, Backend::Told<std::vector<std::pair<MemberId, Places>>> told) {
  const auto heard = [this, told = std::move(told)](const auto& said) {
    told(said);
    called();
  };
  const auto looking = std::make_shared<Looking>(Looking{1, heard});
  for (const auto& [id, client] : clients_) {
    if (!node_.membership().is_alive(id, Clock::now())) continue;
    ++looking->open;
    asio::co_spawn(executor_, look_at(id, lock, looking), asio::detached);
  }
  asio::post(executor_, [looking] { looking->is_done(); });
}

asio::awaitable<void> Participant::look_at(MemberId to, LockName lock, std::shared_ptr<Looking> looking) {
  const ::mutex::Look look{group(), to, std::move(lock)};
  try {
    auto hurried = clients_.at(to).within(rounded(std::min(options_.company.interval(), Locks::longest_question)));
    auto places = co_await hurried.LOOK(look);
    if (places.member == to) looking->said.emplace_back(to, std::move(places));
  } catch (const std::exception&) {
    // What it would have said is not known.
  }
  looking->is_done();
}

struct Participant::Parting {
  std::size_t open;
  std::function<void()> ended;

  void is_done() {
    if (--open == 0) ended();
  }
};

void Participant::end(std::function<void()> ended) {
  locks_.end([this, ended = std::move(ended)] {
    has_ended_ = true;
    timer_.cancel();
    const auto parting = std::make_shared<Parting>(Parting{clients_.size() + 1, ended});
    for (const auto& [id, client] : clients_) asio::co_spawn(executor_, part(id, parting), asio::detached);
    asio::post(executor_, [parting] { parting->is_done(); });
  });
}

asio::awaitable<void> Participant::part(MemberId from, std::shared_ptr<Parting> parting) {
  const ::mutex::Farewell farewell{group(), from, node_.membership().self()};
  try {
    auto hurried = clients_.at(from).within(std::chrono::milliseconds(500));
    co_await hurried.FAREWELL(farewell);
  } catch (const std::exception&) {
    // It will see that this one is silent.
  }
  parting->is_done();
}

}  // namespace services::locks
