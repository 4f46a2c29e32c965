#include "services/zookeeper/presence.h"

#include <asio/post.hpp>

#include <utility>

namespace services::zookeeper {

using State = Session::State;

Presence::Presence(const asio::any_io_executor& executor, Options options)
    : executor_(executor), options_(std::move(options)), timer_(executor), pulse_(options_.timeout) {
  begin();
  set_timer();
}

void Presence::begin() {
  session_.reset();
  began_ = elections::Clock::now();
  was_warned_ = false;
  is_connected_ = false;
  is_refused_ = false;
  refusals_.clear();
  session_ = std::make_unique<Session>(
      executor_, options_.servers, options_.timeout, [this](State state) { on_state(state); },
      [this](const std::string& path, const std::string& why) { on_refused(path, why); });
}

// Once for each reason, of which there are few.
void Presence::on_refused(const std::string& path, const std::string& why) {
  if (!refusals_.insert(why).second) return;
  options_.warn("ZooKeeper refuses what it is asked at " + path + ": " + why +
                "; see to the rights (ACL), the quota and the kind of that node and of those above it");
}

void Presence::begin_again() {
  try {
    begin();
  } catch (const std::exception& error) {
    warn_once(error.what());  // the timer tries again
  }
}

void Presence::warn_of_foreign(const std::string& path) {
  if (std::exchange(was_foreign_, true)) return;
  options_.warn("ZooKeeper's node " + path +
                " is none that this program makes: it is left out, and any others like it; remove it, or leave this "
                "folder to this program");
}

void Presence::warn_once(const std::string& what) {
  if (!std::exchange(was_warned_, true)) options_.warn(what);
}

template <class Event>
void Presence::tell(Event event) {
  const auto all = listeners_;  // it may leave some out
  for (Listener* listener : all)
    if (listeners_.count(listener) > 0) event(*listener);
}

void Presence::on_state(State state) {
  const bool was_connected = std::exchange(is_connected_, state == State::connected);
  if (is_connected_) return on_connected();
  if (was_connected) left_alone_since_ = elections::Clock::now();
  if (state != State::ended) return;
  options_.warn("the session with ZooKeeper has ended, as it was not heard of in time: another begins");
  end();
  // Not from within what it tells.
  asio::post(executor_, [this] { begin_again(); });
}

void Presence::end() {
  is_begun_ = false;
  notice_sure(elections::Clock::now());
  tell([](Listener& listener) { listener.on_ended(); });
}

void Presence::on_connected() {
  if (!std::exchange(is_begun_, true)) {
    pulse_ = Pulse(session_->timeout());
    tell([](Listener& listener) { listener.on_begun(); });
  } else if (pulse_.agreed_anew(session_->timeout())) {
    options_.warn("ZooKeeper's servers have agreed to a shorter timeout than before, " +
                  std::to_string(session_->timeout().count()) +
                  " ms: what was told to be sure by the longer one may be over earlier than that; have the same bounds "
                  "(tickTime, maxSessionTimeout) at all of them");
  }
  next_beat_ = Moment::min();
  on_timer();
}

// Servers that have lost what they knew, or were put back to what they knew earlier, refuse a session that has seen
// more, and do not say so: the library would go on asking for ever. An ensemble that knows the session has ended it by
// then, unless it did not run itself.
bool Presence::is_left_alone(Moment now) const {
  return is_begun_ && !is_connected_ && now - left_alone_since_ > 2 * pulse_.timeout();
}

void Presence::on_timer() {
  const Moment now = elections::Clock::now();
  notice_sure(now);
  if (!session_) begin_again();
  if (is_left_alone(now)) {
    options_.warn(
        "no ZooKeeper server at " + options_.servers +
        " has taken up the session again: another begins; where they have lost their data, or were put back to a "
        "backup, tokens and terms may be smaller than before");
    end();
    begin_again();
  }
  if (!is_begun_ && now - began_ > options_.timeout)
    warn_once("none of the ZooKeeper servers at " + options_.servers + " answers: do they run, and is that where?");
  if (is_connected_ && is_begun_ && now >= next_beat_) {
    next_beat_ = now + pulse_.interval();
    ask();
    tell([](Listener& listener) { listener.on_beat(); });
  }
  set_timer();
}

void Presence::ask() {
  is_answered_ = false;
  session_->ask_majority([this, asked = elections::Clock::now()](Outcome outcome) {
    is_refused_ = outcome == Outcome::refused;
    if (outcome != Outcome::done) return;
    is_answered_ = true;
    pulse_.answered(asked);
    notice_sure(elections::Clock::now());
    set_timer();
  });
}

void Presence::notice_sure(Moment now) {
  const bool sure = is_sure(now);
  if (std::exchange(was_sure_, sure) == sure) return;
  if (!sure && is_begun_ && !is_refused_)
    options_.warn("no majority of the ZooKeeper servers at " + options_.servers +
                  " answers: nothing is sure until one does");
  tell([&](Listener& listener) { listener.on_sure(sure); });
}

void Presence::set_timer() {
  const Moment now = elections::Clock::now();
  Moment next = std::max(next_beat_, now + pulse_.interval() / 4);
  if (was_sure_) next = std::min(next, pulse_.sure_until());
  timer_.expires_after(std::max(next - now, Span(0)));
  timer_.async_wait([this](const asio::error_code& ended) {
    if (!ended) on_timer();
  });
}

}  // namespace services::zookeeper
