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

// The further attempts of one call.
class Retries {
 public:
  Retries(const Retrying& how, std::chrono::steady_clock::time_point deadline) : how_(how), deadline_(deadline) {}

  // When to try again after that failure; nothing where it is to be told.
  std::optional<std::chrono::steady_clock::time_point> after(const Error& error);

 private:
  Retrying how_;
  std::chrono::steady_clock::time_point deadline_;
};

}  // namespace onc::rpc
