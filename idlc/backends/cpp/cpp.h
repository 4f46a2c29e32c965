// The C++ of a .x file.
#pragma once

#include "frontend/ast.h"

#include <string>

namespace idlc::cpp {

struct Options {
  std::string file;          // files.x
  std::string space;         // the namespace; empty: after the file
  bool keep_percent = true;  // lines with % go into the header
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

// a or a::b, of names that C++ and idlc leave free.
bool is_namespace(const std::string& text);

}  // namespace idlc::cpp
