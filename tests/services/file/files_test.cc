// Reading, removing, renaming, and the conditions on them.
#include "fixture.h"
#include "services/file/times.h"

#include <atomic>
#include <csignal>
#include <limits>
#include <thread>

namespace services::files {
namespace {

using std::filesystem::create_directory;

class Files : public StoreTest {};

TEST_F(Files, a_file_is_read_piece_by_piece) {
  write("file", "0123456789");
  const auto at = [&](std::uint64_t offset, std::uint32_t count) {
    return text(store.read({"file", file::ANY, offset, count}).data);
  };
  EXPECT_EQ(at(0, 4), "0123");
  EXPECT_EQ(at(8, 4), "89");
  EXPECT_EQ(at(10, 4), "");
  EXPECT_EQ(at(0, 0), "");
  EXPECT_EQ(at(0, std::numeric_limits<std::uint32_t>::max()), "0123456789");
  EXPECT_EQ(store.read({"file", file::ANY, 0, 4}).attributes.size, 10U);
}

TEST_F(Files, what_is_replaced_while_it_is_read_is_whole_all_the_same) {
  const auto content = [](char letter) { return std::string(file::MAX_DATA, letter); };
  write("file", content('a'));
  std::atomic<bool> is_over = false;
  std::thread replacing([&] {
    for (char letter = 'a'; !is_over; letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
      write("new", content(letter));
      std::filesystem::rename(folder / "new", folder / "file");
    }
  });
  for (int times = 0; times < 50; ++times) {
    EXPECT_EQ(outcome([&] {
                const std::string whole = text(store.get("file").whole().data);
                EXPECT_EQ(whole, content(whole.front()));
                const std::string piece = read("file");
                EXPECT_EQ(piece, content(piece.front()));
              }),
              Outcome::DONE);
  }
  is_over = true;
  replacing.join();
}

TEST_F(Files, what_another_has_a_lease_on_is_not_to_be_read_yet) {
  write("file", "content");
  const auto before = std::signal(SIGIO, SIG_IGN);
  const Descriptor lessee(::open((folder / "file").c_str(), O_RDWR | O_CLOEXEC));
  if (::fcntl(lessee.get(), F_SETLEASE, F_WRLCK) != 0) GTEST_SKIP() << "this file system has no leases";
  EXPECT_EQ(outcome([&] { store.get("file"); }), Outcome::NOT_YET);
  EXPECT_EQ(outcome([&] { read("file"); }), Outcome::NOT_YET);
  ::fcntl(lessee.get(), F_SETLEASE, F_UNLCK);
  EXPECT_EQ(read("file"), "content");
  std::signal(SIGIO, before);
}

TEST_F(Files, offsets_that_no_file_has_are_told_apart_from_its_end) {
  write("file", "0123456789");
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  EXPECT_EQ(text(store.read({"file", file::ANY, half - 1, 100}).data), "");
  for (const std::uint64_t offset : {half, half + 1, ~std::uint64_t{0}})
    EXPECT_EQ(outcome([&] { store.read({"file", file::ANY, offset, 100}); }), Outcome::TOO_LARGE) << offset;
}

TEST_F(Files, what_is_written_where_no_file_reaches_is_too_large) {
  store.create({"file", id(1), file::ANY, 0});
  constexpr std::uint64_t half = std::uint64_t{1} << 63;
  for (const std::uint64_t offset : {half - 1, half, half + 1, ~std::uint64_t{0}, ~std::uint64_t{0} - 3})
    EXPECT_EQ(outcome([&] { store.write({"file", id(1), offset, bytes("abcd")}); }), Outcome::TOO_LARGE) << offset;
  for (const std::uint64_t size : {half, ~std::uint64_t{0}})
    EXPECT_EQ(outcome([&] { store.create({"other", id(2), file::ANY, size}); }), Outcome::TOO_LARGE) << size;
  EXPECT_EQ(store.create({"file", id(1), file::ANY, 0}).size, 0U);
}

TEST_F(Files, nobody_makes_a_file_huge_by_one_piece_far_beyond_its_end) {
  store.create({"file", id(1), file::ANY, 0});
  EXPECT_EQ(outcome([&] { store.write({"file", id(1), file::MAX_AHEAD + 1, bytes("x")}); }), Outcome::INCOMPLETE);
  EXPECT_EQ(outcome([&] { store.write({"file", id(1), file::MAX_AHEAD, bytes("x")}); }), Outcome::DONE);
  EXPECT_EQ(outcome([&] { store.write({"file", id(1), 2 * file::MAX_AHEAD, bytes("x")}); }), Outcome::DONE);
}

TEST_F(Files, times_that_a_system_does_not_have_are_the_nearest_it_has) {
  using Limits = std::numeric_limits<std::int64_t>;
  EXPECT_EQ(to_nanoseconds(to_timespec(Limits::min() + 1'000'000'000)), Limits::min() + 1'000'000'000);
  EXPECT_EQ(to_nanoseconds(to_timespec(Limits::max())), Limits::max());
  EXPECT_EQ(to_timespec(Limits::min()).tv_sec, -9'223'372'037);
  EXPECT_EQ(to_nanoseconds(timespec{13'569'465'600, 5}), Limits::max());
  EXPECT_EQ(to_nanoseconds(timespec{-13'569'465'600, 5}), Limits::min());
  EXPECT_EQ(to_nanoseconds(timespec{-1, 999'999'999}), -1);
}

TEST_F(Files, what_is_mounted_on_is_no_trouble_of_ours) { EXPECT_EQ(outcome_of(EBUSY), Outcome::DENIED); }

TEST_F(Files, pieces_of_two_revisions_are_not_put_together) {
  const file::Revision first = put("file", "old old old").revision;
  EXPECT_EQ(text(store.read({"file", first, 0, 3}).data), "old");
  put("file", "new new new", file::ANY, 2);
  EXPECT_EQ(outcome([&] { store.read({"file", first, 4, 3}); }), Outcome::REVISION_CHANGED);
  EXPECT_EQ(outcome([&] { store.hash({"file", first}); }), Outcome::REVISION_CHANGED);
}

TEST_F(Files, whoever_changes_a_file_makes_another_revision_of_it) {
  const file::Revision first = put("file", "old").revision;
  write("file", "new content");
  EXPECT_NE(store.stat("file").revision, first);
  EXPECT_EQ(text(store.read({"file", file::ANY, 0, 100}).data), "new content");
}

// Faster than clocks of file systems tick, and with the same size and time.
TEST_F(Files, each_commit_is_a_revision_of_its_own) {
  std::set<file::Revision> all;
  for (unsigned char i = 0; i < 20; ++i) all.insert(put("file", i % 2 == 0 ? "even" : "odd!", file::ANY, i).revision);
  EXPECT_EQ(all.size(), 20U);
}

TEST_F(Files, a_hash_is_that_of_the_content_whoever_wrote_it) {
  put("file", "ours");
  EXPECT_EQ(store.hash({"file", file::ANY}), sha256(bytes("ours")));
  write("file", "theirs");
  EXPECT_EQ(store.hash({"file", file::ANY}), sha256(bytes("theirs")));
  write("empty", "");
  EXPECT_EQ(store.hash({"empty", file::ANY}), sha256({}));
}

TEST_F(Files, what_fits_is_got_in_one_with_its_hash) {
  const file::Attributes ours = put("file", "ours");
  const file::Whole got = store.get("file").whole();
  EXPECT_EQ(got.attributes, ours);
  EXPECT_EQ(text(got.data), "ours");
  EXPECT_EQ(got.hash, sha256(bytes("ours")));
  write("file", "theirs");
  EXPECT_EQ(text(store.get("file").whole().data), "theirs");
  EXPECT_EQ(store.get("file").whole().hash, sha256(bytes("theirs")));
  write("empty", "");
  EXPECT_EQ(store.get("empty").whole().hash, sha256({}));
}

TEST_F(Files, what_does_not_fit_is_to_be_read_in_pieces) {
  write("file", std::string(file::MAX_DATA, 'x'));
  EXPECT_EQ(store.get("file").whole().data.size(), file::MAX_DATA);
  write("file", std::string(file::MAX_DATA + 1, 'x'));
  EXPECT_EQ(store.get("file").outcome(), Outcome::TOO_LARGE);
  EXPECT_EQ(store.get("file").attributes(), store.stat("file"));
}

TEST_F(Files, what_is_no_file_is_not_got) {
  create_directory(folder / "folder");
  EXPECT_EQ(outcome([&] { store.get("folder"); }), Outcome::NOT_A_FILE);
  EXPECT_EQ(outcome([&] { store.get("none"); }), Outcome::NO_SUCH_FILE);
}

constexpr ReadingLimits one_step_a_call{std::chrono::milliseconds(0)};

TEST_F(Files, a_large_file_is_hashed_in_several_calls_of_which_each_goes_on_where_the_last_was) {
  const std::string large(std::size_t{5} << 20, 'x');
  write("file", large);
  wait_until_settled(store, "file");
  Store patient(folder.string(), one_step_a_call);
  int calls = 0;
  const auto hash = asked_again([&] {
    if (++calls > 1000) throw std::runtime_error("it never ends");
    return patient.hash({"file", file::ANY});
  });
  EXPECT_EQ(hash, sha256(bytes(large)));
  EXPECT_EQ(calls, 5);
}

TEST_F(Files, what_was_hashed_of_another_revision_is_not_gone_on_with) {
  const std::string large(std::size_t{3} << 20, 'x');
  write("file", large);
  wait_until_settled(store, "file");
  Store patient(folder.string(), one_step_a_call);
  EXPECT_EQ(outcome([&] { patient.hash({"file", file::ANY}); }), Outcome::NOT_YET);
  const std::string other(large.size(), 'y');
  write("file", other);
  wait_until_settled(store, "file");
  EXPECT_EQ(asked_again([&] { return patient.hash({"file", file::ANY}); }), sha256(bytes(other)));
}

TEST_F(Files, only_so_many_large_files_are_read_at_once_and_fewer_for_one_host) {
  write("large", std::string(std::size_t{2} << 20, 'x'));
  write("small", "x");
  for (const ReadingLimits limits : {ReadingLimits{.at_once = 0}, ReadingLimits{.of_one_host = 0}}) {
    Store busy(folder.string(), limits);
    EXPECT_EQ(outcome([&] { busy.hash({"large", file::ANY}); }), Outcome::NOT_YET);
    EXPECT_EQ(outcome([&] { busy.hash({"small", file::ANY}); }), Outcome::DONE);
  }
}

TEST_F(Files, what_is_not_there_is_said_to_be_so) {
  EXPECT_EQ(outcome([&] { read("file"); }), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(outcome([&] { store.stat("file"); }), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(outcome([&] { store.list({"folder", "", 1}); }), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(outcome([&] { put("folder/file", "x"); }), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(outcome([&] { store.remove({"file", file::ANY}); }), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(outcome([&] { store.rename({"file", "other", file::ANY}); }), Outcome::NO_SUCH_FILE);
  write("file", "");
  EXPECT_EQ(outcome([&] { put("file/file", "x"); }), Outcome::NOT_A_FOLDER);
  EXPECT_EQ(outcome([&] { store.list({"file", "", 1}); }), Outcome::NOT_A_FOLDER);
}

TEST_F(Files, a_file_is_removed_under_a_condition) {
  const file::Revision revision = put("file", "x").revision;
  EXPECT_EQ(outcome([&] { store.remove({"file", revision + 1}); }), Outcome::REVISION_CHANGED);
  EXPECT_EQ(content("file"), "x");
  store.remove({"file", revision});
  EXPECT_EQ(content("file"), "(nothing)");
}

TEST_F(Files, folders_are_made_and_removed_when_empty) {
  store.make_folder("a");
  store.make_folder("a/b");
  EXPECT_EQ(outcome([&] { store.make_folder("a"); }), Outcome::EXISTS);
  EXPECT_EQ(outcome([&] { store.remove({"a", file::ANY}); }), Outcome::NOT_EMPTY);
  store.remove({"a/b", file::ANY});
  store.remove({"a", file::ANY});
  EXPECT_EQ(all_names(), std::vector<std::string>{});
}

TEST_F(Files, a_folder_is_not_overwritten_by_a_file) {
  store.make_folder("folder");
  EXPECT_EQ(outcome([&] { put("folder", "x"); }), Outcome::NOT_A_FILE);
  EXPECT_EQ(outcome([&] { store.create({"folder", id(1), file::ANY, 1}); }), Outcome::NOT_A_FILE);
  write("file", "x");
  EXPECT_EQ(outcome([&] { store.rename({"file", "folder", file::ANY}); }), Outcome::NOT_A_FILE);
  EXPECT_EQ(outcome([&] { store.rename({"folder", "folder/inside", file::ANY}); }), Outcome::BAD_NAME);
}

TEST_F(Files, renaming_replaces_under_a_condition) {
  put("from", "new");
  const file::Revision there = put("to", "old", file::ANY, 2).revision;
  EXPECT_EQ(outcome([&] { store.rename({"from", "to", file::ABSENT}); }), Outcome::EXISTS);
  EXPECT_EQ(outcome([&] { store.rename({"from", "to", there + 1}); }), Outcome::REVISION_CHANGED);
  EXPECT_EQ(content("to"), "old");
  store.rename({"from", "to", there});
  EXPECT_EQ(content("to"), "new");
  store.rename({"to", "elsewhere", file::ABSENT});
  EXPECT_EQ(all_names(), std::vector<std::string>{"elsewhere"});
}

TEST_F(Files, the_root_itself_is_listed_and_told_of_and_stays) {
  EXPECT_EQ(store.stat("").kind, file::Kind::FOLDER);
  EXPECT_TRUE(store.list({"", "", 10}).is_last);
  EXPECT_EQ(outcome([&] { store.remove({"", file::ANY}); }), Outcome::BAD_NAME);
  EXPECT_EQ(outcome([&] { store.rename({"", "x", file::ANY}); }), Outcome::BAD_NAME);
  EXPECT_EQ(outcome([&] { put("", "x"); }), Outcome::BAD_NAME);
  EXPECT_EQ(outcome([&] { store.make_folder(""); }), Outcome::BAD_NAME);
}

}  // namespace
}  // namespace services::files
