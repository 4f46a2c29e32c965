#include "services/election/on_zookeeper.h"

#include <thread>
#include <utility>

namespace services::elections {

using election::Reply;
using zookeeper::Outcome;

OnZookeeper::OnZookeeper(const asio::any_io_executor& executor, Options options)
    : options_(std::move(options)),
      folder_("/oncpp/election/" + options_.group),
      leaving_(executor),
      roster_(options_.self, options_.uris),
      presence_(
          executor,
          {.servers = options_.servers, .timeout = options_.timeout, .note = options_.note, .warn = options_.warn}),
      queuing_(presence_, {.folder = folder_,
                           .data = Roster::to_data(options_.self, options_.uris.at(options_.self)),
                           .first = [this](Term term) { took_first(term); },
                           .lost = [this] { notice_office(); },
                           .left =
                               [this] {
                                 is_resigning_ = false;
                                 queuing_.enter();
                               }}) {
  presence_.add(*this);
}

OnZookeeper::~OnZookeeper() {
  for (Moment now = Clock::now(); now < told_until_; now = Clock::now()) std::this_thread::sleep_for(told_until_ - now);
}

// Who leads.

void OnZookeeper::took_first(Term term) {
  first_since_ = Clock::now();
  roster_.seen(term, first_since_);
  notice_office();
}

std::optional<Roster::Office> OnZookeeper::office(Moment now) const {
  const zookeeper::Place& place = queuing_.place();
  if (!place.is_first() || is_resigning_ || !presence_.is_sure(now)) return std::nullopt;
  return Roster::Office{place.token(), first_since_, presence_.sure_until()};
}

void OnZookeeper::notice_office() {
  const auto own = office(Clock::now());
  const auto now = own ? std::optional(own->term) : std::nullopt;
  const auto before = std::exchange(noted_, now);
  if (before == now) return;
  const std::string node = "node " + std::to_string(options_.self);
  if (before) options_.note(node + " leads no longer, or not surely: its term " + std::to_string(*before) + " is over");
  if (now) options_.note(node + " leads, in term " + std::to_string(*now));
}

void OnZookeeper::on_ended() {
  is_looking_ = false;
  known_.clear();
  notice_office();
}

// The queue.

void OnZookeeper::look() {
  if (std::exchange(is_looking_, true)) return;
  presence_.session().list(
      folder_, [this, asked = Clock::now()](Outcome outcome, const std::vector<std::string>& names) {
        is_looking_ = false;
        if (!zookeeper::is_known(outcome)) return;
        read_unknown(std::make_shared<Look>(Look{zookeeper::in_order(names), asked, presence_.is_answered()}));
      });
}

void OnZookeeper::read_unknown(const std::shared_ptr<Look>& look) {
  std::erase_if(known_, [&](const auto& one) {
    return std::find(look->names.begin(), look->names.end(), one.first) == look->names.end();
  });
  for (const std::string& name : look->names) {
    if (known_.count(name) > 0) continue;
    ++look->unknown;
    presence_.session().read(folder_ + "/" + name,
                             [this, look, name](Outcome outcome, const zookeeper::Session::Node& node) {
                               if (outcome == Outcome::done)
                                 known_.insert_or_assign(name, Roster::from_data(node.data, node.transaction));
                               look->is_whole = look->is_whole && zookeeper::is_known(outcome);
                               if (--look->unknown == 0) looked(*look);
                             });
  }
  if (look->unknown == 0) looked(*look);
}

void OnZookeeper::looked(const Look& look) {
  if (!look.is_whole) return;  // who is the first must not be guessed
  std::vector<Roster::Entry> queue;
  for (const std::string& name : look.names)
    if (const auto found = known_.find(name); found != known_.end()) queue.push_back(found->second);
  if (!roster_.heard(std::move(queue), look.asked, look.is_latest))
    options_.warn(
        "terms have gone back, as ZooKeeper's servers have lost what they knew, or were put back to a backup");
}

// What is asked of it.

election::Status OnZookeeper::status() {
  const Moment now = Clock::now();
  const auto own = office(now);
  if (own) told_until_ = std::max(told_until_, own->sure_until);
  return roster_.status(own, presence_.pulse().held_for(), now);
}

Reply OnZookeeper::reply(Answer answer) const {
  const Moment now = Clock::now();
  const election::Status known = roster_.status(office(now), presence_.pulse().held_for(), now);
  return {.answer = answer, .coordinator = known.coordinator, .term = known.term, .node = options_.self, .life = 0};
}

Reply OnZookeeper::on_call(const Call&) { return reply(Answer::OTHER_GROUP); }

Reply OnZookeeper::resign() {
  if (!office(Clock::now())) return reply(Answer::NOT_COORDINATOR);
  is_resigning_ = true;
  notice_office();
  leave_when_due();
  return reply(Answer::DONE);
}

// Not before what was told of it is over.
void OnZookeeper::leave_when_due() {
  const Span left = told_until_ - Clock::now();
  if (left <= Span(0)) return queuing_.leave();
  leaving_.expires_after(left);
  leaving_.async_wait([this](const asio::error_code& ended) {
    if (!ended) leave_when_due();
  });
}

}  // namespace services::elections
