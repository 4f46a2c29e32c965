#include "services/time/coordinator.h"

#include "services/time/refusals.h"
#include "services/time/resolver.h"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <deque>

#include "time.x.async.h"

namespace services::time {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::ceil;
using std::chrono::milliseconds;

// Of one round: whatever holds a message up now and then seldom holds up all of them.
constexpr int exchanges_in_a_round = 4;

// At the start, which waits for no name longer than this.
constexpr std::chrono::seconds longest_search(2);

struct PeerServer {
  explicit PeerServer(const std::string& uri) : name(uri), is_named(!is_numeric(uri)) {}

  std::string name;
  bool is_named;
  std::string place;  // its URI, with an address
  std::size_t places_tried = 0;
  std::optional<time_::TIME::v2::AsyncClient> client;  // nothing as long as its name is not found
  bool was_heard = true;
  std::string trouble;  // the last call's
  Refusals refusals;
  bool was_far = false;
};

onc::rpc::ClientOptions client_options(const Span& answer_within) {
  onc::rpc::ClientOptions options;
  options.timeout = ceil<milliseconds>(answer_within);
  // A message that was lost makes an exchange no better, but there is still time for the next.
  options.retransmit_after = std::max(milliseconds(10), ceil<milliseconds>(answer_within / 8));
  return options;
}

}  // namespace

// Its coroutines keep it, so that it is there as long as the executor has any of them.
class Coordinator::Group : public std::enable_shared_from_this<Coordinator::Group> {
 public:
  Group(const asio::any_io_executor& executor, Keeper& keeper, const GroupOptions& options,
        std::function<void(const std::string&)> note)
      : executor_(executor),
        keeper_(keeper),
        options_(options),
        note_(std::move(note)),
        next_round_(executor),
        all_heard_(executor),
        verdicts_(options.peers.size()) {
    for (const std::string& uri : options.peers) {
      PeerServer& peer = peers_.emplace_back(uri);
      if (!peer.is_named)
        place(peer, uri);
      else if (auto answer = resolver_.ask(uri))
        found(peer, *answer);
    }
    find_all();
  }

  void begin() { asio::co_spawn(executor_, coordinate(shared_from_this()), asio::detached); }

  void end() {
    has_ended_ = true;
    next_round_.cancel();
    all_heard_.cancel();
    for (PeerServer& peer : peers_)
      if (peer.client) peer.client->close();
  }

  void tell(time_::Status& status) const {
    status.coordinates = true;
    for (std::size_t i = 0; i < peers_.size(); ++i) status.peers.push_back(told(peers_[i].name, verdicts_[i]));
  }

 private:
  static time_::Peer told(const std::string& name, const Verdict& verdict) {
    const bool heard = verdict.measured.has_value();
    return {.name = name.substr(0, time_::MAX_NAME),
            .heard = heard,
            .left_out = verdict.is_left_out,
            .offset = heard ? verdict.measured->offset.count() : 0,
            .error = heard ? to_wire(Bound(verdict.measured->error)) : time_::UNKNOWN_DISTANCE};
  }

  void place(PeerServer& peer, const std::string& uri) {
    if (peer.place == uri) return;
    peer.place = uri;
    peer.client.emplace(executor_, uri, client_options(options_.rules.answer_within));
  }

  // Another of its addresses each time.
  void found(PeerServer& peer, const Resolver::Answer& answer) {
    if (answer.servers.empty())
      peer.trouble = answer.trouble;
    else
      place(peer, answer.servers[peer.places_tried++ % answer.servers.size()]);
  }

  // Says at once of which there is nothing to be found; they are looked up again before each round.
  void find_all() {
    const auto until = SteadyClock::now() + longest_search;
    for (PeerServer& peer : peers_) {
      if (peer.client) continue;
      peer.trouble = "its name is still being looked up";
      if (const auto answer = resolver_.wait(peer.name, until)) found(peer, *answer);
      if (!peer.client) note_change(peer, false);
    }
  }

  void find_again() {
    for (PeerServer& peer : peers_) {
      if (!peer.is_named || (peer.client && peer.was_heard)) continue;
      if (const auto answer = resolver_.ask(peer.name)) found(peer, *answer);
    }
  }

  static asio::awaitable<void> wait(asio::steady_timer& timer) {
    asio::error_code ended;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  }

  static asio::awaitable<void> coordinate(std::shared_ptr<Group> self) {
    while (!self->has_ended_) {
      self->next_round_.expires_after(ceil<SteadyClock::duration>(self->options_.interval));
      co_await self->have_round();
      if (!self->has_ended_) co_await wait(self->next_round_);
    }
  }

  asio::awaitable<void> have_round() {
    const auto round = std::make_shared<Round>(keeper_, peers_.size(), options_.rules);
    const auto until = SteadyClock::now() + ceil<SteadyClock::duration>(options_.rules.answer_within);
    all_heard_.expires_at(until + milliseconds(100));  // for those that answer just in time
    unheard_ = peers_.size();
    const std::uint64_t number = ++rounds_;
    find_again();
    for (std::size_t i = 0; i < peers_.size(); ++i)
      asio::co_spawn(executor_, ask(shared_from_this(), round, number, i, until), asio::detached);
    if (unheard_ != 0) co_await wait(all_heard_);
    if (has_ended_) co_return;
    auto verdicts = round->end();
    if (!verdicts) co_return;
    verdicts_ = std::move(*verdicts);
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      note_change(peers_[i], verdicts_[i].measured.has_value());
      if (verdicts_[i].measured) note_far(peers_[i], verdicts_[i].measured->offset);
      if (const auto& correction = verdicts_[i].correction)
        asio::co_spawn(executor_, correct(shared_from_this(), i, *correction), asio::detached);
    }
  }

  static asio::awaitable<void> ask(std::shared_ptr<Group> self, std::shared_ptr<Round> round, std::uint64_t number,
                                   std::size_t i, SteadyClock::time_point until) {
    PeerServer& peer = self->peers_[i];
    try {
      for (int time = 0; time < exchanges_in_a_round && peer.client; ++time) {
        const Instant begun = round->begin();
        auto call = peer.client->until(until).EXCHANGE(to_wire(begun));
        const time_::Exchange exchange = co_await std::move(call);
        if (self->has_ended_ || self->rounds_ != number) co_return;
        round->heard(i, begun, exchange);
      }
    } catch (const std::exception& error) {  // it is not heard, or heard less often
      peer.trouble = error.what();
    }
    if (self->rounds_ == number && --self->unheard_ == 0) self->all_heard_.cancel();
  }

  static asio::awaitable<void> correct(std::shared_ptr<Group> self, std::size_t i, time_::Correction correction) {
    PeerServer& peer = self->peers_[i];
    try {
      auto call = peer.client->CORRECT(correction);
      const time_::Answer answer = co_await std::move(call);
      if (!self->has_ended_) self->note_refusal(peer, answer);
    } catch (const std::exception& error) {  // the next round's will do
      peer.trouble = error.what();
    }
  }

  void note_change(PeerServer& peer, bool is_heard) {
    if (peer.was_heard == is_heard) return;
    peer.was_heard = is_heard;
    note_(is_heard ? peer.name + " is heard again" : peer.name + " is not heard: " + peer.trouble);
  }

  void note_far(PeerServer& peer, Span offset) {
    const bool is_far = std::chrono::abs(offset) > Keeper::furthest_correction;
    if (is_far && !peer.was_far)
      note_(peer.name + " is more than an hour off, too far to be believed or corrected: set it by onc-time set");
    peer.was_far = is_far;
  }

  void note_refusal(PeerServer& peer, time_::Answer answer) {
    if (const auto note = peer.refusals.answered(answer)) note_(peer.name + *note);
  }

  asio::any_io_executor executor_;
  Keeper& keeper_;
  GroupOptions options_;
  std::function<void(const std::string&)> note_;
  asio::steady_timer next_round_;
  asio::steady_timer all_heard_;
  Resolver resolver_;
  std::deque<PeerServer> peers_;  // which calls refer to
  std::vector<Verdict> verdicts_;
  std::uint64_t rounds_ = 0;
  std::size_t unheard_ = 0;
  bool has_ended_ = false;
};

Coordinator::Coordinator(const asio::any_io_executor& executor, Keeper& keeper, const GroupOptions& options,
                         std::function<void(const std::string&)> note)
    : group_(std::make_shared<Group>(executor, keeper, options, std::move(note))) {
  group_->begin();
}

Coordinator::~Coordinator() { group_->end(); }

void Coordinator::tell(time_::Status& status) const { group_->tell(status); }

}  // namespace services::time
