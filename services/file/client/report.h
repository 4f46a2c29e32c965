// What becomes of each file, for people or, by --json, for programs: an object on a line for each, and one for all.
#pragma once

#include "services/file/client/progress.h"
#include "services/file/client/upload.h"

#include <nlohmann/json.hpp>

#include <exception>
#include <mutex>
#include <string>

namespace services::files {

using Json = nlohmann::ordered_json;

// In ASCII. A revision is a string, for it has more digits than many programs' numbers.
void print_line(const Json& json);
Json to_json(const file::Attributes& attributes);
std::string hex(const file::Sha256& hash);

// For several threads.
class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void moved(const std::string& local, const std::string& remote, const Moved& moved);
  void done(const std::string& path);
  // What is neither file nor folder is passed over.
  void skipped(const std::string& path);
  void failed(const std::string& path, const std::exception& why);

  void not_tried(const std::string& path);

  // Prints the summary, and returns the exit status.
  int end();

  Progress& progress() { return progress_; }

 private:
  bool json_;
  Progress progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::uint64_t skipped_ = 0;
  std::uint64_t not_tried_ = 0;
};

}  // namespace services::files
