// idlc: compiles .x files to C++.

#include "arguments.h"
#include "backends/cpp/cpp.h"
#include "backends/cpp/percent.h"
#include "backends/json/json.h"
#include "backends/skeleton/skeleton.h"
#include "backends/xdr/format.h"
#include "build.h"
#include "depfile.h"
#include "files.h"
#include "frontend/frontend.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>
#include <system_error>

namespace idlc {
namespace {

enum Exit { success = 0, mistakes = 1, failure = 2 };

std::string name_of(const std::string& path) { return std::filesystem::path(path).filename(); }

std::string output_path(const std::string& path, const Arguments& arguments) {
  return std::filesystem::path(arguments.directory) / name_of(path);
}

Options reading(const Arguments& arguments) {
  return {arguments.include_directories, arguments.definitions, arguments.extern_types, read_file};
}

cpp::Options writing(const std::string& path, const Arguments& arguments) {
  return {.file = name_of(path),
          .space = arguments.space,
          .spaces = arguments.spaces,
          .keep_percent = arguments.percent == "keep",
          .headers = arguments.headers};
}

void add_outputs(const std::string& path, const Spec& spec, const Arguments& arguments, std::vector<File>& outputs) {
  const cpp::Output output = cpp::generate(spec, writing(path, arguments));
  const std::string place = output_path(path, arguments);
  outputs.push_back({place + ".h", output.header});
  outputs.push_back({place + ".cc", output.source});
  outputs.push_back({place + ".print.cc", output.print});
  if (output.async_header.empty()) return;
  outputs.push_back({place + ".async.h", output.async_header});
  outputs.push_back({place + ".async.cc", output.async_source});
}

// What its author has filled in is not to be written over.
void add_skeleton(const std::string& path, const Spec& spec, const Arguments& arguments, const Sources& sources,
                  std::vector<File>& outputs) {
  for (const skeleton::File& file : skeleton::generate(spec, writing(path, arguments), build_of(arguments, sources))) {
    const std::string place = (std::filesystem::path(arguments.directory) / file.name).lexically_normal();
    if (std::filesystem::exists(std::filesystem::symlink_status(place)))
      throw std::runtime_error(place + " is there already, and a skeleton is not written over it");
    outputs.push_back({place, file.text});
  }
}

// What a newcomer wants to know then.
std::string next_step(const std::vector<File>& files, const Arguments& arguments) {
  std::string names;
  for (const File& file : files) names += (names.empty() ? "" : &file == &files.back() ? " and " : ", ") + file.path;
  const std::string source = arguments.directory == "." ? "" : " -S " + arguments.directory;
  return "Written: " + names + ". Next: cmake -B build" + source + " && cmake --build build\n";
}

// What becomes of the files.
struct Results {
  std::vector<File> files;
  Dependencies dependencies;
  std::string printed;  // on stdout
};

// What a link leads to is written, not the link. A pipe has no place.
std::string place_of(const std::string& path) {
  if (!std::filesystem::is_regular_file(path))
    throw std::runtime_error(path + " cannot be written in its place, for it is no regular file");
  return std::filesystem::canonical(path);
}

Exit format(const std::string& path, const Arguments& arguments, const Sources& sources, const Spec& spec,
            Results& results) {
  const std::string formatted = xdr::format(sources.source(0).text(), spec.left_out);
  const bool is_changed = formatted != sources.source(0).text();
  if (spec.line_number && is_changed) {
    Diagnostics diagnostics;
    diagnostics.error(*spec.line_number, "__LINE__ may stand for another number in the formatted file");
    diagnostics.print(std::cerr, sources);
    return mistakes;
  }
  if (!arguments.in_place)
    results.printed += formatted;
  else if (is_changed)
    results.files.push_back({place_of(path), formatted});
  return success;
}

// Adds what becomes of one file; says what is wrong with it otherwise.
Exit compile(const std::string& path, const Arguments& arguments, Results& results) {
  Sources sources;
  sources.add_unit(name_of(path), Source(path, read_file(path)));
  Diagnostics diagnostics;
  const Spec spec = parse(sources, reading(arguments), diagnostics);
  if (diagnostics.empty() && arguments.percent == "keep") cpp::check_percent_lines(spec, diagnostics);
  if (!diagnostics.empty()) {
    diagnostics.print(std::cerr, sources);
    return diagnostics.any_unreadable() ? failure : mistakes;
  }
  if (arguments.check) return success;
  if (arguments.ast_json) {
    results.printed += json::describe(spec);
    return success;
  }
  if (arguments.format) return format(path, arguments, sources, spec, results);
  const std::size_t first = results.files.size();
  if (arguments.skeleton) {
    add_skeleton(path, spec, arguments, sources, results.files);
    results.printed = next_step(results.files, arguments);
  } else {
    add_outputs(path, spec, arguments, results.files);
  }
  results.dependencies.add(results.files[first].path, sources);
  return success;
}

// One that cannot be read keeps the mistakes of the others from nobody.
Exit compile_or_say(const std::string& path, const Arguments& arguments, Results& results) try {
  return compile(path, arguments, results);
} catch (const std::system_error& error) {
  std::cerr << "idlc: " << error.what() << '\n';
  return failure;
}

// The name stands in the C++, in a comment and in an #include.
void refuse_unwritable_names(const Arguments& arguments) {
  for (const std::string& path : arguments.files) {
    const std::string name = name_of(path);
    const auto unwritable = [](char c) {
      return static_cast<unsigned char>(c) < ' ' || c == 127 || c == '"' || c == '\\';
    };
    if (std::any_of(name.begin(), name.end(), unwritable))
      throw std::runtime_error("a file's name with control characters, '\"' or '\\' cannot stand in C++; rename it");
  }
}

// a/x.x and b/x.x have the same outputs.
void refuse_collisions(const Arguments& arguments) {
  if (arguments.check || arguments.format) return;
  std::map<std::string, std::string> sources;
  for (const std::string& path : arguments.files) {
    const std::string header = output_path(path, arguments) + ".h";
    const auto [first, is_new] = sources.emplace(header, path);
    if (!is_new) throw std::runtime_error(first->second + " and " + path + " would both become " + header);
  }
}

void refuse_what_does_not_go_together(const Arguments& arguments) {
  const bool prints = (arguments.format && !arguments.in_place) || arguments.ast_json;
  if (arguments.in_place && !arguments.format) throw std::runtime_error("--in-place goes with --format only");
  if (arguments.skeleton && arguments.files.size() > 1)
    throw std::runtime_error("--skeleton takes one .x file; what it includes comes along");
  if (prints && arguments.files.size() > 1)
    throw std::runtime_error(
        "--format and --ast-json take one .x file, for all goes to stdout; --format --in-place takes several");
  if (!arguments.depfile.empty() && (prints || arguments.format || arguments.check))
    throw std::runtime_error("--depfile says what C++ comes from; --check, --format and --ast-json write none");
}

// A mistyped one is not to become a tree of directories.
void refuse_missing_directory(const Arguments& arguments) {
  const bool writes_there = !arguments.check && !arguments.format && !arguments.ast_json;
  if (writes_there && !std::filesystem::is_directory(arguments.directory))
    throw std::runtime_error("there is no directory " + arguments.directory + ", and -o makes none");
}

int run(const Arguments& arguments) {
  refuse_what_does_not_go_together(arguments);
  refuse_unwritable_names(arguments);
  refuse_collisions(arguments);
  refuse_missing_directory(arguments);
  Results results;
  Exit worst = success;
  for (const std::string& path : arguments.files) worst = std::max(worst, compile_or_say(path, arguments, results));
  if (worst != success) return worst;
  if (!arguments.depfile.empty()) results.files.push_back({arguments.depfile, results.dependencies.text()});
  write_files(results.files);
  std::cout << results.printed;
  return success;
}

}  // namespace
}  // namespace idlc

int main(int argc, char** argv) try {
  idlc::Arguments arguments;
  const int status = idlc::parse_arguments(argc, argv, arguments) ? idlc::run(arguments) : 0;
  // Who has `idlc --format a.x > b.x` on a full disk must not think that b.x is whole.
  if (!std::cout.flush()) throw std::system_error(errno, std::generic_category(), "cannot write to stdout");
  return status;
} catch (const std::exception& error) {
  std::cerr << "idlc: " << error.what() << '\n';
  return idlc::failure;
}
