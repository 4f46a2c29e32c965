// A memory of a bounded number of things: one more pushes out the one that was set first.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

namespace services::files {

template <class Key, class Value>
class Remembered {
 public:
  explicit Remembered(std::size_t most) : most_(most) {}

  void set(const Key& key, const Value& value) {
    const std::lock_guard lock(mutex_);
    if (values_.insert_or_assign(key, value).second) order_.push_back(key);
    if (order_.size() <= most_) return;
    values_.erase(order_.front());
    order_.pop_front();
  }
  std::optional<Value> get(const Key& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  std::size_t most_;
  mutable std::mutex mutex_;
  std::map<Key, Value> values_;
  std::deque<Key> order_;
};

}  // namespace services::files
