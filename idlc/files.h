// Reading .x files and writing what becomes of them. Throw std::system_error, whose what() names file and reason.
#pragma once

#include <string>
#include <vector>

namespace idlc {

struct File {
  std::string path;
  std::string text;
};

// A file or a pipe of up to 256 MiB.
std::string read_file(const std::string& path);

// All of them or none: each is written beside its place first, and moved there when all are.
void write_files(const std::vector<File>& files);

}  // namespace idlc
