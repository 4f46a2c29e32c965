// The command line of idlc.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace idlc {

struct Arguments {
  std::vector<std::string> files;
  std::string directory = ".";
  std::vector<std::string> include_directories;
  std::map<std::string, std::string> definitions;
  std::string space;
  std::map<std::string, std::string> spaces;  // of files that are included, by name
  std::map<std::string, std::string> extern_types;
  std::vector<std::string> headers;
  std::string percent = "keep";
  std::string depfile;

  // What to do instead of writing C++; one at most.
  bool check = false;
  bool format = false;
  bool in_place = false;  // with format
  bool ast_json = false;
  bool skeleton = false;
};

// Throws std::runtime_error with a sentence for the user. False where --help or --version said all.
bool parse_arguments(int argc, char** argv, Arguments& arguments);

}  // namespace idlc
