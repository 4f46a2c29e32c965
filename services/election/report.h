// What onc-election prints.
#pragma once

#include "election.x.h"

#include <chrono>
#include <string>

namespace services::elections {

using WallTime = std::chrono::sys_time<std::chrono::nanoseconds>;

// `now`: as the node answered, by the clock of who reads it, for the node says only for how long somebody has led.
std::string to_text(const election::Status& status, WallTime now);
// One object, in ASCII.
std::string to_json(const election::Status& status, WallTime now);

// "ID TERM" or "none", or an object, and the end of the line.
std::string leader_line(const election::Status& status, bool as_json);
// The rest of a sentence.
const char* why_nobody(const election::Status& status);

}  // namespace services::elections
