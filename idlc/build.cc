#include "build.h"

#include <filesystem>

namespace idlc {
namespace {

namespace fs = std::filesystem;

std::string seen_from(const std::string& directory, const std::string& path) {
  return fs::proximate(fs::absolute(path), fs::absolute(directory)).generic_string();
}

// Of each unit the file that it begins with.
std::vector<std::string> paths_of_units(const Sources& sources) {
  std::vector<std::string> paths;
  for (std::uint32_t file = 0; file < sources.size(); ++file)
    if (sources[file].unit == paths.size()) paths.push_back(sources.source(file).path());
  return paths;
}

void add_each(std::vector<std::string>& options, const std::string& option,
              const std::map<std::string, std::string>& values) {
  for (const auto& [name, text] : values) {
    options.push_back(option);
    options.push_back(name + "=" + text);
  }
}

}  // namespace

skeleton::Build build_of(const Arguments& arguments, const Sources& sources) {
  skeleton::Build build;
  build.space = arguments.space;
  for (const std::string& path : paths_of_units(sources)) build.files.push_back(seen_from(arguments.directory, path));
  for (const std::string& path : arguments.include_directories)
    build.include_directories.push_back(seen_from(arguments.directory, path));
  add_each(build.options, "-D", arguments.definitions);
  add_each(build.options, "--namespace", arguments.spaces);
  add_each(build.options, "--extern-type", arguments.extern_types);
  for (const std::string& header : arguments.headers) build.options.insert(build.options.end(), {"--include", header});
  if (arguments.percent != "keep") build.options.insert(build.options.end(), {"--percent", arguments.percent});
  return build;
}

}  // namespace idlc
