#include "graph.h"

#include <algorithm>
#include <limits>

namespace idlc {
namespace {

class Tarjan {
 public:
  explicit Tarjan(const Graph& graph) : graph_(graph), visited_(graph.size(), 0), low_(graph.size(), 0) {
    groups_.of.assign(graph.size(), none);
  }

  Groups run() {
    for (std::size_t node = 0; node < graph_.size(); ++node)
      if (visited_[node] == 0) visit(node);
    return std::move(groups_);
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  struct Step {
    std::size_t node;
    std::size_t next_edge;
  };

  void visit(std::size_t root) {
    enter(root);
    while (!path_.empty()) {
      Step& step = path_.back();
      if (step.next_edge == graph_[step.node].size())
        leave();
      else
        follow(step.node, graph_[step.node][step.next_edge++]);
    }
  }

  void enter(std::size_t node) {
    visited_[node] = low_[node] = ++count_;
    open_.push_back(node);
    path_.push_back({node, 0});
  }

  void follow(std::size_t from, std::size_t to) {
    if (visited_[to] == 0)
      enter(to);
    else if (groups_.of[to] == none)
      low_[from] = std::min(low_[from], visited_[to]);
  }

  void leave() {
    const std::size_t node = path_.back().node;
    path_.pop_back();
    if (!path_.empty()) low_[path_.back().node] = std::min(low_[path_.back().node], low_[node]);
    if (low_[node] == visited_[node]) close_group(node);
  }

  void close_group(std::size_t root) {
    const auto first = std::find(open_.rbegin(), open_.rend(), root).base() - 1;
    std::vector<std::size_t> members(first, open_.end());
    open_.erase(first, open_.end());
    std::sort(members.begin(), members.end());
    for (const std::size_t node : members) groups_.of[node] = groups_.members.size();
    groups_.members.push_back(std::move(members));
  }

  const Graph& graph_;
  std::vector<std::size_t> visited_;  // when, from 1
  std::vector<std::size_t> low_;      // the earliest node seen from here that is still open
  std::vector<std::size_t> open_;
  std::vector<Step> path_;
  std::size_t count_ = 0;
  Groups groups_;
};

}  // namespace

Groups strongly_connected(const Graph& graph) { return Tarjan(graph).run(); }

}  // namespace idlc
