#include "directive.h"

namespace idlc {
namespace {

std::size_t find_comment(std::string_view text) {
  bool quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') quoted = !quoted;
    if (!quoted && (text.substr(at, 2) == "/*" || text.substr(at, 2) == "//")) return at;
  }
  return std::string_view::npos;
}

}  // namespace

std::string without_comments(std::string_view line) {
  std::string result;
  while (true) {
    const std::size_t begin = find_comment(line);
    result += line.substr(0, begin);
    if (begin == std::string_view::npos || line[begin + 1] == '/') return result;
    const std::size_t end = line.find("*/", begin + 2);
    if (end == std::string_view::npos) return result;
    result += ' ';
    line.remove_prefix(end + 2);
  }
}

bool leaves_comment_open(std::string_view line) {
  while (true) {
    const std::size_t begin = find_comment(line);
    if (begin == std::string_view::npos || line[begin + 1] == '/') return false;
    const std::size_t end = line.find("*/", begin + 2);
    if (end == std::string_view::npos) return true;
    line.remove_prefix(end + 2);
  }
}

}  // namespace idlc
