#include "services/election/roster.h"

#include <algorithm>
#include <charconv>

namespace services::elections {

using election::Condition;

namespace {

election::Nanoseconds to_wire(Span span) { return static_cast<election::Nanoseconds>(std::max(span, Span(0)).count()); }

}  // namespace

Roster::Entry Roster::from_data(const std::string& data, Term term) {
  Entry entry{.id = nobody, .uri = "", .term = term};
  const char* end = data.data() + data.size();
  Id id = nobody;
  const auto [stopped, error] = std::from_chars(data.data(), end, id);
  const bool is_good =
      error == std::errc() && stopped != end && *stopped == ' ' && end - stopped - 1 <= election::MAX_URI;
  if (is_good) entry = {.id = id, .uri = std::string(stopped + 1, end), .term = term};
  return entry;
}

void Roster::seen(Term term, Moment at) {
  if (term <= latest_) return;
  latest_ = term;
  latest_seen_ = at;
}

bool Roster::heard(std::vector<Entry> queue, Moment asked, bool is_latest) {
  const bool went_back = is_latest && !queue.empty() && queue.front().term < latest_ && asked > latest_seen_;
  if (went_back) latest_ = 0;
  for (const Entry& entry : queue) last_[entry.id] = asked;
  if (!queue.empty() && (queue_.empty() || queue_.front().term != queue.front().term)) since_ = asked;
  if (!queue.empty()) seen(queue.front().term, asked);
  queue_ = std::move(queue);
  asked_ = asked;
  return !went_back;
}

election::Status Roster::status(const std::optional<Office>& own, Span lease, Moment now) const {
  const bool is_fresh = asked_ && now - *asked_ < lease;
  election::Status status{.node = self_,
                          .algorithm = Algorithm::ZOOKEEPER,
                          .lease = to_wire(lease),
                          .condition = is_fresh ? Condition::NO_COORDINATOR : Condition::NO_MAJORITY,
                          .coordinator = nobody,
                          .term = latest_,
                          .held = 0,
                          .sure = 0,
                          .peers = peers(is_fresh, now)};
  if (own) {
    status.condition = Condition::LED;
    status.coordinator = self_;
    status.term = own->term;
    status.held = to_wire(now - own->since);
    status.sure = to_wire(own->sure_until - now);
    return status;
  }
  // One's own place, if it is the first, is not sure, or was an earlier process's.
  const bool is_led = is_fresh && !queue_.empty() && queue_.front().id != nobody && queue_.front().id != self_ &&
                      queue_.front().term >= latest_;
  if (!is_led) return status;
  status.condition = Condition::LED;
  status.coordinator = queue_.front().id;
  status.held = to_wire(now - since_);
  return status;
}

std::vector<election::Peer> Roster::peers(bool is_fresh, Moment now) const {
  auto uris = uris_;
  for (const Entry& entry : queue_)
    if (entry.id != nobody) uris.emplace(entry.id, entry.uri);
  std::vector<election::Peer> all;
  for (const auto& [id, uri] : uris) {
    if (all.size() == election::MAX_NODES) break;
    const Id one = id;
    const bool is_queued =
        std::any_of(queue_.begin(), queue_.end(), [&](const Entry& entry) { return entry.id == one; });
    const auto last = last_.find(id);
    const bool is_known = last != last_.end();
    const Span silent = id == self_ || !is_known ? Span(0) : now - last->second;
    all.push_back({.id = id,
                   .uri = uri,
                   .known = id == self_ || is_known,
                   .heard = id == self_ || (is_fresh && is_queued),
                   .silent = to_wire(silent),
                   .fault = election::Fault::NO_FAULT});
  }
  return all;
}

}  // namespace services::elections
