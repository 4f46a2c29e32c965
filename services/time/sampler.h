// How far the clocks of several time servers are from this machine's, asked all at once.
#pragma once

#include "services/time/exchange.h"
#include "services/time/keeper.h"
#include "services/time/machine.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace services::time {

// What one server's clock was found to be.
struct Sample {
  std::string host;
  std::optional<Measured> measured;  // of the most exact exchange; nothing where none was answered
  Span slewing{};
  time_::Bounds bounds;
  std::string why_not;  // in a sentence, where it was not heard
  std::error_code trouble{};

  bool is_heard() const { return measured.has_value(); }
  // What the server tells is ahead by, while it is being slewed.
  Span offset() const { return measured->offset - slewing; }
  // How wrong offset() may be. Some of what was to be added has been since the answer left, which is no longer ago than
  // the delay, itself known to twice the error.
  Span error() const { return measured->error + std::min(std::chrono::abs(slewing), 2 * measured->error); }
};

// Whether it is further from this machine's clock than any coordinator would correct it.
inline bool is_too_far_off(const Sample& sample) {
  return sample.is_heard() && std::chrono::abs(sample.offset()) > Keeper::furthest_correction;
}

// Throws onc::rpc::Error(bad_endpoint) where one of them is neither a URI nor a name.
void check_hosts(const std::vector<std::string>& hosts);

class Sampler {
 public:
  // `hosts`: URIs or names; one that is neither is not heard, for a stranger may have told it. Each sample is of so
  // many exchanges as there is time for, `exchanges` at most.
  Sampler(const std::vector<std::string>& hosts, std::chrono::milliseconds timeout, int exchanges);
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  ~Sampler();

  // One of each host, in their order, when all have answered or the time is over. They are compared with `machine`,
  // which is a new one each time, or the machine's clock might have been set since.
  std::vector<Sample> take(const Machine& machine = Machine());

 private:
  class Asking;
  std::unique_ptr<Asking> asking_;
};

}  // namespace services::time
