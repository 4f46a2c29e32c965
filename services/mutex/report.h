// What onc-mutex prints.
#pragma once

#include "mutex.x.h"

#include <string>

namespace services::locks {

// Of all members and locks that were asked for; `status` has a report.
std::string to_text(const ::mutex::Status& status);
// One object, in ASCII.
std::string to_json(const ::mutex::Status& status);

// One object on one line, of a lock that was granted or refused: {"lock": ..., "outcome": "granted", "token": 5, ...}.
std::string outcome_line(const std::string& lock, const ::mutex::Answer& answer);

// The rest of a sentence: "is held by host:42 for 3.0 s, and you are next".
std::string who_holds(const ::mutex::Queue& queue);
// Why it was not granted, renewed or released: a sentence without its end, of whoever is at `server`.
std::string why_not(const std::string& lock, const std::string& server, const ::mutex::Answer& answer);

// What a stranger said must not move a terminal's cursor: UTF-8 as it is, but \xNN for each byte of what is none, or is
// not to be seen. So two names that differ also look different, unless their letters look alike.
std::string printable(const std::string& text);

}  // namespace services::locks
