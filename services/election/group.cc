#include "services/election/group.h"

#include "services/election/fingerprint.h"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace services::elections {

namespace {

void check(const std::vector<Id>& sorted, Span lease) {
  if (sorted.empty() || sorted.size() > election::MAX_NODES)
    throw std::invalid_argument("there are from 1 to " + std::to_string(election::MAX_NODES) + " nodes");
  if (sorted.front() == nobody) throw std::invalid_argument("no node's id is 0; the first is 1");
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) throw std::invalid_argument("two nodes have the id " + std::to_string(*twice));
  if (lease < Group::shortest_lease || lease > Group::longest_lease)
    throw std::invalid_argument("a lease lasts from 0.05 to 3600 seconds");
}

}  // namespace

Group::Group(std::vector<Id> ids, Algorithm algorithm, Span lease)
    : ids_(std::move(ids)), algorithm_(algorithm), lease_(lease) {
  std::sort(ids_.begin(), ids_.end());
  check(ids_, lease_);
  Fingerprint fingerprint;
  fingerprint.add(static_cast<std::uint64_t>(algorithm_));
  fingerprint.add(static_cast<std::uint64_t>(lease_.count()));
  for (const Id id : ids_) fingerprint.add(id);
  fingerprint_ = fingerprint.value();
}

std::optional<std::size_t> Group::place_of(Id id) const {
  const auto found = std::lower_bound(ids_.begin(), ids_.end(), id);
  if (found == ids_.end() || *found != id) return std::nullopt;
  return static_cast<std::size_t>(found - ids_.begin());
}

}  // namespace services::elections
