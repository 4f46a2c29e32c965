#include "skeleton.h"

#include "programs.h"

#include <algorithm>
#include <cctype>

namespace idlc::skeleton {
namespace {

// As one argument of a CMake command.
std::string quoted(const std::string& text) {
  const auto needs_none = [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_-+./:=").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), needs_none)) return text;
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\' || c == '$') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string words(const std::string& keyword, const std::vector<std::string>& values) {
  std::string text;
  for (const std::string& value : values) text += " " + quoted(value);
  return values.empty() ? "" : " " + keyword + text;
}

// The file's name as a part of targets' names.
std::string stem_of(const std::string& file) {
  std::string stem = file.substr(0, file.find('.'));
  for (char& c : stem)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '-') c = '_';
  return stem.empty() ? "x" : stem;
}

std::string cmake(const std::string& file, const Build& build, const std::vector<std::string>& programs) {
  const std::string stem = stem_of(file);
  const std::string stubs = stem + "-stubs";
  const std::string space = build.space.empty() ? "" : " NAMESPACE " + build.space;
  Printer out;
  out.line("cmake_minimum_required(VERSION 3.25)");
  out.line("project({} CXX)", stem);
  out.line("find_package(oncpp REQUIRED)");
  out.blank();
  out.line("# What idlc makes of {}.", file);
  out.line("add_library({} STATIC)", stubs);
  out.line("onc_generate(TARGET {}{}{}{}{})", stubs, words("FILES", build.files), space,
           words("INCLUDE_DIRECTORIES", build.include_directories), words("OPTIONS", build.options));
  out.line("target_link_libraries({} PUBLIC onc::{})", stubs, programs.size() == 1 ? "xdr" : "onc");
  for (const std::string& program : programs) {
    out.blank();
    out.line("add_executable({}-{} {}.cc)", stem, program, program);
    out.line("target_link_libraries({}-{} PRIVATE {})", stem, program, stubs);
  }
  return out.text();
}

}  // namespace

std::vector<File> generate(const Spec& spec, const cpp::Options& options, const Build& build) {
  const Spelling spelling(spec, options);
  const std::vector<Face> faces = faces_of(spec, spelling);
  if (faces.empty())
    return {{"example.cc", example(options.file, spec, spelling)},
            {"CMakeLists.txt", cmake(options.file, build, {"example"})}};
  return {{"server.cc", server(options.file, faces, spelling)},
          {"client.cc", client(options.file, faces, spelling)},
          {"CMakeLists.txt", cmake(options.file, build, {"server", "client"})}};
}

}  // namespace idlc::skeleton
