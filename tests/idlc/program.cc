#include "program.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>

#include <stdlib.h>
#include <sys/wait.h>

namespace fs = std::filesystem;

Directory::Directory() {
  std::string name = (fs::temp_directory_path() / "idlc_test_XXXXXX").string();
  if (!mkdtemp(name.data())) ADD_FAILURE() << "no temporary directory";
  path_ = name;
}

Directory::~Directory() { fs::remove_all(path_); }

std::vector<std::string> Directory::names() const {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(path_)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

Outcome idlc(const std::string& arguments) {
  const std::string command = std::string("'" IDLC "' ") + arguments + " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const std::size_t size = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, size);
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const fs::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

std::vector<std::string> cases(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(CASES) / folder))
    if (entry.path().extension() == ".x") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

std::string name_of(const testing::TestParamInfo<std::string>& test) { return test.param; }
