// Which nodes of a graph lie on a circle together.
#pragma once

#include <cstddef>
#include <vector>

namespace idlc {

// For each node, those it points to.
using Graph = std::vector<std::vector<std::size_t>>;

struct Groups {
  std::vector<std::size_t> of;                    // each node's group
  std::vector<std::vector<std::size_t>> members;  // what a group points to stands before it
};

// Nodes are in one group where each can be reached from the other (Tarjan 1972). Not recursive: a file may hold a
// chain of a million types. Nodes keep their order as far as that allows.
Groups strongly_connected(const Graph& graph);

}  // namespace idlc
