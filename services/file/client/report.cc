#include "services/file/client/report.h"
#include "services/file/client/shown.h"

#include <cstdio>

#include <unistd.h>

namespace services::files {

namespace {

const char* name_of(file::Kind kind) {
  switch (kind) {
    case file::Kind::REGULAR: return "file";
    case file::Kind::FOLDER: return "folder";
    case file::Kind::LINK: return "link";
    case file::Kind::OTHER: return "other";
  }
  return "unknown";
}

// Where a bar may stand.
const char* wiped_line() { return ::isatty(STDERR_FILENO) ? "\r\x1b[K" : ""; }

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

template <class Bytes>
std::string hex_of(const Bytes& bytes) {
  std::string text;
  for (const auto one : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned>(static_cast<unsigned char>(one)));
    text += digits;
  }
  return text;
}

Json to_json(const Subject& subject) {
  Json line;
  add_name(line, "path", subject.path.empty() ? "/" : subject.path);
  if (!subject.local.empty()) add_name(line, "local", subject.local);
  return line;
}

Json with_outcome(const char* outcome, const Subject& subject) {
  Json line = {{"outcome", outcome}};
  line.update(to_json(subject));
  return line;
}

}  // namespace

void add_name(Json& line, const std::string& key, const std::string& name) {
  line[key] = name;
  if (!is_utf8(name)) line[key + "_bytes"] = hex_of(name);
}

void print_line(const Json& json) {
  const std::string text = json.dump(-1, ' ', true, Json::error_handler_t::replace);
  std::puts(text.c_str());
  std::fflush(stdout);  // whoever reads them waits for each
}

Json to_json(const file::Attributes& attributes) {
  char mode[16];
  std::snprintf(mode, sizeof mode, "%04o", attributes.mode);
  return {{"kind", name_of(attributes.kind)},
          {"size", attributes.size},
          {"modified", time_of_rfc3339(attributes.modified)},
          {"modified_ns", attributes.modified},
          {"mode", mode},
          {"revision", std::to_string(attributes.revision)}};
}

std::string hex(const file::Sha256& hash) { return hex_of(hash); }

void Report::moved(const Subject& subject, const Moved& moved) {
  ++progress_.files_done;
  if (!json_) return;
  Json line = with_outcome("done", subject);
  line.update({{"sha256", hex(moved.hash)}, {"resumed_at", moved.resumed_at}});
  line.update(to_json(moved.attributes));
  const std::lock_guard lock(mutex_);
  print_line(line);
}

void Report::done(const std::string& path) {
  ++progress_.files_done;
  const std::lock_guard lock(mutex_);
  if (json_) print_line(with_outcome("done", {path}));
}

void Report::unchanged(const Subject& subject, const file::Attributes& attributes) {
  const std::lock_guard lock(mutex_);
  ++unchanged_;
  if (!json_) return;
  Json line = with_outcome("unchanged", subject);
  line.update(to_json(attributes));
  print_line(line);
}

void Report::skipped(const Subject& subject, const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++skipped_;
  if (json_) {
    Json line = with_outcome("skipped", subject);
    line["reason"] = what;
    return print_line(line);
  }
  const std::string& name = subject.local.empty() ? subject.path : subject.local;
  std::fprintf(stderr, "%sonc-file: %s is %s, and is left out\n", wiped_line(), shown(name).c_str(), what.c_str());
}

void Report::failed(const Subject& subject, const std::exception& why) { tell(with_outcome("failed", subject), why); }

void Report::failed(const std::exception& why) { tell(Json{{"outcome", "failed"}}, why); }

void Report::tell(Json line, const std::exception& why) {
  ++progress_.files_failed;
  const std::lock_guard lock(mutex_);
  const std::string sentence = sentence_of(why);
  line["error"] = sentence;
  if (json_) print_line(line);
  std::fprintf(stderr, "%sonc-file: %s\n", wiped_line(), sentence.c_str());
}

void Report::all_failed(const std::vector<Subject>& all, const std::exception& why) {
  failed(all.front(), why);
  const std::lock_guard lock(mutex_);
  for (std::size_t i = 1; i < all.size(); ++i) tell_not_tried(all[i]);
}

void Report::not_tried(const Subject& subject) {
  const std::lock_guard lock(mutex_);
  ++not_tried_;
  tell_not_tried(subject);
}

void Report::tell_not_tried(const Subject& subject) {
  ++progress_.files_failed;
  if (json_) print_line(with_outcome("not tried", subject));
}

double Report::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

std::string Report::summary(const std::string& name) const {
  const std::uint64_t files = progress_.files_done;
  char time[32];
  std::snprintf(time, sizeof time, "%.1f s", seconds());
  std::string text = (name.empty() ? std::to_string(files) + " files" : shown(name)) + ": " +
                     shown_size(progress_.bytes_moved) + " in " + time;
  if (unchanged_ != 0) text += ", " + std::to_string(unchanged_) + " unchanged";
  if (skipped_ != 0) text += ", " + std::to_string(skipped_) + " left out";
  if (progress_.files_failed != 0) text += ", " + std::to_string(progress_.files_failed) + " failed";
  return text;
}

int Report::end() {
  const int status = end_without_summary();
  if (json_)
    print_line({{"summary", true},
                {"done", progress_.files_done.load()},
                {"unchanged", unchanged_},
                {"failed", progress_.files_failed.load()},
                {"skipped", skipped_},
                {"bytes", progress_.bytes_moved.load()},
                {"seconds", seconds()}});
  return status;
}

int Report::end_without_summary() {
  if (not_tried_ != 0)
    std::fprintf(stderr, "onc-file: %llu more were not tried, for the server cannot be reached\n",
                 static_cast<unsigned long long>(not_tried_));
  return progress_.files_failed == 0 ? 0 : 1;
}

}  // namespace services::files
