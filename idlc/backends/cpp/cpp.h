// The C++ of a .x file.
#pragma once

#include "frontend/ast.h"

#include <map>
#include <string>
#include <vector>

namespace idlc::cpp {

struct Options {
  std::string file;                           // files.x
  std::string space;                          // the namespace; empty: after the file
  std::map<std::string, std::string> spaces;  // of files by their names, where theirs is another one
  bool keep_percent = true;                   // lines with % go into the header
  std::vector<std::string> headers;           // that it includes too: "types.h" or <types.h>
};

struct Output {
  std::string header;  // of files.x.h
  std::string source;  // of files.x.cc
  std::string print;   // of files.x.print.cc

  // Empty where the file has no program.
  std::string async_header;  // of files.x.async.h
  std::string async_source;  // of files.x.async.cc
};

Output generate(const Spec& spec, const Options& options);

bool is_identifier(const std::string& text);

// a, a::b or ::a::b
bool is_type_name(const std::string& text);

// a or a::b, of names that C++ and idlc leave free.
bool is_namespace(const std::string& text);

}  // namespace idlc::cpp
