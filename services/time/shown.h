// Times and samples as they are shown.
#pragma once

#include "services/time/sampler.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace services::time {

using Json = nlohmann::ordered_json;

// Strangers' words: printable ASCII, with '?' for all else, and no more than so many characters.
std::string shown(std::string_view text, std::size_t most = 60);

// So much of it as a terminal shows in `width` columns, with the commands that set colours between.
std::string cut(const std::string& line, std::size_t width);

// "2026-11-21 12:30:00.123456789 UTC".
std::string shown(Instant instant);

// Seconds to the microsecond, as "+1.500000".
std::string shown_offset(Span span);
// The same without a sign; "unknown" where it is.
std::string shown_bound(Bound bound);

double to_seconds(Span span);
Json to_json(Bound bound);  // in seconds, or null
Json to_json(const Sample& sample);
// The life that the round is of, as text, for many a reader of JSON has no numbers of 64 bits; null before the first.
Json life_json(const time_::Bounds& bounds);

// One line, in ASCII.
std::string to_line(const Json& json);

}  // namespace services::time
