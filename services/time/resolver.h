// Finds the addresses of names, one name after the other on one thread: what looks names up can neither be called off
// nor be told how long to wait, and a thread for each question would be one more for each that hangs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace services::time {

// What a server's URI or name comes to: with each of the addresses in the name's place. Throws onc::rpc::Error.
std::vector<std::string> with_addresses(const std::string& server);
// Whether there is no name in it.
bool is_numeric(const std::string& server);

class Resolver {
 public:
  using LookUp = std::function<std::vector<std::string>(const std::string& server)>;

  explicit Resolver(LookUp look_up = with_addresses);
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;
  // Does not wait for what is being looked up.
  ~Resolver();

  struct Answer {
    std::vector<std::string> servers;
    std::string trouble;  // a sentence, where there are none
  };

  // What was found since it was asked for last, which is told once; nothing while that is being looked up.
  std::optional<Answer> ask(const std::string& server);
  // The same, when there is something, or it is so late.
  std::optional<Answer> wait(const std::string& server, std::chrono::steady_clock::time_point until);

 private:
  struct State;
  static void answer_all(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

}  // namespace services::time
