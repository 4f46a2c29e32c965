// The table on disk.
#include "portmapper/state.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <asio/io_context.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "rpcbind.x.h"

#include <sys/stat.h>
#include <unistd.h>

namespace portmapper {
namespace {

using testing::Test;

class States : public Test {
 protected:
  States() {
    std::string folder = std::filesystem::temp_directory_path() / "portmapper.XXXXXX";
    folder_ = ::mkdtemp(folder.data());
  }
  ~States() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& file) const { return folder_ + "/" + file; }
  std::string bytes_of(const std::string& file) const {
    std::ifstream in(path(file), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void write(const std::string& file, const std::string& bytes) const {
    std::ofstream(path(file), std::ios::binary) << bytes;
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }

  std::string folder_;
  asio::io_context context_;
  std::vector<std::string> warnings_;
  std::function<void(const std::string&)> warn_ = [this](const std::string& what) { warnings_.push_back(what); };
};

Entry entry(std::uint32_t version, const std::string& netid, const std::string& address,
            const std::string& owner = "1000") {
  return {7, version, netid, address, owner};
}
const std::vector<Entry> some = {entry(1, "tcp", "0.0.0.0.4.1"), entry(1, "udp6", "::.4.1", "superuser"),
                                 entry(2, "local", "/run/x.sock", "unknown")};

TEST_F(States, a_table_is_read_as_it_was_written) {
  Registry registry;
  for (const Entry& one : some) registry.set(one);
  StateFiles(folder_).save(registry);
  const auto loaded = StateFiles(folder_).load();
  EXPECT_EQ(loaded.entries, some);
  EXPECT_TRUE(loaded.remarks.empty());
  EXPECT_EQ(files(), (std::vector<std::string>{"portmap.xdr", "rpcbind.xdr"}));
}

TEST_F(States, what_there_is_none_of_is_empty) {
  EXPECT_TRUE(StateFiles(folder_ + "/new").load().entries.empty());
  struct stat status {};
  ASSERT_EQ(::stat(path("new").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(States, every_change_is_written_before_it_is_answered) {
  Registry registry;
  const StateKeeper keeper(StateFiles(folder_), registry, context_.get_executor(), warn_);
  registry.set(some[0]);
  EXPECT_EQ(StateFiles(folder_).load().entries, std::vector<Entry>{some[0]});
  registry.set(some[1]);
  registry.unset(7, 1, {"tcp"}, superuser);
  EXPECT_EQ(StateFiles(folder_).load().entries, std::vector<Entry>{some[1]});
  registry.remove(2);
  EXPECT_TRUE(StateFiles(folder_).load().entries.empty());
}

TEST_F(States, of_a_large_table_is_written_soon_and_in_the_end) {
  Registry registry;
  {
    const StateKeeper keeper(StateFiles(folder_), registry, context_.get_executor(), warn_);
    for (std::uint32_t version = 0; version < 2 * StateKeeper::written_at_once; ++version)
      registry.set(entry(version, "tcp", "0.0.0.0.4.1"));
    EXPECT_EQ(StateFiles(folder_).load().entries.size(), StateKeeper::written_at_once);
    context_.run();
    EXPECT_EQ(StateFiles(folder_).load().entries.size(), 2 * StateKeeper::written_at_once);
    registry.unset(7, 0, {}, superuser);
  }
  EXPECT_EQ(StateFiles(folder_).load().entries.size(), 2 * StateKeeper::written_at_once - 1);
}

TEST_F(States, of_which_any_byte_is_missing_are_set_aside_whole) {
  Registry registry;
  for (const Entry& one : some) registry.set(one);
  StateFiles(folder_).save(registry);
  const std::string whole = bytes_of("rpcbind.xdr");
  std::filesystem::remove(path("portmap.xdr"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write("rpcbind.xdr", whole.substr(0, size));
    const auto loaded = StateFiles(folder_).load();
    EXPECT_TRUE(loaded.entries.empty()) << size;
    ASSERT_EQ(loaded.remarks.size(), 1U) << size;
    EXPECT_EQ(files(), std::vector<std::string>{"rpcbind.xdr.corrupt.1"}) << size;
    EXPECT_EQ(bytes_of("rpcbind.xdr.corrupt.1"), whole.substr(0, size));
    std::filesystem::remove(path("rpcbind.xdr.corrupt.1"));
  }
}

TEST_F(States, that_are_damaged_twice_are_both_kept) {
  for (const std::string bytes : {"one", "another"}) {
    write("rpcbind.xdr", bytes);
    EXPECT_EQ(StateFiles(folder_).load().remarks.size(), 1U);
  }
  EXPECT_EQ(bytes_of("rpcbind.xdr.corrupt.1"), "one");
  EXPECT_EQ(bytes_of("rpcbind.xdr.corrupt.2"), "another");
}

TEST_F(States, that_were_set_aside_are_never_overwritten) {
  for (int number = 1; number <= 999; ++number) write("rpcbind.xdr.corrupt." + std::to_string(number), "theirs");
  write("rpcbind.xdr", "damaged");
  EXPECT_THROW(StateFiles(folder_).load(), onc::rpc::Error);
  EXPECT_EQ(bytes_of("rpcbind.xdr"), "damaged");
  EXPECT_EQ(files().size(), 1000U);
  std::filesystem::remove(path("rpcbind.xdr.corrupt.100"));
  EXPECT_EQ(StateFiles(folder_).load().remarks.size(), 1U);
  EXPECT_EQ(bytes_of("rpcbind.xdr.corrupt.100"), "damaged");
}

TEST_F(States, that_are_no_files_are_set_aside) {
  std::filesystem::create_directory(path("rpcbind.xdr"));
  EXPECT_EQ(StateFiles(folder_).load().remarks.size(), 1U);
  EXPECT_EQ(files(), std::vector<std::string>{"rpcbind.xdr.corrupt.1"});
}

TEST_F(States, of_an_old_portmap_belong_to_root) {
  Registry registry;
  for (const Entry& one : some) registry.set(one);
  StateFiles(folder_).save(registry);
  std::filesystem::remove(path("rpcbind.xdr"));
  EXPECT_EQ(StateFiles(folder_).load().entries,
            std::vector<Entry>{entry(1, "tcp", "0.0.0.0.4.1", std::string(superuser))});
}

TEST_F(States, that_are_damaged_have_no_second_best_that_forgets_owners) {
  Registry registry;
  for (const Entry& one : some) registry.set(one);
  StateFiles(folder_).save(registry);
  write("rpcbind.xdr", "damaged");
  EXPECT_TRUE(StateFiles(folder_).load().entries.empty());
}

TEST_F(States, that_others_can_write_are_set_aside) {
  Registry registry;
  registry.set(some[0]);
  StateFiles(folder_).save(registry);
  ASSERT_EQ(::chmod(path("rpcbind.xdr").c_str(), 0666), 0);
  const auto loaded = StateFiles(folder_).load();
  EXPECT_TRUE(loaded.entries.empty());
  ASSERT_EQ(loaded.remarks.size(), 1U);
  EXPECT_NE(loaded.remarks[0].find("can be written by other users"), std::string::npos) << loaded.remarks[0];
}

TEST_F(States, are_kept_by_one_at_a_time) {
  {
    const auto held = lock_folder(folder_);
    EXPECT_THROW(lock_folder(folder_), onc::rpc::Error);
  }
  lock_folder(folder_);
}

TEST_F(States, are_no_links_to_elsewhere) {
  write("elsewhere", "theirs");
  std::filesystem::create_symlink(path("elsewhere"), path("rpcbind.xdr"));
  std::filesystem::create_symlink(path("elsewhere"), path("rpcbind.xdr.next"));
  const auto loaded = StateFiles(folder_).load();
  EXPECT_TRUE(loaded.entries.empty());
  ASSERT_EQ(loaded.remarks.size(), 1U);
  EXPECT_TRUE(std::filesystem::is_symlink(path("rpcbind.xdr.corrupt.1")));
  Registry registry;
  registry.set(some[0]);
  StateFiles(folder_).save(registry);
  EXPECT_EQ(bytes_of("elsewhere"), "theirs");
  EXPECT_EQ(StateFiles(folder_).load().entries, std::vector<Entry>{some[0]});
}

TEST_F(States, are_not_believed_where_others_can_write) {
  ASSERT_EQ(::chmod(folder_.c_str(), 0777), 0);
  EXPECT_THROW(StateFiles files(folder_), onc::rpc::Error);
  write("file", "");
  EXPECT_THROW(StateFiles files(path("file")), onc::rpc::Error);
  std::filesystem::create_directory(path("real"));
  std::filesystem::create_directory_symlink(path("real"), path("link"));
  EXPECT_THROW(StateFiles files(path("link")), onc::rpc::Error);
}

TEST_F(States, that_cannot_be_written_are_told_and_the_table_goes_on) {
  Registry registry;
  const StateKeeper keeper(StateFiles(path("new")), registry, context_.get_executor(), warn_);
  std::filesystem::remove(path("new"));
  EXPECT_TRUE(registry.set(some[0]));
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find("cannot write " + path("new/rpcbind.xdr")), std::string::npos) << warnings_[0];
  // And tried again.
  std::filesystem::create_directory(path("new"));
  std::filesystem::permissions(path("new"), std::filesystem::perms::owner_all);
  context_.run();
  EXPECT_EQ(StateFiles(path("new")).load().entries, std::vector<Entry>{some[0]});
}

}  // namespace
}  // namespace portmapper
