// One look for all who want to know the same at about the same time.
#pragma once

#include "services/election/clock.h"

#include "mutex.x.h"

#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace services::locks {

// Of each lock, one look at a time, and what it has shown for half a second. Who waits asks every second, and all who
// wait have the same to be read.
template <class Seen>
class Glances {
 public:
  using Moment = elections::Moment;
  using Told = std::function<void(const Seen&)>;
  // Has its function called once, at once or later, unless this is destroyed first.
  using Look = std::function<void(const ::mutex::LockName& lock, Told told)>;

  explicit Glances(Look look) : look_(std::move(look)) {}

  // `now` never goes back. `told` at once, or when the look is over.
  void ask(const ::mutex::LockName& lock, Moment now, Told told) {
    std::erase_if(glances_, [&](const auto& one) { return one.second.waiting.empty() && now >= one.second.until; });
    const auto [found, is_new] = glances_.try_emplace(lock);
    if (!is_new && found->second.waiting.empty()) return told(Seen(found->second.seen));
    found->second.waiting.push_back(std::move(told));
    if (!is_new) return;
    found->second.until = now + fresh;
    look_(lock, [this, lock](const Seen& seen) { show(lock, seen); });
  }

 private:
  static constexpr elections::Span fresh = std::chrono::milliseconds(500);

  struct Glance {
    std::vector<Told> waiting;
    Moment until;  // counted from when it was asked for
    Seen seen;
  };

  void show(const ::mutex::LockName& lock, const Seen& seen) {
    Glance& glance = glances_.at(lock);
    glance.seen = seen;
    for (const Told& told : std::exchange(glance.waiting, {})) told(seen);
  }

  Look look_;
  std::map<::mutex::LockName, Glance> glances_;
};

}  // namespace services::locks
