// What answers for a node of an election: its own algorithms, or an ensemble of ZooKeeper.
#pragma once

#include "services/election/node.h"

#include <functional>

namespace services::elections {

class Elector {
 public:
  virtual ~Elector() = default;

  // From another node.
  virtual election::Reply on_call(const Call& call) = 0;
  virtual election::Status status() = 0;
  // DONE, or NOT_COORDINATOR. Status::sure of before stays true.
  virtual election::Reply resign() = 0;
  // Before its process ends: calls back, perhaps at once, when it leads no longer and has told the others, or a second
  // has passed. Status::sure of before stays true.
  virtual void leave(std::function<void()> left) = 0;
};

}  // namespace services::elections
