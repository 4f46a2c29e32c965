#include "tests/services/mutex/history.h"

#include <algorithm>

namespace services::locks {

void History::holds(const std::string& lock, const Hold& hold, std::uint64_t when) {
  if (hold.until <= when) return;
  const std::string what = "at " + std::to_string(when) + " " + lock + " is " + hold.who + "'s";
  Hold& latest = latest_.try_emplace(lock, Hold{"", 0, 0}).first->second;
  if (hold.token < latest.token) return faults_.push_back(what + " by an older token than " + latest.who + "'s");
  if (hold.token == latest.token) {
    if (hold.who != latest.who) faults_.push_back(what + " by the token of " + latest.who);
    latest.until = std::max(latest.until, hold.until);
    return;
  }
  ++grants_;
  if (when < latest.until) faults_.push_back(what + " while it is " + latest.who + "'s");
  latest = hold;
}

void History::ended(const std::string& lock, std::uint64_t token, std::uint64_t when) {
  const auto latest = latest_.find(lock);
  if (latest == latest_.end() || latest->second.token != token) return;
  latest->second.until = std::min(latest->second.until, when);
}

}  // namespace services::locks
