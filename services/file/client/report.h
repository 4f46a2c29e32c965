// What becomes of each file, for people or, by --json, for programs: an object on a line for each, and one for all.
#pragma once

#include "services/file/client/progress.h"
#include "services/file/client/upload.h"

#include <nlohmann/json.hpp>

#include <exception>
#include <mutex>
#include <string>
#include <vector>

namespace services::files {

using Json = nlohmann::ordered_json;

// In ASCII. A revision is a string, for it has more digits than many programs' numbers.
void print_line(const Json& json);
// Under `key`; and where it is no UTF-8, its bytes in hex under `key`_bytes.
void add_name(Json& line, const std::string& key, const std::string& name);
Json to_json(const file::Attributes& attributes);
std::string hex(const file::Sha256& hash);

// What is told of: a path on the server, and the file here that goes there or comes from it, where there is one.
struct Subject {
  std::string path;
  std::string local = "";
};

// For several threads.
class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void moved(const Subject& subject, const Moved& moved);
  void done(const std::string& path);
  // It is there already.
  void unchanged(const Subject& subject, const file::Attributes& attributes);
  // What is neither file nor folder, but `what`, is passed over.
  void skipped(const Subject& subject, const std::string& what);
  void failed(const Subject& subject, const std::exception& why);
  // Of no file in particular.
  void failed(const std::exception& why);
  // Nothing at all can be done, which is told once: of the first of them.
  void all_failed(const std::vector<Subject>& all, const std::exception& why);
  void not_tried(const Subject& subject);

  // Prints the summary, and returns the exit status.
  int end();
  // The same without a summary for programs.
  int end_without_summary();

  // The same for people: "instrument.data: 96.0 MiB in 0.4 s". `name` is that of the file, where it is just one.
  std::string summary(const std::string& name) const;

  Progress& progress() { return progress_; }

 private:
  void tell(Json line, const std::exception& why);
  void tell_not_tried(const Subject& subject);
  double seconds() const;

  bool json_;
  Progress progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::uint64_t unchanged_ = 0;
  std::uint64_t skipped_ = 0;
  std::uint64_t not_tried_ = 0;
};

}  // namespace services::files
