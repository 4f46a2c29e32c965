// Names, sizes and times as they may stand on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace services::files {

// UTF-8 stays as it is; '?' for what moves a cursor.
std::string shown(std::string_view name);
// "713 B", "1.5 MiB".
std::string shown_size(std::uint64_t bytes);
// "2026-11-21 12:30:00", in UTC.
std::string shown_time(std::int64_t nanoseconds);
// "2026-11-21T12:30:00Z" (RFC 3339).
std::string time_of_rfc3339(std::int64_t nanoseconds);

}  // namespace services::files
