#include "linkage.h"

#include "words.h"

#include <algorithm>
#include <vector>

namespace idlc {
namespace {

enum class Part { none, opens, closes };

constexpr std::size_t lines_of_part = 3;

// What follows the # if the directive begins like that.
std::string_view directive(std::string_view line, std::string_view name) {
  line = trimmed(line);
  if (!line.starts_with('#')) return {};
  line = trimmed(line.substr(1));
  return line.starts_with(name) ? line : std::string_view();
}

Part part_at(const std::vector<std::string_view>& lines, std::size_t at) {
  if (at + lines_of_part > lines.size()) return Part::none;
  const bool guarded = directive(lines[at], "if").find("__cplusplus") != std::string_view::npos &&
                       !directive(lines[at + 2], "endif").empty();
  std::string_view inside = trimmed(lines[at + 1]);
  if (!guarded || inside.empty()) return Part::none;
  if (inside.front() == '}') {
    inside = trimmed(inside.substr(1));
    return inside.empty() || inside.starts_with('/') ? Part::closes : Part::none;
  }
  if (leading_word(inside) != "extern") return Part::none;
  inside = trimmed(inside.substr(6));
  return inside.starts_with("\"C\"") && trimmed(inside.substr(3)).starts_with('{') ? Part::opens : Part::none;
}

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return lines;
}

// Those without a partner in the same lines.
std::vector<std::size_t> open_parts(const std::vector<std::string_view>& lines) {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Part part = part_at(lines, i);
    if (part == Part::closes && !open.empty() && part_at(lines, open.back()) == Part::opens)
      open.pop_back();
    else if (part != Part::none)
      open.push_back(i);
  }
  return open;
}

}  // namespace

std::string without_open_linkage(std::string_view text) {
  const auto lines = split(text);
  const auto open = open_parts(lines);
  std::string result;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto covers = [&](std::size_t part) { return part <= i && i < part + lines_of_part; };
    if (std::none_of(open.begin(), open.end(), covers)) result += lines[i];
  }
  return result;
}

}  // namespace idlc
