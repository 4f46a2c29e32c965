// onc-election run: a command that runs while a node leads, and not a moment longer.
#pragma once

#include "election.x.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace services::elections {

struct RunOptions {
  std::string server;
  std::chrono::milliseconds timeout;  // without an answer, where it waits to lead
  bool waits = true;                  // until the node leads
  std::vector<std::string> words;
};

// The exit status: the command's own, one of these, or 126 and 127 where it cannot be run. Says why on standard error.
constexpr int does_not_lead = 3;
constexpr int lost_office = 4;

// Throws onc::rpc::Error where the node does not answer.
int run(const RunOptions& options);

}  // namespace services::elections
