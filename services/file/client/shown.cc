#include "services/file/client/shown.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace services::files {

std::string shown(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto one = static_cast<unsigned char>(name[i]);
    // U+0080 to U+009F are control characters too, and 0xc2 is what they begin with.
    const bool is_control = one < 0x20 || one == 0x7f ||
                            (one >= 0x80 && one < 0xa0 && i > 0 && static_cast<unsigned char>(name[i - 1]) == 0xc2);
    text += is_control ? '?' : name[i];
  }
  return text;
}

std::string shown_size(std::uint64_t bytes) {
  constexpr std::array units = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  for (; size >= 1023.95 && unit + 1 < units.size(); ++unit) size /= 1024;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", size, units[unit]);
  return text;
}

namespace {

std::string utc_time(std::int64_t nanoseconds, const char* form) {
  constexpr std::int64_t second = 1'000'000'000;
  const std::time_t seconds = nanoseconds / second - (nanoseconds % second < 0);
  std::tm utc{};
  char text[64];
  if (::gmtime_r(&seconds, &utc) == nullptr || std::strftime(text, sizeof text, form, &utc) == 0) return "?";
  return text;
}

}  // namespace

std::string shown_time(std::int64_t nanoseconds) { return utc_time(nanoseconds, "%Y-%m-%d %H:%M:%S"); }

std::string time_of_rfc3339(std::int64_t nanoseconds) { return utc_time(nanoseconds, "%Y-%m-%dT%H:%M:%SZ"); }

}  // namespace services::files
