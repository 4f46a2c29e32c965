#include "services/time/resolver.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

namespace services::time {

using onc::transport::Endpoint;

std::vector<std::string> with_addresses(const std::string& server) {
  const Endpoint named = Endpoint::parse(server);
  std::vector<std::string> servers;
  for (const auto& address : onc::transport::resolve(named)) {
    Endpoint one = named;
    if (named.protocol != onc::transport::Protocol::local) one.host = address.host();
    if (std::find(servers.begin(), servers.end(), one.text()) == servers.end()) servers.push_back(one.text());
  }
  return servers;
}

bool is_numeric(const std::string& server) { return !onc::transport::resolve_numeric(Endpoint::parse(server)).empty(); }

// Outlives the resolver as long as its thread hangs.
struct Resolver::State {
  explicit State(LookUp how) : look_up(std::move(how)) {}

  const LookUp look_up;
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> questions;
  std::map<std::string, std::optional<Answer>> answers;  // nothing where it is being looked up
  bool is_running = false;
  bool has_ended = false;
};

Resolver::Resolver(LookUp look_up) : state_(std::make_shared<State>(std::move(look_up))) {}

Resolver::~Resolver() {
  const std::lock_guard lock(state_->mutex);
  state_->has_ended = true;
  state_->questions.clear();
}

// Ends when there are no more questions.
void Resolver::answer_all(const std::shared_ptr<State>& state) {
  std::unique_lock lock(state->mutex);
  while (!state->questions.empty()) {
    const std::string server = std::move(state->questions.front());
    state->questions.pop_front();
    lock.unlock();
    Answer answer;
    try {
      answer.servers = state->look_up(server);
    } catch (const std::exception& error) {
      answer.trouble = error.what();
    }
    lock.lock();
    state->answers[server] = std::move(answer);
    state->changed.notify_all();
  }
  state->is_running = false;
}

std::optional<Resolver::Answer> Resolver::ask(const std::string& server) {
  return wait(server, std::chrono::steady_clock::time_point::min());
}

std::optional<Resolver::Answer> Resolver::wait(const std::string& server, std::chrono::steady_clock::time_point until) {
  std::unique_lock lock(state_->mutex);
  if (state_->answers.emplace(server, std::nullopt).second) state_->questions.push_back(server);
  if (!state_->is_running && !state_->questions.empty()) {
    std::thread([state = state_] { answer_all(state); }).detach();
    state_->is_running = true;
  }
  const auto is_there = [&] { return state_->answers.at(server).has_value(); };
  if (!is_there() && !(until > std::chrono::steady_clock::now() && state_->changed.wait_until(lock, until, is_there)))
    return std::nullopt;
  std::optional<Answer> answer = std::move(state_->answers.at(server));
  state_->answers.erase(server);
  return answer;
}

}  // namespace services::time
