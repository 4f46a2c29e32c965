// The commands of onc-file. Each returns the exit status: 0, or 1 after one sentence on standard error for each thing
// that was not done. They throw Failure and onc::rpc::Error where nothing more can be done at all.
#pragma once

#include "services/file/client/connection.h"

#include <string>
#include <vector>

namespace services::files {

// The arguments make no sense together.
class Misuse : public std::runtime_error {
  using runtime_error::runtime_error;
};

struct Options {
  ServerAddress server;
  std::size_t jobs = 4;
  bool json = false;
  bool recursive = false;
  bool parents = false;  // mkdir: those above it too, and no matter if it is there
  file::Revision wanted = file::ANY;
  std::vector<std::string> paths;
};

int ls(const Options& options);
int stat(const Options& options);
int remove(const Options& options);
int move(const Options& options);
int make_folders(const Options& options);
// The last of several paths is where the others go; in both directions.
int get(const Options& options);
int put(const Options& options);

}  // namespace services::files
