// How long clients wait, whatever their options ask for.
#pragma once

#include <onc/client/client.h>

#include <chrono>
#include <optional>

namespace onc::rpc {

inline constexpr std::chrono::milliseconds longest_repeat_wait{8'000};

// A connection unused for longer is looked at before a call: servers close those that stay silent for minutes, and
// what is sent to a closed one is lost with "it may have run". Sooner than that a look would cost more than it saves.
inline constexpr std::chrono::seconds trusted_unused{1};

// Times beyond some would overflow the clock, or be a flood of datagrams.
ClientOptions within_range(ClientOptions options);
std::chrono::milliseconds within_range(std::chrono::milliseconds timeout);
// From `begin` to `deadline`, and at most a year; 0 where it has passed.
std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point deadline,
                                     std::chrono::steady_clock::time_point begin);

// Calls may be known to their server by where they come from.
inline bool comes_back(const Retrying& how) {
  return how.times > 0 && (how.even_if_it_may_have_run || how.once_across_connections);
}

// The further attempts of one call.
class Retries {
 public:
  Retries(const Retrying& how, std::chrono::steady_clock::time_point deadline) : how_(how), deadline_(deadline) {}

  // When to try again after that failure; nothing where it is to be told. `came_from`: unspecified where the call
  // cannot come from there again.
  std::optional<std::chrono::steady_clock::time_point> after(const Error& error,
                                                             const transport::Address& came_from = {});
  bool may_have_run() const { return may_have_run_; }
  // What is told of the last attempt is true of it alone.
  Error of_all(const Error& last) const;

 private:
  bool may_repeat(const Error& error, const transport::Address& came_from) const;

  Retrying how_;
  bool may_have_run_ = false;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace onc::rpc
