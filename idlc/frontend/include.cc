#include "preprocessor.h"

#include <filesystem>
#include <system_error>

namespace idlc {
namespace {

// Files within files: C compilers give up at 200.
constexpr std::size_t deepest_includes = 64;

bool is_unit(const std::string& path) { return std::filesystem::path(path).extension() == ".x"; }

std::vector<std::string> places(const std::string& name, bool quoted, const std::string& from, const Options& options) {
  const std::filesystem::path path(name);
  if (path.is_absolute()) return {name};
  std::vector<std::string> places;
  if (quoted) places.push_back(std::filesystem::path(from).parent_path() / path);
  for (const std::string& directory : options.directories) places.push_back(std::filesystem::path(directory) / path);
  return places;
}

bool same_file(const std::string& a, const std::string& b) {
  return std::filesystem::path(a).lexically_normal() == std::filesystem::path(b).lexically_normal();
}

}  // namespace

// Beside the file that includes it if it is named in quotes, then where -I says.
std::optional<std::uint32_t> Preprocessor::open(const std::string& name, bool quoted, const Location& where) {
  std::string reason;
  for (const std::string& path : places(name, quoted, sources_.source(where.begin.file).path(), options_)) {
    if (is_loop(path, where)) return std::nullopt;
    if (is_unit(path) && is_known(path)) return std::nullopt;
    try {
      Source source(path, options_.read(path));
      if (is_unit(path) && takes_a_name(path, where)) return std::nullopt;
      if (is_unit(path)) return sources_.add_unit(std::filesystem::path(path).filename(), std::move(source), where);
      return sources_.add(std::move(source), sources_[where.begin.file].unit, where);
    } catch (const std::system_error& error) {
      if (reason.empty() || error.code() != std::errc::no_such_file_or_directory) reason = error.code().message();
    }
  }
  not_found(name, reason, where);
  return std::nullopt;
}

// A .x file is read once, whoever includes it: what it defines cannot be defined twice.
bool Preprocessor::is_known(const std::string& path) const {
  for (std::uint32_t file = 0; file < sources_.size(); ++file)
    if (same_file(sources_.source(file).path(), path)) return true;
  return false;
}

// Its C++ would be a header of that name, and who includes it would get the other.
bool Preprocessor::takes_a_name(const std::string& path, const Location& where) {
  const std::string name = std::filesystem::path(path).filename();
  for (std::uint32_t file = 0; file < sources_.size(); ++file) {
    const std::string& other = sources_.source(file).path();
    if (!is_unit(other) || std::filesystem::path(other).filename() != name) continue;
    diagnostics_.error(where, "'" + path + "' and '" + other + "' would both become " + name + ".h; rename one");
    return true;
  }
  return false;
}

bool Preprocessor::is_loop(const std::string& path, const Location& where) {
  std::size_t depth = 0;
  std::optional<Location> at = where;
  while (at) {
    const Sources::File& file = sources_[at->begin.file];
    if (is_unit(path) && same_file(file.source.path(), path)) {
      diagnostics_.error(where, "'" + path + "' is included by itself");
      return true;
    }
    at = file.included_at;
    if (++depth <= deepest_includes) continue;
    diagnostics_.error(where, "included deeper than " + std::to_string(deepest_includes) + " levels");
    given_up_ = true;
    return true;
  }
  return false;
}

void Preprocessor::not_found(const std::string& name, const std::string& reason, const Location& where) {
  std::string text = "cannot read '" + name + "': " + (reason.empty() ? "no directory given by -I has it" : reason);
  if (!name.ends_with(".x")) text += "; an #include for the C++ is written %#include";
  diagnostics_.unreadable(where, std::move(text));
}

}  // namespace idlc
