// A store on a folder of its own, and short ways to ask it.
#pragma once

#include "services/file/refused.h"
#include "services/file/store.h"
#include "services/file/upload_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <thread>

#include <fcntl.h>

namespace services::files {

using file::Outcome;

inline file::Data bytes(std::string_view text) {
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return file::Data(begin, begin + text.size());
}

inline std::string text(onc::xdr::BytesView data) {
  return std::string(reinterpret_cast<const char*>(data.data()), data.size());
}

inline file::UploadId id(unsigned char number) {
  file::UploadId upload{};
  upload.back() = std::byte{number};
  return upload;
}

inline file::CommitArguments commit_of(const std::string& path, std::string_view content, unsigned char upload = 1,
                                       file::Revision revision = file::ANY) {
  return {path, id(upload), revision, content.size(), sha256(bytes(content)), 0640, 1'700'000'000'123'456'789};
}

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "onc-file-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

class StoreTest : public testing::Test {
 protected:
  std::string content(const std::string& name) const {
    std::ifstream in(folder / name, std::ios::binary);
    if (!in) return "(nothing)";
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& name, const std::string& content) const { std::ofstream(folder / name) << content; }
  // Of all names below the root, uploads too.
  std::vector<std::string> all_names() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      names.push_back(entry.path().lexically_relative(folder));
    std::sort(names.begin(), names.end());
    return names;
  }

  file::Attributes put(const std::string& path, std::string_view content, file::Revision revision = file::ANY,
                       unsigned char upload = 1) {
    return store.put({commit_of(path, content, upload, revision), bytes(content)});
  }
  void upload(const std::string& path, std::string_view content, unsigned char upload = 1) {
    store.create({path, id(upload), file::ANY, content.size()});
    store.write({path, id(upload), 0, bytes(content)});
  }
  std::string read(const std::string& path) { return text(store.read({path, file::ANY, 0, file::MAX_DATA}).data); }

  TemporaryFolder outside;
  std::filesystem::path folder = [this] {
    std::filesystem::create_directory(outside.path() / "root");
    return outside.path() / "root";
  }();
  Store store{folder.string()};
};

// What `action` returns once it is not refused with NOT_YET.
template <class Action>
auto asked_again(Action action) {
  for (;; std::this_thread::yield()) {
    try {
      return action();
    } catch (const Refused& refused) {
      if (refused.why() != Outcome::NOT_YET) throw;
    }
  }
}

// So that what is learnt of it may be kept.
inline void wait_until_settled(const Store& store, const std::string& path) {
  const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!is_settled(look_at(store.root().open(path, O_PATH).get())) && std::chrono::steady_clock::now() < soon) {
  }
}

// DONE where it is not refused.
template <class Action>
Outcome outcome(Action action) {
  try {
    action();
    return Outcome::DONE;
  } catch (const Refused& refused) {
    return refused.why();
  }
}

}  // namespace services::files
