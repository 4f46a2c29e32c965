// Nodes that would be taken for each other, or not be found.
#pragma once

#include "services/election/group.h"

#include <onc/transport/endpoint.h>

#include <map>
#include <string>

namespace services::elections {

// Throws std::invalid_argument, in one sentence, where two nodes are said to be at one place. Names are not looked up:
// what they hide is found when the wrong node answers.
void check_distinct(const std::map<Id, std::string>& uris);

// What is to be said of node `self`, which serves at `served`, where others are said to be at other hosts but cannot
// reach it, as /etc/hosts may have a host's own name for 127.0.1.1; else nothing.
std::string why_unreachable(Id self, const onc::transport::Endpoint& served, const std::map<Id, std::string>& uris);

}  // namespace services::elections
