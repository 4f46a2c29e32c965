// What --node says, of any daemon that is one of several.
#pragma once

#include "services/election/group.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace services::elections {

// Of digits that are decimal also where zeros are before them. Nothing where the text is none.
std::optional<Id> id_of(const std::string& text);

// From several ID=URI, each of which the others can find. Throws std::invalid_argument, in one sentence.
std::map<Id, std::string> uris_by_id(const std::vector<std::string>& nodes);

}  // namespace services::elections
