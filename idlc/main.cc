// idlc: compiles .x files to C++.

#include "backends/cpp/cpp.h"
#include "files.h"
#include "frontend/frontend.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>

namespace idlc {
namespace {

enum Exit { success = 0, mistakes = 1, failure = 2 };

struct Arguments {
  std::vector<std::string> files;
  std::string directory = ".";
  std::string space;
  std::string percent = "keep";
};

constexpr const char* examples = R"(Examples:
  idlc files.x                          files.x.h, files.x.cc and files.x.print.cc, here; with programs in files.x,
                                        files.x.async.h and files.x.async.cc too
  idlc -o build idl/*.x                 several, into build/
  idlc --namespace acme::files files.x  not in namespace files

Exit status: 0; 1 if a .x file has mistakes, 2 if a file cannot be read or written or the command line makes no sense.
Then nothing is written at all.)";

void describe(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", "idlc " ONC_VERSION);
  app.footer(examples);
  app.add_option("FILE.x", arguments.files, "The .x files to compile")->type_name("");
  app.add_option("-o,--output", arguments.directory, "Where the C++ goes (default: here)")->type_name("DIR");
  app.add_option("--namespace", arguments.space, "The C++ namespace (default: the file's name)")
      ->type_name("NS")
      ->check([](const std::string& text) {
        return cpp::is_namespace(text) ? std::string() : "'" + text + "' cannot be a C++ namespace";
      });
  app.add_option("--percent", arguments.percent, "Lines with %: into the header (keep, the default) or nowhere (drop)")
      ->type_name("keep|drop")
      ->check(CLI::IsMember({"keep", "drop"}).description(""));
}

std::string output_path(const std::string& path, const Arguments& arguments) {
  return std::filesystem::path(arguments.directory) / std::filesystem::path(path).filename();
}

// Adds the C++ of one file; says what is wrong with it otherwise.
bool compile(const std::string& path, const Arguments& arguments, std::vector<File>& outputs) {
  const Source source(path, read_file(path));
  Diagnostics diagnostics;
  const Spec spec = parse(source, diagnostics);
  if (!diagnostics.empty()) {
    diagnostics.print(std::cerr, source);
    return false;
  }
  const std::string name = std::filesystem::path(path).filename();
  const cpp::Output output = cpp::generate(spec, {name, arguments.space, arguments.percent == "keep"});
  const std::string place = output_path(path, arguments);
  outputs.push_back({place + ".h", output.header});
  outputs.push_back({place + ".cc", output.source});
  outputs.push_back({place + ".print.cc", output.print});
  if (!output.async_header.empty()) {
    outputs.push_back({place + ".async.h", output.async_header});
    outputs.push_back({place + ".async.cc", output.async_source});
  }
  return true;
}

// The name stands in the C++, in a comment and in an #include.
void refuse_unwritable_names(const Arguments& arguments) {
  for (const std::string& path : arguments.files) {
    const std::string name = std::filesystem::path(path).filename();
    const auto unwritable = [](char c) {
      return static_cast<unsigned char>(c) < ' ' || c == 127 || c == '"' || c == '\\';
    };
    if (std::any_of(name.begin(), name.end(), unwritable))
      throw std::runtime_error("a file's name with control characters, '\"' or '\\' cannot stand in C++; rename it");
  }
}

// a/x.x and b/x.x have the same outputs.
void refuse_collisions(const Arguments& arguments) {
  std::map<std::string, std::string> sources;
  for (const std::string& path : arguments.files) {
    const std::string header = output_path(path, arguments) + ".h";
    const auto [first, is_new] = sources.emplace(header, path);
    if (!is_new) throw std::runtime_error(first->second + " and " + path + " would both become " + header);
  }
}

int run(const Arguments& arguments) {
  // Not CLI11's required(), which complains of no file where the mistake is an option.
  if (arguments.files.empty()) throw std::runtime_error("no .x file is given; see idlc --help");
  refuse_unwritable_names(arguments);
  refuse_collisions(arguments);
  std::vector<File> outputs;
  bool good = true;
  for (const std::string& path : arguments.files) good = compile(path, arguments, outputs) && good;
  if (!good) return mistakes;
  write_files(outputs);
  return success;
}

}  // namespace
}  // namespace idlc

int main(int argc, char** argv) try {
  CLI::App app("Compiles .x files, the XDR and RPC language of RFC 4506 and RFC 5531, to C++.", "idlc");
  idlc::Arguments arguments;
  idlc::describe(app, arguments);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    throw std::runtime_error(std::string(error.what()) + "; see idlc --help");
  }
  return idlc::run(arguments);
} catch (const std::exception& error) {
  std::cerr << "idlc: " << error.what() << '\n';
  return idlc::failure;
}
