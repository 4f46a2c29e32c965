#include "services/file/client/paths.h"
#include "services/file/client/connection.h"
#include "services/file/client/shown.h"

#include <algorithm>

namespace services::files {

std::string to_remote(std::string_view text) {
  std::string path;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view name = text.substr(begin, end - begin);
    if (!name.empty() && name != ".") path = join(path, std::string(name));
    begin = end + 1;
  }
  return path;
}

std::string join(const std::string& folder, const std::string& name) {
  return folder.empty() || name.empty() ? folder + name : folder + "/" + name;
}

std::string last_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

void check_told_name(const std::string& name) {
  if (name.empty() || name == "." || name == ".." || name.find('/') != name.npos || name.find('\0') != name.npos)
    throw Failure("the server tells of a file named '" + shown(name) +
                  "', which no file can be named: do not trust it");
}

}  // namespace services::files
