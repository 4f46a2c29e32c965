#include "services/time/state.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace {

using namespace services::time;
using namespace std::chrono_literals;

// A folder that is gone with it.
struct Folder {
  Folder() : path(::testing::TempDir() + "onc-timed.XXXXXX") {
    if (!::mkdtemp(path.data())) throw std::runtime_error("no folder");
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

std::string what_is_wrong(const std::string& directory) {
  try {
    const State state(directory);
    return "";
  } catch (const onc::rpc::Error& error) {
    return error.what();
  }
}

TEST(state, is_what_was_kept_last) {
  const Folder folder;
  {
    State state(folder.path + "/new");
    EXPECT_EQ(state.offset(), 0ns);
    EXPECT_EQ(state.stamps(), 0u);
    state.keep_offset(-5s);
    state.keep_stamps(77);
    state.keep_offset(-6s);
  }
  const State state(folder.path + "/new");
  EXPECT_EQ(state.offset(), -6s);
  EXPECT_EQ(state.stamps(), 77u);
}

TEST(state, is_of_one_process_only) {
  const Folder folder;
  const State state(folder.path);
  EXPECT_NE(what_is_wrong(folder.path).find("is another onc-timed's"), std::string::npos);
}

TEST(state, is_the_old_one_where_writing_was_broken_off) {
  const Folder folder;
  { State(folder.path).keep_stamps(7); }
  std::ofstream(folder.path + "/time.xdr.next") << "half";
  EXPECT_EQ(State(folder.path).stamps(), 7u);
}

TEST(state, is_not_passed_over_where_it_is_damaged) {
  const Folder folder;
  { State(folder.path).keep_stamps(7); }
  const std::string path = folder.path + "/time.xdr";
  for (const int size : {0, 3, 19, 64}) {
    std::ofstream(path) << std::string(static_cast<std::size_t>(size), '\0');
    EXPECT_NE(what_is_wrong(folder.path).find("is damaged"), std::string::npos) << size;
  }
}

TEST(state, says_where_it_cannot_be) {
  const Folder folder;
  std::ofstream(folder.path + "/file");
  EXPECT_NE(what_is_wrong(folder.path + "/file").find("--state-dir"), std::string::npos);
  EXPECT_NE(what_is_wrong(folder.path + "/no/folder").find("--state-dir"), std::string::npos);
}

}  // namespace
