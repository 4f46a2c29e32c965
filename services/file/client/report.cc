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

}  // namespace

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
          {"modified", shown_time(attributes.modified) + " UTC"},
          {"modified_ns", attributes.modified},
          {"mode", mode},
          {"revision", std::to_string(attributes.revision)}};
}

std::string hex(const file::Sha256& hash) {
  std::string text;
  for (const std::byte one : hash) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(one));
    text += digits;
  }
  return text;
}

void Report::moved(const std::string& local, const std::string& remote, const Moved& moved) {
  ++progress_.files_done;
  if (!json_) return;
  const std::lock_guard lock(mutex_);
  Json line = {{"outcome", "done"},
               {"path", remote},
               {"local", local},
               {"sha256", hex(moved.hash)},
               {"resumed_at", moved.resumed_at}};
  line.update(to_json(moved.attributes));
  print_line(line);
}

void Report::done(const std::string& path) {
  ++progress_.files_done;
  const std::lock_guard lock(mutex_);
  if (json_) print_line({{"outcome", "done"}, {"path", path}});
}

void Report::skipped(const std::string& path) {
  const std::lock_guard lock(mutex_);
  ++skipped_;
  if (json_)
    print_line({{"outcome", "skipped"}, {"path", path}});
  else
    std::fprintf(stderr, "onc-file: %s is neither file nor folder, and is left out\n", shown(path).c_str());
}

void Report::failed(const std::string& path, const std::exception& why) {
  ++progress_.files_failed;
  const std::lock_guard lock(mutex_);
  if (json_) print_line({{"outcome", "failed"}, {"path", path}, {"error", why.what()}});
  std::fprintf(stderr, "%sonc-file: %s\n", ::isatty(STDERR_FILENO) ? "\r\x1b[K" : "", why.what());
}

void Report::not_tried(const std::string& path) {
  ++progress_.files_failed;
  const std::lock_guard lock(mutex_);
  ++not_tried_;
  if (json_) print_line({{"outcome", "not tried"}, {"path", path}});
}

int Report::end() {
  if (not_tried_ != 0)
    std::fprintf(stderr, "onc-file: %llu more were not tried, for the server cannot be reached\n",
                 static_cast<unsigned long long>(not_tried_));
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start_;
  if (json_)
    print_line({{"summary", true},
                {"done", progress_.files_done.load()},
                {"failed", progress_.files_failed.load()},
                {"skipped", skipped_},
                {"bytes", progress_.bytes_moved.load()},
                {"seconds", seconds.count()}});
  return progress_.files_failed == 0 ? 0 : 1;
}

}  // namespace services::files
