// Nodes that would be taken for each other.
#pragma once

#include "services/election/group.h"

#include <map>
#include <string>

namespace services::elections {

// Throws std::invalid_argument, in one sentence, where two nodes are said to be at one place. Names are not looked up:
// what they hide is found when the wrong node answers.
void check_distinct(const std::map<Id, std::string>& uris);

}  // namespace services::elections
