// Who is to be told when a node changes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace services::zookeeper {

class Watches {
 public:
  // A node may be there, and watched by one after another, for long: those that are gone are forgotten as others come.
  // `who` is told once, however often it is added before.
  void add(const std::string& path, const std::weak_ptr<const void>& who, std::function<void()> changed) {
    auto& watches = by_path_[path];
    std::erase_if(watches, [&](const Watch& one) { return one.who.expired() || is_same(one.who, who); });
    watches.push_back({who, std::move(changed)});
  }

  // Takes them out. Only of those that are still there.
  std::vector<std::function<void()>> take(const std::string& path) {
    auto node = by_path_.extract(path);
    std::vector<std::function<void()>> taken;
    if (node.empty()) return taken;
    for (Watch& one : node.mapped())
      if (!one.who.expired()) taken.push_back(std::move(one.changed));
    return taken;
  }

  std::size_t count(const std::string& path) const {
    const auto found = by_path_.find(path);
    return found == by_path_.end() ? 0 : found->second.size();
  }

 private:
  struct Watch {
    std::weak_ptr<const void> who;
    std::function<void()> changed;
  };

  static bool is_same(const std::weak_ptr<const void>& one, const std::weak_ptr<const void>& other) {
    return !one.owner_before(other) && !other.owner_before(one);
  }

  std::map<std::string, std::vector<Watch>> by_path_;
};

}  // namespace services::zookeeper
