// Programs to start from: a server to fill in, a client that calls it, and what builds both.
#pragma once

#include "backends/cpp/cpp.h"
#include "frontend/ast.h"

#include <string>
#include <vector>

namespace idlc::skeleton {

// How CMakeLists.txt calls idlc. Paths are as seen from where it will stand.
struct Build {
  std::vector<std::string> files;  // the .x, then those that it includes
  std::string space;               // a namespace, if one was asked for
  std::vector<std::string> include_directories;
  std::vector<std::string> options;
};

struct File {
  std::string name;
  std::string text;
};

// Of a .x without programs: one that sends each of its types to bytes and back.
std::vector<File> generate(const Spec& spec, const cpp::Options& options, const Build& build);

}  // namespace idlc::skeleton
