// The file server, as the commands see it.
#pragma once

#include <chrono>
#include <deque>
#include <stdexcept>
#include <string>

#include "file.x.h"

namespace services::files {

using Client = file::FILES::v1::Client;

struct ServerAddress {
  std::string uri = "localhost";
  std::chrono::milliseconds timeout{30'000};  // of one call, with repeats where its connection breaks
};

// The server said no, or something on this side failed: one sentence.
class Failure : public std::runtime_error {
  using runtime_error::runtime_error;
};

// The same, with what the server said.
class SaidNo : public Failure {
 public:
  SaidNo(file::Outcome outcome, const std::string& path);
  file::Outcome outcome() const { return outcome_; }

 private:
  file::Outcome outcome_;
};

// Throws SaidNo where the outcome of what was asked about `path` is not DONE.
void expect_done(file::Outcome outcome, const std::string& path);

// The same, about what was to be made or put at `path`: a missing folder is what it is to be in.
void expect_placed(file::Outcome outcome, const std::string& path);

// Throws onc::rpc::Error at once where nobody listens there. A Session waits for a server that is gone, which makes
// sense only for one that has been there.
void expect_server(const ServerAddress& server);

// What `error` says, for people: who knows nothing of procedures learns which server it was and what to do.
std::string sentence_of(const std::exception& error);

inline file::Outcome outcome_in(file::Outcome outcome) { return outcome; }
template <class Result>
file::Outcome outcome_in(const Result& result) {
  return result.outcome();
}

// Sleeps between calls that are answered with NOT_YET: for longer and longer, but for a moment only after one that
// took its time, for then the server is at work on it.
class Pauses {
 public:
  void sleep();

 private:
  static constexpr std::chrono::milliseconds shortest{5};
  static constexpr std::chrono::milliseconds longest{1000};
  std::chrono::milliseconds next_ = shortest;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

// Calls for as long as the server says NOT_YET.
template <class Call>
auto patiently(Call call) {
  for (Pauses pauses;; pauses.sleep())
    if (auto result = call(); outcome_in(result) != file::Outcome::NOT_YET) return result;
}

// Connections to one server; of one thread, which may lend some of them to others.
class Session {
 public:
  explicit Session(const ServerAddress& server) : server_(server) {}

  // For calls that may run twice: made again where a connection breaks, by a restart of the server too.
  Client& client(std::size_t number = 0);
  // For calls that change what is under which name: made again too, but only where that cannot run them twice.
  Client& changing();

  // For calls about `size` bytes that the server has to have on its disk: as long as a slow one takes.
  std::chrono::milliseconds patience_for(std::uint64_t size) const;

 private:
  ServerAddress server_;
  std::deque<Client> clients_;
  std::deque<Client> changing_;
};

}  // namespace services::files
