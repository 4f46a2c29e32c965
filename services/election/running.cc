#include "services/election/running.h"

#include "services/election/group.h"
#include "services/election/guarded.h"
#include "services/election/signals.h"

#include <onc/rpc/error.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <system_error>
#include <utility>

namespace services::elections {

using Client = election::ELECTION::v1::Client;

namespace {

// An office, as long as it is known of.
struct Sure {
  Term term;
  Span lease;
  Moment until;

  // The command is asked to end so long before it is killed, and killed a little before the office may be over.
  Moment asked_at() const { return until - lease / 4; }
  Moment killed_at() const { return until - lease / 20; }
  // Nothing is begun that is likely to be over soon.
  bool is_long(Moment now) const { return until - now > lease / 2; }
};

Span span_of(election::Nanoseconds wire) {
  constexpr auto most = static_cast<std::uint64_t>(Group::longest_lease.count());
  return Span(static_cast<Span::rep>(std::min<std::uint64_t>(wire, most)));
}

std::chrono::milliseconds rounded(Span span) {
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(span), std::chrono::milliseconds(1));
}

// Nothing where the node does not lead. Counted from before it was asked.
std::optional<Sure> ask(Client& client) {
  const Moment sent = Clock::now();
  const election::Status status = client.STATUS();
  if (status.sure == 0) return std::nullopt;
  return Sure{status.term, span_of(status.lease), sent + shortened(span_of(status.sure))};
}

class Run {
 public:
  explicit Run(const RunOptions& options) : options_(options), client_(options.server, {.timeout = options.timeout}) {}

  int run() {
    const auto office = wait_for_office();
    if (!office) {
      std::fprintf(stderr, "onc-election: the node at %s does not lead\n", options_.server.c_str());
      return does_not_lead;
    }
    sure_ = *office;
    try {
      const Signals signals;
      Guarded command({options_.words, "ONC_ELECTION_TERM=" + std::to_string(sure_.term), sure_.killed_at()});
      return look_after(command, signals);
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "onc-election: cannot run %s: %s\n", options_.words.front().c_str(), error.what());
      return error.code() == std::errc::no_such_file_or_directory ? 127 : 126;
    }
  }

 private:
  // Nothing where it shall not wait.
  std::optional<Sure> wait_for_office() {
    constexpr Span pause = std::chrono::milliseconds(100);
    Moment answered = Clock::now();
    bool is_known = false;
    bool has_said = false;
    while (true) {
      try {
        const auto office = ask(client_);
        if (office && office->is_long(Clock::now())) return office;
        if (!office && !options_.waits) return std::nullopt;
        answered = Clock::now();
        is_known = true;
        if (!std::exchange(has_said, true))
          std::fprintf(stderr, "onc-election: waiting until the node at %s leads\n", options_.server.c_str());
      } catch (const onc::rpc::Error&) {
        // It may be started again; but one that was never there has another address.
        if (!is_known || Clock::now() - answered > options_.timeout) throw;
      }
      const timespec wait{.tv_sec = 0, .tv_nsec = pause.count()};
      ::nanosleep(&wait, nullptr);
    }
  }

  // Its exit status, or lost_office.
  int look_after(Guarded& command, const Signals& signals) {
    bool is_asked_to_end = false;
    while (true) {
      if (const auto status = command.wait(sure_.lease / 8, signals.descriptor())) return end(*status, is_asked_to_end);
      signals.hand_on(command);
      if (is_asked_to_end) continue;
      is_asked_to_end = !still_leads(command) || Clock::now() >= sure_.asked_at();
      if (is_asked_to_end) command.signal(SIGTERM);
    }
  }

  bool still_leads(Guarded& command) {
    const Span usual = sure_.lease / 8;
    // Not longer than that the command can still be asked to end.
    const Span left = std::min<Span>(usual, sure_.asked_at() - Clock::now());
    try {
      auto hurried = client_.within(rounded(left));
      const auto office = ask(hurried);
      doubt_ = "the node leads in that term no longer";
      if (!office || office->term != sure_.term) return false;
      doubt_ = "the node is sure of it no longer than that: it may hear too few others";
      if (office->until <= sure_.until) return true;
      sure_ = *office;
      command.extend(sure_.killed_at());
      return true;
    } catch (const onc::rpc::Error& error) {
      // For all that is known it does, until that is over. Who had no time to answer is not to blame.
      if (left == usual || error.code() != onc::rpc::errc::timed_out)
        doubt_ = "the node does not answer: " + error.code().message();
      return true;
    }
  }

  int end(int status, bool is_asked_to_end) const {
    const bool is_killed = Clock::now() >= sure_.killed_at();
    if (!is_asked_to_end && !is_killed) return status;
    std::fprintf(stderr, "onc-election: %s was stopped, as term %llu is over, or may be soon: %s\n",
                 options_.words.front().c_str(), static_cast<unsigned long long>(sure_.term),
                 is_asked_to_end ? doubt_.c_str() : "this program did not go on in time");
    return lost_office;
  }

  const RunOptions& options_;
  Client client_;
  Sure sure_{};
  std::string doubt_ = "its node did not say in time that it still is";  // why it may be sure no longer, seen last
};

}  // namespace

int run(const RunOptions& options) { return Run(options).run(); }

}  // namespace services::elections
