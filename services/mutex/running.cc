#include "services/mutex/running.h"

#include "services/election/guarded.h"
#include "services/election/signals.h"
#include "services/mutex/report.h"

#include "mutex.x.h"

#include <onc/rpc/error.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <random>
#include <set>
#include <system_error>
#include <utility>

namespace services::locks {

using elections::Clock;
using elections::Guarded;
using elections::Moment;
using elections::shortened;
using elections::Signals;
using elections::Span;
using ::mutex::Answer;
using ::mutex::Outcome;
using ::mutex::Token;
using Client = ::mutex::MUTEX::v1::Client;

namespace {

// A member is asked for so long at once, to hear who holds the lock meanwhile, and of signals in between.
constexpr Span turn = std::chrono::seconds(1);
// One that does not answer for so much longer is taken for dead; all of them, where none has for so long.
constexpr Span patience = std::chrono::seconds(5);
// Or for so much where the lock is not waited for without end.
constexpr Span hurry = std::chrono::seconds(2);
constexpr Span pause_between = std::chrono::milliseconds(100);

::mutex::Session any_session() {
  std::random_device random;
  ::mutex::Session session{};
  for (auto& byte : session) byte = static_cast<std::byte>(random() & 0xff);
  return session;
}

std::chrono::milliseconds rounded(Span span) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(span), std::chrono::milliseconds(1));
}

void pause() {
  const timespec wait{.tv_sec = 0, .tv_nsec = pause_between.count()};
  ::nanosleep(&wait, nullptr);
}

// A grant, as long as it is known of.
struct Sure {
  Token token;
  Span span;  // the longest for which it was said to be sure
  Moment until;

  Moment asked_at() const { return until - span / 4; }
  Moment killed_at() const { return until - span / 20; }
};

Sure sure_of(const ::mutex::Grant& grant, Moment sent) {
  constexpr auto most = static_cast<std::uint64_t>(Span(std::chrono::hours(1)).count());
  const Span span(static_cast<Span::rep>(std::min<std::uint64_t>(grant.sure, most)));
  return {grant.token, span, sent + shortened(span)};
}

// What the call was says nothing to who asks why COMMAND was stopped.
std::string not_answered(const std::string& server, const onc::rpc::Error& error) {
  return "the member at " + server + " does not answer: " + error.code().message();
}

class Run {
 public:
  explicit Run(const RunOptions& options) : options_(options), session_(any_session()) {
    for (const std::string& server : options_.servers)
      clients_.emplace_back(server, onc::rpc::ClientOptions{.timeout = rounded(turn + patience)});
  }

  int run() {
    if (const auto ended = acquire()) return *ended;
    if (options_.words.empty()) {
      release();
      return 0;
    }
    const int status = run_command();
    release();
    return status;
  }

 private:
  Client& client() { return clients_[at_]; }
  const std::string& server() const { return options_.servers[at_]; }

  // Nothing where the lock is granted, else the exit status.
  std::optional<int> acquire() {
    const Moment end = options_.timeout ? Clock::now() + *options_.timeout : Moment::max();
    answered_at_ = Clock::now();
    while (true) {
      if (const auto number = ended_by()) return give_up(128 + *number);
      const Span wait = std::clamp(end - Clock::now(), Span(0), turn);
      const auto answer = ask(wait);
      if (!answer) continue;
      if (answer->outcome() == Outcome::GRANTED) {
        release_elsewhere();
        if (!is_sure(answer->grant())) {
          pause();
          continue;
        }
        if (options_.words.empty() || options_.json) say_granted();
        return std::nullopt;
      }
      const bool is_cut_off = answer->outcome() == Outcome::NO_MAJORITY || answer->outcome() == Outcome::UNREACHABLE;
      const bool waits = answer->outcome() == Outcome::TIMED_OUT || is_cut_off;
      if (!waits || Clock::now() >= end) return refuse(*answer);
      say_who_holds(*answer);
      // Another may hear more of the members; here it would only keep a place.
      if (is_cut_off) ask_another();
    }
  }

  std::optional<int> ended_by() const {
    while (const auto number = signals_.take())
      if (*number != SIGUSR1 && *number != SIGUSR2) return number;
    return std::nullopt;
  }

  // Nothing where another member is to be asked. Throws where none answers.
  std::optional<Answer> ask(Span wait) {
    const ::mutex::Wish wish{.lock = options_.lock,
                             .session = session_,
                             .who = options_.who,
                             .lease = static_cast<std::uint64_t>(options_.lease.count()),
                             .wait = static_cast<std::uint64_t>(wait.count())};
    try {
      sent_ = Clock::now();
      const Answer answer = client().within(rounded(wait + (options_.timeout ? hurry : patience))).ACQUIRE(wish);
      is_known_ = true;
      if (answer.outcome() == Outcome::ENDING && Clock::now() - answered_at_ < 2 * patience) {
        at_ = (at_ + 1) % clients_.size();
        pause();
        return std::nullopt;
      }
      answered_at_ = Clock::now();
      failed_ = 0;
      return answer;
    } catch (const onc::rpc::Error& error) {
      // It may be started again; but one that was never there has another address.
      if (++failed_ >= clients_.size() && (!is_known_ || Clock::now() - answered_at_ > 2 * patience)) throw;
      if (failed_ <= clients_.size()) std::fprintf(stderr, "onc-mutex: %s\n", error.what());
      // It may only be slow, and would grant the lock to nobody then.
      if (error.code() == onc::rpc::errc::timed_out) slow_.insert(at_);
      at_ = (at_ + 1) % clients_.size();
      pause();
      return std::nullopt;
    }
  }

  void ask_another() {
    if (clients_.size() == 1) return;
    release();
    at_ = (at_ + 1) % clients_.size();
  }

  // Asked anew, for how long it had waited for the grant is not known.
  bool is_sure(const ::mutex::Grant& grant) {
    sure_ = sure_of(grant, sent_);
    try {
      return still_holds(client()) && sure_.until - Clock::now() > sure_.span / 2;
    } catch (const onc::rpc::Error&) {
      return false;
    }
  }

  // False where it is known that it does not.
  bool still_holds(Client& asked) {
    const Moment sent = Clock::now();
    const Answer answer = asked.RENEW({.lock = options_.lock,
                                       .session = session_,
                                       .token = sure_.token,
                                       .lease = static_cast<std::uint64_t>(options_.lease.count())});
    if (answer.outcome() != Outcome::GRANTED) {
      doubt_ = why_not(options_.lock, server(), answer);
      return answer.outcome() == Outcome::UNREACHABLE;
    }
    const Sure sure = sure_of(answer.grant(), sent);
    doubt_ = "the member at " + server() + " is sure of it no longer than that: it may hear too few others";
    // Where what is left only runs out, the command has a part of the whole to end in, not of what is left.
    if (sure.until > sure_.until) sure_ = {sure.token, std::max(sure.span, sure_.span), sure.until};
    return true;
  }

  void say_granted() const {
    const Answer granted = Answer::with_grant(
        {.token = sure_.token, .sure = static_cast<std::uint64_t>((sure_.until - Clock::now()).count())});
    std::cout << (options_.json ? outcome_line(options_.lock, granted) : std::to_string(sure_.token) + "\n")
              << std::flush;
  }

  // When it is another than was said last.
  void say_who_holds(const Answer& answer) {
    const bool is_queue = answer.outcome() == Outcome::TIMED_OUT;
    const auto holder = is_queue && answer.queue().holder ? answer.queue().holder->token : ::mutex::NO_TOKEN;
    const auto what = std::make_tuple(answer.outcome(), holder, is_queue ? answer.queue().before : 0);
    if (said_ == what) return;
    said_ = what;
    std::fprintf(stderr, "onc-mutex: waiting: %s\n", why_not(options_.lock, server(), answer).c_str());
  }

  int refuse(const Answer& answer) {
    if (options_.json) std::cout << outcome_line(options_.lock, answer) << std::flush;
    std::fprintf(stderr, "onc-mutex: %s\n", why_not(options_.lock, server(), answer).c_str());
    switch (answer.outcome()) {
      case Outcome::TIMED_OUT: return give_up(not_granted);
      case Outcome::NO_MAJORITY:
      case Outcome::UNREACHABLE: return give_up(no_majority);
      default: return give_up(has_failed);
    }
  }

  int give_up(int status) {
    release_elsewhere();
    release();
    return status;
  }

  void release() { release_at(at_); }
  // Where a call was not answered in time.
  void release_elsewhere() {
    for (const std::size_t slow : std::exchange(slow_, {}))
      if (slow != at_) release_at(slow);
  }

  // Whatever it has at that member. If that fails, its lease ends it.
  void release_at(std::size_t server) {
    try {
      auto hurried = clients_[server].within(std::chrono::seconds(1));
      hurried.RELEASE({.lock = options_.lock, .session = session_, .token = ::mutex::NO_TOKEN, .lease = 0});
    } catch (const onc::rpc::Error&) {
      return;
    }
  }

  int run_command() {
    try {
      Guarded command({options_.words, "ONC_MUTEX_TOKEN=" + std::to_string(sure_.token), sure_.killed_at()});
      return look_after(command);
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "onc-mutex: cannot run %s: %s\n", options_.words.front().c_str(), error.what());
      return error.code() == std::errc::no_such_file_or_directory ? 127 : 126;
    }
  }

  // Its exit status, or lost_lock.
  int look_after(Guarded& command) {
    bool is_asked_to_end = false;
    Moment renewed_at = Clock::now();
    while (true) {
      const Moment next = std::min(renewed_at + sure_.span / 3, sure_.asked_at());
      const Span left = is_asked_to_end ? sure_.span / 10 : std::max(next - Clock::now(), Span(0));
      if (const auto status = command.wait(left, signals_.descriptor())) return end(*status, is_asked_to_end);
      signals_.hand_on(command);
      if (is_asked_to_end || Clock::now() < next) continue;
      renewed_at = Clock::now();
      is_asked_to_end = !goes_on(command) || Clock::now() >= sure_.asked_at();
      if (is_asked_to_end) command.signal(SIGTERM);
    }
  }

  bool goes_on(Guarded& command) {
    const Span usual = sure_.span / 4;
    // Not longer than that the command can still be asked to end.
    const Span left = std::min<Span>(usual, sure_.asked_at() - Clock::now());
    try {
      auto hurried = client().within(rounded(left));
      if (!still_holds(hurried)) return false;
      command.extend(sure_.killed_at());
    } catch (const onc::rpc::Error& error) {
      // For all that is known it holds it, until that is over. Who had no time to answer is not to blame.
      if (left == usual || error.code() != onc::rpc::errc::timed_out) doubt_ = not_answered(server(), error);
      pause();
    }
    return true;
  }

  int end(int status, bool is_asked_to_end) const {
    if (!is_asked_to_end && Clock::now() < sure_.killed_at()) return status;
    std::fprintf(stderr, "onc-mutex: %s was stopped, as '%s' is held no longer, or may soon not be: %s\n",
                 options_.words.front().c_str(), printable(options_.lock).c_str(),
                 is_asked_to_end ? doubt_.c_str() : "this program did not go on in time");
    return lost_lock;
  }

  const RunOptions& options_;
  const ::mutex::Session session_;
  const Signals signals_;
  std::vector<Client> clients_;
  std::size_t at_ = 0;
  std::set<std::size_t> slow_;  // servers that may have a place for it
  std::size_t failed_ = 0;      // in a row
  bool is_known_ = false;       // one of them has answered
  Moment answered_at_;
  Moment sent_;
  Sure sure_{};
  std::string doubt_;  // why it may be sure no longer, as was seen last
  std::optional<std::tuple<Outcome, Token, std::uint32_t>> said_;
};

}  // namespace

int run(const RunOptions& options) { return Run(options).run(); }

}  // namespace services::locks
