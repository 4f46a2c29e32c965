// Who elects, how, and what follows from it: the same with all nodes.
#pragma once

#include "services/election/clock.h"

#include "election.x.h"

#include <optional>
#include <vector>

namespace services::elections {

using election::Algorithm;
using election::Id;
using election::Life;
using election::Term;

constexpr Id nobody = election::NOBODY;

class Group {
 public:
  static constexpr Span shortest_lease = std::chrono::milliseconds(50);
  static constexpr Span longest_lease = std::chrono::hours(1);

  // Throws std::invalid_argument, in one sentence, for ids that are none or twice there, for too many, and for leases
  // that are too short or too long.
  Group(std::vector<Id> ids, Algorithm algorithm, Span lease);

  const std::vector<Id>& ids() const { return ids_; }  // ascending
  std::size_t size() const { return ids_.size(); }
  std::size_t majority() const { return ids_.size() / 2 + 1; }
  std::optional<std::size_t> place_of(Id id) const;  // among the ids

  Algorithm algorithm() const { return algorithm_; }
  Span lease() const { return lease_; }
  // How often each node is heard.
  Span interval() const { return lease_ / 4; }
  // Another wherever one of the above is another.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  std::vector<Id> ids_;
  Algorithm algorithm_;
  Span lease_;
  std::uint64_t fingerprint_;
};

}  // namespace services::elections
