#include <onc/client/timing.h>

#include <algorithm>

namespace onc::rpc {
namespace {

constexpr std::chrono::milliseconds longest_timeout = std::chrono::hours(24 * 365);
constexpr std::chrono::milliseconds shortest_repeat_wait{10};

}  // namespace

std::chrono::milliseconds within_range(std::chrono::milliseconds timeout) {
  return std::clamp(timeout, std::chrono::milliseconds(0), longest_timeout);
}

ClientOptions within_range(ClientOptions options) {
  options.timeout = within_range(options.timeout);
  options.retransmit_after = std::clamp(options.retransmit_after, shortest_repeat_wait, longest_repeat_wait);
  return options;
}

}  // namespace onc::rpc
