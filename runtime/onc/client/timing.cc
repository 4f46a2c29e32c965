#include <onc/client/timing.h>

#include <algorithm>

namespace onc::rpc {
namespace {

constexpr std::chrono::milliseconds longest_timeout = std::chrono::hours(24 * 365);
constexpr std::chrono::milliseconds shortest_repeat_wait{10};

// Another attempt may go better: nobody listens yet, or no more, or the connection broke.
bool may_pass(const std::error_code& code) {
  return code == errc::connection_lost || code == errc::not_registered || code == std::errc::connection_refused ||
         code == std::errc::connection_reset || code == std::errc::broken_pipe ||
         code == std::errc::no_such_file_or_directory || code == std::errc::host_unreachable ||
         code == std::errc::network_unreachable;
}

}  // namespace

std::chrono::milliseconds within_range(std::chrono::milliseconds timeout) {
  return std::clamp(timeout, std::chrono::milliseconds(0), longest_timeout);
}

std::chrono::milliseconds time_until(std::chrono::steady_clock::time_point deadline,
                                     std::chrono::steady_clock::time_point begin) {
  if (deadline <= begin) return {};
  return within_range(std::chrono::ceil<std::chrono::milliseconds>(deadline - begin));
}

ClientOptions within_range(ClientOptions options) {
  options.timeout = within_range(options.timeout);
  options.retrying.wait = std::clamp(options.retrying.wait, shortest_repeat_wait, longest_repeat_wait);
  options.retransmit_after = std::clamp(options.retransmit_after, shortest_repeat_wait, longest_repeat_wait);
  return options;
}

std::optional<std::chrono::steady_clock::time_point> Retries::after(const Error& error,
                                                                    const transport::Address& came_from) {
  may_have_run_ = may_have_run_ || error.maybe_executed();
  const auto again = std::chrono::steady_clock::now() + how_.wait;
  if (!may_repeat(error, came_from) || how_.times <= 0 || again >= deadline_) return std::nullopt;
  --how_.times;
  how_.wait = std::min(2 * how_.wait, longest_repeat_wait);
  return again;
}

bool Retries::may_repeat(const Error& error, const transport::Address& came_from) const {
  if (!may_pass(error.code())) return false;
  return !error.maybe_executed() || how_.even_if_it_may_have_run || (how_.once_across_connections && came_from.is_ip());
}

Error Retries::of_all(const Error& last) const {
  if (!may_have_run_ || last.maybe_executed()) return last;
  return {last.code(), std::string(last.what()) + "; but it may have run when it was tried before", true};
}

}  // namespace onc::rpc
