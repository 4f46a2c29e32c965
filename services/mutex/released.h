// What was released, for who asks twice.
#pragma once

#include "services/election/clock.h"

#include "mutex.x.h"

#include <algorithm>
#include <map>
#include <utility>

namespace services::locks {

// Of as many as there are places. Where there are more, the oldest are forgotten: who asks again does so soon.
class Released {
 public:
  using Key = std::pair<::mutex::LockName, ::mutex::Session>;
  using Moment = elections::Moment;

  // `token`: NO_TOKEN where it only waited.
  void remember(const Key& key, ::mutex::Token token, Moment now) {
    forget(now);
    if (released_.size() >= ::mutex::MAX_PLACES) released_.erase(oldest());
    released_[key] = {token, now};
  }
  void erase(const Key& key) { released_.erase(key); }
  // By that token, or by any where it is NO_TOKEN.
  bool was_released(const Key& key, ::mutex::Token token) const {
    const auto found = released_.find(key);
    return found != released_.end() && (token == ::mutex::NO_TOKEN || found->second.token == token);
  }
  void forget(Moment now) {
    std::erase_if(released_, [&](const auto& one) { return now - one.second.since >= remembered; });
  }

 private:
  // Longer than anybody asks again for.
  static constexpr elections::Span remembered = std::chrono::minutes(1);

  struct Grant {
    ::mutex::Token token;
    Moment since;
  };

  std::map<Key, Grant>::iterator oldest() {
    return std::min_element(released_.begin(), released_.end(),
                            [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
  }

  std::map<Key, Grant> released_;
};

}  // namespace services::locks
