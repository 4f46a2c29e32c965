// What the command line says about reading .x files.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace idlc {

struct Options {
  std::vector<std::string> directories;            // -I, where #include looks
  std::map<std::string, std::string> definitions;  // -D
  // Types that a .x names but only the C++ around it defines, and what they are called there.
  std::map<std::string, std::string> extern_types;
  // Of one file; throws std::system_error.
  std::function<std::string(const std::string& path)> read;
};

}  // namespace idlc
