// What the command line says of the members.
#pragma once

#include "mutex.x.h"

#include <map>
#include <string>
#include <vector>

namespace services::locks {

// In decimal, also where it begins with zeros; from 1. Throws std::invalid_argument, in one sentence.
::mutex::MemberId id_of(const std::string& text);

// From several ID=tcp://host:port, none of them there twice. Throws as id_of() does.
std::map<::mutex::MemberId, std::string> uris_of(const std::vector<std::string>& nodes);

}  // namespace services::locks
