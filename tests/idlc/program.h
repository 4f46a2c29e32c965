// Runs idlc as its users do, in a directory of its own.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

struct Outcome {
  int status;
  std::string output;  // stdout and stderr
};

// A directory that is gone afterwards.
class Directory {
 public:
  Directory();
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  ~Directory();

  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> names() const;

 private:
  std::filesystem::path path_;
};

Outcome idlc(const std::string& arguments);

std::string read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& text);

// The .x files of good/ or bad/, by stem.
std::vector<std::string> cases(const std::string& folder);
std::string name_of(const testing::TestParamInfo<std::string>& test);
