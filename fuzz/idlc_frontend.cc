// Any bytes are a .x file, or several: whatever they are, idlc says what is wrong or writes C++, and formatting what is
// good changes nothing but white space.
#include "backends/cpp/cpp.h"
#include "backends/cpp/percent.h"
#include "backends/json/json.h"
#include "backends/skeleton/skeleton.h"
#include "backends/xdr/format.h"
#include "frontend/frontend.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace {

// The files of one input: the first is compiled, "1", "2.x" and so on can be included.
constexpr char separator = '\xff';

std::vector<std::string> files_of(std::string_view input) {
  std::vector<std::string> files;
  while (true) {
    const std::size_t end = std::min(input.find(separator), input.size());
    files.emplace_back(input.substr(0, end));
    if (end == input.size()) return files;
    input.remove_prefix(end + 1);
  }
}

// Whatever directory it is looked for in.
std::string read(const std::vector<std::string>& files, const std::string& path) {
  const std::string name = std::filesystem::path(path).filename();
  const std::size_t number = std::strtoul(name.c_str(), nullptr, 10);
  if (number == 0 || number >= files.size())
    throw std::system_error(std::make_error_code(std::errc::no_such_file_or_directory));
  return files[number];
}

// The bits of the sum of all bytes say with what options to compile: so each of the examples too, and their mutations,
// come by any. The last file is the namespace, if one can be called so.
idlc::cpp::Options options_of(std::string_view input, const std::vector<std::string>& files) {
  unsigned chosen = 0;
  for (const char byte : input) chosen += static_cast<unsigned char>(byte);
  const std::string space = idlc::cpp::is_namespace(files.back()) ? files.back() : "a::b";
  idlc::cpp::Options options{
      .file = "a.x", .space = {}, .spaces = {}, .keep_percent = (chosen & 1) != 0, .headers = {}};
  if (chosen & 2) options.space = space;
  if (chosen & 4) options.spaces["1.x"] = space;
  return options;
}

// Without places, which formatting moves, and with comments that it may join differently left out.
void drop_places(nlohmann::json& node) {
  if (node.is_object())
    for (const char* key : {"line", "column", "comment"}) node.erase(key);
  if (node.is_structured())
    for (nlohmann::json& child : node) drop_places(child);
}

struct Compiled {
  std::string json;  // nothing if the file is not good, or cannot be formatted
  std::string formatted;
};

Compiled compile(const std::string& text, const std::vector<std::string>& files, const idlc::cpp::Options& writing) {
  idlc::Sources sources;
  sources.add_unit("a.x", idlc::Source("a.x", text));
  idlc::Diagnostics diagnostics;
  const idlc::Options options{
      {"."}, {{"D", "1"}}, {{"T", "::T"}}, [&](const std::string& path) { return read(files, path); }};
  const idlc::Spec spec = idlc::parse(sources, options, diagnostics);
  if (diagnostics.empty() && writing.keep_percent) idlc::cpp::check_percent_lines(spec, diagnostics);
  if (!diagnostics.empty()) {
    std::ostringstream out;
    diagnostics.print(out, sources);
    return {};
  }
  idlc::cpp::generate(spec, writing);
  idlc::skeleton::generate(spec, writing, {.files = {"a.x"}});
  nlohmann::json json = nlohmann::json::parse(idlc::json::describe(spec));
  drop_places(json);
  if (spec.line_number) return {};
  return {json.dump(), idlc::xdr::format(text, spec.left_out)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto files = files_of(input);
  const idlc::cpp::Options writing = options_of(input, files);
  const Compiled first = compile(files.front(), files, writing);
  if (first.json.empty()) return 0;
  const Compiled second = compile(first.formatted, files, writing);
  if (second.json != first.json || second.formatted != first.formatted) {
    std::fprintf(stderr, "formatted, it is another file:\n%s\n", first.formatted.c_str());
    std::abort();
  }
  return 0;
}
