// Uploads that nobody goes on with go away, and nothing else does.
#include "fixture.h"

#include "services/file/sweep.h"

#include <fstream>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace services::files {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class SweepTest : public StoreTest {};

TEST_F(SweepTest, uploads_that_nobody_goes_on_with_are_removed) {
  store.make_folder("sub");
  upload("sub/old", "abc", 1);
  upload("new", "abc", 2);
  write("file", "stays");
  EXPECT_EQ(remove_stale_uploads(store.root(), 24h), 0U);
  EXPECT_EQ(all_names().size(), 4U);
  EXPECT_EQ(remove_stale_uploads(store.root(), 0s), 2U);
  EXPECT_EQ(all_names(), (Names{"file", "sub"}));
}

// With few descriptors, and a path longer than any that a system call takes.
TEST_F(SweepTest, they_are_removed_however_deep_they_are) {
  constexpr int levels = 600;
  const std::string name(20, 'd');
  rlimit all{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &all), 0);
  Descriptor deepest(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int level = 0; level < levels; ++level) {
    for (const char* stale : {".onc-upload.a", ".onc-upload.b"})
      Descriptor(::openat(deepest.get(), stale, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ASSERT_EQ(::mkdirat(deepest.get(), "beside", 0700), 0);
    ASSERT_EQ(::mkdirat(deepest.get(), name.c_str(), 0700), 0);
    deepest = Descriptor(::openat(deepest.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  }
  const rlimit few{static_cast<rlim_t>(deepest.get()) + 20, all.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  EXPECT_EQ(remove_stale_uploads(store.root(), 0s), std::size_t{2} * levels);
  EXPECT_EQ(remove_stale_uploads(store.root(), 0s), 0U);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &all), 0);
  for (int level = 0; level < levels; ++level) {
    deepest = Descriptor(::openat(deepest.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::unlinkat(deepest.get(), name.c_str(), AT_REMOVEDIR);
    ::unlinkat(deepest.get(), "beside", AT_REMOVEDIR);
  }
}

// It asks between any two, and is told no; what it is in is then elsewhere.
TEST_F(SweepTest, nothing_is_removed_where_a_folder_was_moved_out_of_the_root_meanwhile) {
  for (const char* path : {"a", "a/b", "a/b/c", "z"}) store.make_folder(path);
  upload("z/file", "abc", 1);
  const auto not_exported = [&](int number) {
    return outside.path() / ("beside" + std::to_string(number)) / upload_name(id(2));
  };
  for (int number = 0; number < 30; ++number) {
    std::filesystem::create_directory(not_exported(number).parent_path());
    std::ofstream(not_exported(number)) << "stays";
  }
  upload("a/b/c/file", "abc", 3);
  bool is_moved = false;
  const auto move_it = [&] {
    if (!is_moved && content("a/b/c/" + upload_name(id(3))) == "(nothing)") {
      std::filesystem::rename(folder / "a/b", outside.path() / "moved");
      is_moved = true;
    }
    return false;
  };
  EXPECT_EQ(remove_stale_uploads(store.root(), 0s, move_it), 2U);
  EXPECT_TRUE(is_moved);
  for (int number = 0; number < 30; ++number) EXPECT_TRUE(std::filesystem::exists(not_exported(number))) << number;
}

TEST_F(SweepTest, one_that_is_being_written_is_not_removed) {
  upload("file", "abc");
  const auto writing = open_upload(store.root().place("file"), id(1), Sharing::with_writers);
  EXPECT_EQ(remove_stale_uploads(store.root(), 0s), 0U);
}

}  // namespace
}  // namespace services::files
