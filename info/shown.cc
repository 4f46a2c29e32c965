#include "info/shown.h"

#include <cstdio>

namespace info {
namespace {

constexpr std::size_t most_shown = 60;

// The last of the run of neighbours that begins at `begin`.
std::size_t end_of_run(const std::vector<std::uint32_t>& numbers, std::size_t begin) {
  std::size_t end = begin;
  while (end + 1 < numbers.size() && numbers[end + 1] == numbers[end] + 1) ++end;
  return end;
}

}  // namespace

std::string shown(std::string_view text) {
  std::string harmless(text.substr(0, most_shown));
  std::replace_if(
      harmless.begin(), harmless.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > most_shown ? harmless + "..." : harmless;
}

std::string shown_versions(std::vector<std::uint32_t> versions) {
  std::sort(versions.begin(), versions.end());
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  std::string text;
  for (std::size_t i = 0; i < versions.size() && text.size() <= most_shown; ++i) {
    const std::size_t end = end_of_run(versions, i);
    text += (text.empty() ? "" : ",") + std::to_string(versions[i]);
    if (end != i) text += "-" + std::to_string(versions[end]);
    i = end;
  }
  return shown(text);
}

std::string shown_milliseconds(std::chrono::nanoseconds time) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", static_cast<double>(time.count()) / 1e6);
  return text;
}

void widen(std::vector<std::size_t>& widths, const Row& row) {
  widths.resize(std::max(widths.size(), row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], shown(row[i]).size());
}

void print_row(std::ostream& out, const std::vector<std::size_t>& widths, const Row& row) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string cell = shown(row[i]);
    line += cell;
    if (i + 1 < row.size()) line.append(widths[i] - cell.size() + 2, ' ');
  }
  out << line << '\n';
}

}  // namespace info
