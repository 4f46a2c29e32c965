// Files appear whole, checked and under the condition they were sent with, or not at all.
#include "fixture.h"

#include "services/file/sweep.h"

#include <barrier>
#include <limits>
#include <thread>

#include <sys/stat.h>

namespace services::files {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;

class UploadsTest : public StoreTest {};

TEST_F(UploadsTest, a_file_is_seen_when_it_is_committed_and_not_before) {
  upload("file", "hello");
  EXPECT_EQ(outcome([&] { store.stat("file"); }), Outcome::NO_SUCH_FILE);
  EXPECT_TRUE(store.list({"", "", 10}).entries.empty());
  const file::Attributes attributes = store.commit(commit_of("file", "hello"));
  EXPECT_EQ(read("file"), "hello");
  EXPECT_EQ(store.stat("file"), attributes);
  EXPECT_EQ(attributes.mode, 0640U);
  EXPECT_EQ(attributes.modified, 1'700'000'000'123'456'789);
  EXPECT_EQ(all_names(), Names{"file"});
}

TEST_F(UploadsTest, it_is_at_once_what_it_was_or_what_it_becomes) {
  put("file", "old");
  upload("file", "new", 2);
  EXPECT_EQ(read("file"), "old");
  store.commit(commit_of("file", "new", 2));
  EXPECT_EQ(read("file"), "new");
}

TEST_F(UploadsTest, pieces_come_in_any_order_and_again) {
  store.create({"file", id(1), file::ANY, 9});
  for (const auto& [offset, piece] : {std::pair{6, "ghi"}, {0, "abc"}, {3, "xxx"}, {3, "def"}, {6, "ghi"}})
    store.write({"file", id(1), static_cast<std::uint64_t>(offset), bytes(piece)});
  store.commit(commit_of("file", "abcdefghi"));
  EXPECT_EQ(read("file"), "abcdefghi");
}

TEST_F(UploadsTest, an_upload_goes_on_where_it_was_after_the_server_has_died) {
  store.create({"file", id(1), file::ANY, 6});
  store.write({"file", id(1), 0, bytes("abc")});
  Store restarted(folder.string());
  EXPECT_EQ(restarted.create({"file", id(1), file::ANY, 6}).size, 3U);
  restarted.write({"file", id(1), 3, bytes("def")});
  restarted.commit(commit_of("file", "abcdef"));
  EXPECT_EQ(read("file"), "abcdef");
}

TEST_F(UploadsTest, what_is_not_whole_is_not_committed) {
  upload("file", "abc");
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abcdef")); }), Outcome::INCOMPLETE);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "ab")); }), Outcome::INCOMPLETE);
  store.write({"file", id(1), 3, bytes("def")});
  store.commit(commit_of("file", "abcdef"));
  EXPECT_EQ(read("file"), "abcdef");
}

TEST_F(UploadsTest, what_is_not_what_was_meant_is_gone) {
  put("file", "old");
  upload("file", "nwe", 2);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "new", 2)); }), Outcome::WRONG_HASH);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "nwe", 2)); }), Outcome::NO_SUCH_UPLOAD);
  EXPECT_EQ(outcome([&] { store.put({commit_of("file", "new", 3), bytes("nwe")}); }), Outcome::WRONG_HASH);
  EXPECT_EQ(read("file"), "old");
  EXPECT_EQ(all_names(), Names{"file"});
}

// The hash that was made on the way would not know of it.
TEST_F(UploadsTest, what_is_sent_again_and_otherwise_is_seen) {
  upload("file", "abc");
  store.write({"file", id(1), 0, bytes("x")});
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::WRONG_HASH);
}

TEST_F(UploadsTest, a_commit_whose_answer_was_lost_hears_it_again) {
  upload("file", "abc");
  const auto attributes = store.commit(commit_of("file", "abc"));
  EXPECT_EQ(store.commit(commit_of("file", "abc")), attributes);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "xyz")); }), Outcome::NO_SUCH_UPLOAD);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("other", "abc")); }), Outcome::NO_SUCH_UPLOAD);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc", 2)); }), Outcome::NO_SUCH_UPLOAD);
}

TEST_F(UploadsTest, it_hears_it_also_where_somebody_else_was_faster_after_it) {
  upload("file", "abc");
  const auto attributes = store.commit(commit_of("file", "abc"));
  put("file", "later", file::ANY, 2);
  EXPECT_EQ(store.commit(commit_of("file", "abc")), attributes);
  EXPECT_EQ(read("file"), "later");
}

TEST_F(UploadsTest, it_hears_it_from_a_server_that_was_restarted) {
  put("probe", "x", file::ANY, 9);
  upload("file", "abc");
  store.commit(commit_of("file", "abc"));
  Store restarted(folder.string());
  const Outcome heard = outcome([&] { restarted.commit(commit_of("file", "abc")); });
  if (heard == Outcome::NO_SUCH_UPLOAD) GTEST_SKIP() << "this file system has no extended attributes of users";
  EXPECT_EQ(heard, Outcome::DONE);
  write("file", "xyz");
  EXPECT_EQ(outcome([&] { restarted.commit(commit_of("file", "abc")); }), Outcome::NO_SUCH_UPLOAD);
}

TEST_F(UploadsTest, a_small_file_that_is_sent_again_is_put_once) {
  const auto first = put("file", "abc", file::ABSENT);
  EXPECT_EQ(put("file", "abc", file::ABSENT), first);
  EXPECT_EQ(outcome([&] { put("file", "abc", file::ABSENT, 2); }), Outcome::EXISTS);
}

TEST_F(UploadsTest, what_is_sent_again_does_not_undo_what_came_after_it) {
  const auto first = put("file", "abc", file::ABSENT, 1);
  put("file", "xyz", file::ANY, 2);
  EXPECT_EQ(put("file", "abc", file::ABSENT, 1), first);
  EXPECT_EQ(read("file"), "xyz");
  store.rename({"file", "other", file::ABSENT});
  EXPECT_EQ(put("file", "abc", file::ABSENT, 1), first);
  EXPECT_EQ(all_names(), Names{"other"});
}

TEST_F(UploadsTest, who_begins_what_is_done_already_is_told_that_all_of_it_is_there) {
  const file::CreateArguments create{"file", id(1), file::ABSENT, 3};
  store.create(create);
  store.write({"file", id(1), 0, bytes("abc")});
  const auto first = store.commit(commit_of("file", "abc", 1, file::ABSENT));
  EXPECT_EQ(store.create(create).size, 3U);
  EXPECT_EQ(store.commit(commit_of("file", "abc", 1, file::ABSENT)), first);
  EXPECT_EQ(all_names(), Names{"file"});
}

TEST_F(UploadsTest, what_its_file_system_makes_of_a_time_does_not_hide_that_it_is_done) {
  for (const std::int64_t time : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max(),
                                  std::int64_t{-1}, std::int64_t{-5'000'000'000'000'000'000}}) {
    const std::string name = "file" + std::to_string(time);
    auto commit = commit_of(name, "abc", 1, file::ABSENT);
    commit.modified = time;
    const auto first = store.put({commit, bytes("abc")});
    Store restarted(folder.string());
    const Outcome heard = outcome([&] { EXPECT_EQ(restarted.commit(commit), first); });
    if (heard == Outcome::NO_SUCH_UPLOAD) GTEST_SKIP() << "this file system has no extended attributes of users";
    EXPECT_EQ(heard, Outcome::DONE) << time;
  }
}

TEST_F(UploadsTest, what_does_not_fit_is_said_so_and_nothing_is_set_aside_for_what_does) {
  EXPECT_EQ(outcome([&] { store.create({"file", id(1), file::ANY, std::uint64_t{1} << 62}); }), Outcome::NO_SPACE);
  EXPECT_EQ(all_names(), Names{});
  store.create({"file", id(1), file::ANY, 10'000'000});
  struct stat status;
  ASSERT_EQ(::stat((folder / upload_name(id(1))).c_str(), &status), 0);
  EXPECT_EQ(status.st_blocks, 0);
}

TEST_F(UploadsTest, what_is_refused_under_its_condition_stays_an_upload_of_nobody_else) {
  put("file", "old", file::ANY, 9);
  upload("file", "abc");
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc", 1, file::ABSENT)); }), Outcome::EXISTS);
  struct stat status;
  ASSERT_EQ(::stat((folder / upload_name(id(1))).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(UploadsTest, a_large_commit_is_made_in_several_calls_where_it_has_to_be_read) {
  const std::string large(std::size_t{3} << 20, 'x');
  upload("file", large);
  wait_until_settled(store, "");
  Store restarted(folder.string(), ReadingLimits{std::chrono::milliseconds(0)});
  int calls = 0;
  asked_again([&] {
    if (++calls > 1000) throw std::runtime_error("it never ends");
    return restarted.commit(commit_of("file", large));
  });
  EXPECT_GE(calls, 3);
  EXPECT_EQ(std::filesystem::file_size(folder / "file"), large.size());
}

TEST_F(UploadsTest, only_so_many_commits_wait_for_the_disk_at_once_and_fewer_of_one_host) {
  upload("file", "abc");
  for (const CommitLimits limits : {CommitLimits{.at_once = 0}, CommitLimits{.of_one_host = 0}}) {
    Store busy(folder.string(), {}, limits);
    EXPECT_EQ(outcome([&] { busy.commit(commit_of("file", "abc")); }), Outcome::NOT_YET);
  }
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::DONE);
}

TEST(FewAtOnce, leave_some_for_others_and_make_room_when_they_end) {
  using onc::transport::Host;
  const Host one{Host::Kind::ip4, 1};
  const Host other{Host::Kind::ip4, 2};
  FewAtOnce few(3, 2);
  const auto begun = [&](const Host& host) { return outcome([&] { const FewAtOnce::Turn turn(few, host); }); };
  {
    const FewAtOnce::Turn first(few, one);
    const FewAtOnce::Turn second(few, one);
    EXPECT_EQ(begun(one), Outcome::NOT_YET);
    EXPECT_EQ(begun(other), Outcome::DONE);
    const FewAtOnce::Turn third(few, other);
    EXPECT_EQ(begun(other), Outcome::NOT_YET);
  }
  EXPECT_EQ(begun(one), Outcome::DONE);
}

// As a user whom modes bind.
class Bound : public UploadsTest {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) return;
    constexpr uid_t nobody = 65534;
    for (const auto& path : {outside.path(), folder}) ASSERT_EQ(::chown(path.c_str(), nobody, nobody), 0);
    ASSERT_EQ(::seteuid(nobody), 0);
  }
  void TearDown() override { ASSERT_EQ(::seteuid(::getuid()), 0); }
};

TEST_F(Bound, an_upload_whose_commit_died_after_its_mode_can_be_gone_on_with) {
  upload("file", "abc");
  for (const mode_t mode : {0U, 0444U}) {
    ::chmod((folder / upload_name(id(1))).c_str(), mode);
    EXPECT_EQ(outcome([&] { store.write({"file", id(1), 0, bytes("abc")}); }), Outcome::DONE);
  }
  ::chmod((folder / upload_name(id(1))).c_str(), 0);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::DONE);
}

TEST_F(Bound, one_that_got_no_name_after_its_mode_is_an_upload_again) {
  upload("file", "abc");
  ::chmod(folder.c_str(), 0500);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::DENIED);
  ::chmod(folder.c_str(), 0700);
  struct stat status;
  ASSERT_EQ(::stat((folder / upload_name(id(1))).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::DONE);
}

TEST_F(Bound, or_removed) {
  upload("file", "abc");
  ::chmod((folder / upload_name(id(1))).c_str(), 0);
  EXPECT_EQ(remove_stale_uploads(store.root(), 0s), 1U);
}

TEST_F(UploadsTest, conditions_are_looked_at_when_the_file_appears) {
  upload("new", "mine", 1);
  put("new", "theirs", file::ABSENT, 2);
  EXPECT_EQ(outcome([&] { store.commit(commit_of("new", "mine", 1, file::ABSENT)); }), Outcome::EXISTS);
  const file::Revision theirs = store.stat("new").revision;
  EXPECT_EQ(outcome([&] { store.commit(commit_of("new", "mine", 1, theirs + 1)); }), Outcome::REVISION_CHANGED);
  EXPECT_EQ(read("new"), "theirs");
  store.commit(commit_of("new", "mine", 1, theirs));
  EXPECT_EQ(read("new"), "mine");
}

TEST_F(UploadsTest, and_before_much_is_sent_in_vain) {
  put("file", "x");
  EXPECT_EQ(outcome([&] { store.create({"file", id(2), file::ABSENT, 1}); }), Outcome::EXISTS);
  EXPECT_EQ(outcome([&] { store.create({"file", id(2), 12345, 1}); }), Outcome::REVISION_CHANGED);
  EXPECT_EQ(outcome([&] { store.create({"none", id(2), 12345, 1}); }), Outcome::REVISION_CHANGED);
  EXPECT_EQ(all_names(), Names{"file"});
}

TEST_F(UploadsTest, of_two_who_replace_the_same_revision_one_does) {
  const file::Revision there = put("file", "old").revision;
  std::array<Outcome, 8> heard{};
  std::vector<std::thread> writers;
  for (unsigned char i = 0; i < heard.size(); ++i)
    writers.emplace_back([&, i] { heard[i] = outcome([&] { put("file", "by " + std::to_string(i), there, i); }); });
  for (std::thread& writer : writers) writer.join();
  const auto winner = std::find(heard.begin(), heard.end(), Outcome::DONE) - heard.begin();
  EXPECT_EQ(std::count(heard.begin(), heard.end(), Outcome::DONE), 1);
  EXPECT_EQ(std::count(heard.begin(), heard.end(), Outcome::REVISION_CHANGED), 7);
  EXPECT_EQ(read("file"), "by " + std::to_string(winner));
  EXPECT_EQ(all_names(), Names{"file"});
}

TEST_F(UploadsTest, two_writers_leave_the_file_of_one_of_them) {
  const std::string one(300'000, '1');
  const std::string two(300'000, '2');
  for (int round = 0; round < 20; ++round) {
    std::thread other([&] { put("file", one, file::ANY, 1); });
    put("file", two, file::ANY, 2);
    other.join();
    const std::string now = read("file");
    EXPECT_TRUE(now == one || now == two);
  }
}

// The same client twice, or once and its own repeat: late pieces must not end up in what has been committed.
TEST_F(UploadsTest, late_pieces_never_reach_a_committed_file) {
  const std::string content(200'000, 'x');
  for (unsigned char round = 0; round < 30; ++round) {
    upload("file", content, round);
    std::thread late([&] {
      for (int i = 0; i < 50; ++i) outcome([&] { store.write({"file", id(round), 10, bytes("late")}); });
    });
    const Outcome heard =
        outcome([&] { asked_again([&] { return store.commit(commit_of("file", content, round)); }); });
    late.join();
    if (heard == Outcome::DONE)
      EXPECT_EQ(read("file"), content);
    else
      EXPECT_EQ(heard, Outcome::WRONG_HASH);
  }
}

TEST_F(UploadsTest, whoever_sends_the_same_twice_at_once_is_told_that_it_is_done) {
  const std::string content(100'000, 'x');
  for (unsigned char round = 0; round < 20; ++round) {
    Outcome other = Outcome::FAILED;
    const auto put_it = [&] { return asked_again([&] { return put("file", content, file::ABSENT, round); }); };
    std::thread again([&] { other = outcome(put_it); });
    EXPECT_EQ(outcome(put_it), Outcome::DONE);
    again.join();
    EXPECT_EQ(other, Outcome::DONE);
    EXPECT_EQ(read("file"), content);
    store.remove({"file", file::ANY});
  }
}

// Whoever holds the lock goes on with what it has open: under its name there must not be another by then.
TEST_F(UploadsTest, nobody_takes_an_upload_from_under_whoever_works_on_it) {
  upload("file", "abc");
  for (const Sharing sharing : {Sharing::with_writers, Sharing::alone}) {
    const auto working = open_upload(store.root().place("file"), id(1), sharing);
    EXPECT_EQ(outcome([&] { store.discard({"file", id(1)}); }), Outcome::NOT_YET);
    EXPECT_EQ(outcome([&] { put("file", "other"); }), Outcome::NOT_YET);
    EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::NOT_YET);
    EXPECT_EQ(remove_stale_uploads(store.root(), 0s), 0U);
  }
  store.commit(commit_of("file", "abc"));
  EXPECT_EQ(read("file"), "abc");
}

TEST_F(UploadsTest, nobody_waits_for_whoever_commits_it) {
  upload("file", "abc");
  const auto working = open_upload(store.root().place("file"), id(1), Sharing::alone);
  EXPECT_EQ(outcome([&] { store.write({"file", id(1), 0, bytes("x")}); }), Outcome::NOT_YET);
  EXPECT_EQ(outcome([&] { store.create({"file", id(1), file::ANY, 3}); }), Outcome::NOT_YET);
}

TEST_F(UploadsTest, another_file_that_got_the_uploads_name_does_not_pass_for_it) {
  upload("file", "abc");
  const auto upload = open_upload(store.root().place("file"), id(1), Sharing::alone);
  write("evil", "xyz");
  std::filesystem::rename(folder / "evil", folder / upload_name(id(1)));
  Naming naming;
  const auto appear = [&] {
    naming.put_in_place(upload_name(id(1)), upload->seen.identity, store.root().place("file"), file::ANY);
  };
  EXPECT_EQ(outcome(appear), Outcome::FAILED);
}

TEST_F(UploadsTest, what_a_file_is_hashed_to_is_not_another_files_of_the_same_id) {
  store.make_folder("a");
  store.make_folder("b");
  for (const char* path : {"a/file", "b/file"}) store.create({path, id(1), file::ANY, 6});
  store.write({"a/file", id(1), 0, bytes("abc")});
  store.write({"b/file", id(1), 3, bytes("def")});
  EXPECT_EQ(outcome([&] { store.commit(commit_of("b/file", "abcdef")); }), Outcome::WRONG_HASH);
}

TEST_F(UploadsTest, an_uploads_file_that_was_swapped_on_this_host_is_hashed_anew) {
  upload("file", "good");
  std::filesystem::remove(folder / upload_name(id(1)));
  write(upload_name(id(1)), "evil");
  EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "good")); }), Outcome::WRONG_HASH);
}

TEST_F(UploadsTest, modes_are_nine_bits_and_times_may_be_before_1970) {
  auto commit = commit_of("file", "");
  commit.mode = 06755;
  commit.modified = -1;
  store.put({commit, {}});
  struct stat status;
  ASSERT_EQ(::stat((folder / "file").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0755U);
  EXPECT_EQ(store.stat("file").modified, -1);
}

TEST_F(UploadsTest, what_is_discarded_is_gone_however_often) {
  upload("file", "abc");
  store.discard({"file", id(1)});
  store.discard({"file", id(1)});
  EXPECT_EQ(outcome([&] { store.write({"file", id(1), 0, bytes("x")}); }), Outcome::NO_SUCH_UPLOAD);
  EXPECT_EQ(all_names(), Names{});
}

TEST_F(UploadsTest, a_new_upload_under_an_old_ones_name_begins_anew) {
  upload("file", "abcdef");
  std::filesystem::remove(folder / upload_name(id(1)));
  upload("file", "xyz");
  store.commit(commit_of("file", "xyz"));
  EXPECT_EQ(read("file"), "xyz");
}

TEST(RunningHash, knows_only_what_came_once_and_without_gaps) {
  const auto made = [](std::initializer_list<std::pair<std::uint64_t, const char*>> pieces, std::uint64_t size) {
    RunningHash hash;
    for (const auto& [offset, piece] : pieces) hash.add(offset, bytes(piece));
    return hash.end(size);
  };
  const file::Sha256 whole = sha256(bytes("abcdef"));
  EXPECT_EQ(made({{0, "abc"}, {3, "def"}}, 6), whole);
  EXPECT_EQ(made({{3, "def"}, {0, "abc"}}, 6), whole);
  EXPECT_EQ(made({{4, "ef"}, {2, "cd"}, {0, "ab"}}, 6), whole);
  EXPECT_EQ(made({{0, "abc"}, {3, "def"}}, 7), std::nullopt);
  EXPECT_EQ(made({{0, "abc"}}, 6), std::nullopt);
  EXPECT_EQ(made({{3, "def"}}, 6), std::nullopt);
  EXPECT_EQ(made({{0, "abc"}, {0, "abc"}, {3, "def"}}, 6), std::nullopt);
  EXPECT_EQ(made({{0, "abcd"}, {3, "def"}}, 7), std::nullopt);
  EXPECT_EQ(made({{3, "def"}, {3, "def"}, {0, "abc"}}, 6), std::nullopt);
  EXPECT_EQ(made({{3, "def"}, {0, "abcd"}}, 7), std::nullopt);
  EXPECT_EQ(made({{0, "abc"}, {4, "e"}, {3, "def"}}, 6), std::nullopt);
  EXPECT_EQ(made({{3, "def"}, {4, "e"}, {0, "abc"}}, 6), std::nullopt);
  EXPECT_EQ(made({}, 0), sha256({}));
}

TEST(RunningHash, takes_pieces_from_several_threads) {
  constexpr std::size_t threads = 4;
  onc::xdr::Bytes whole(150 * threads);
  for (std::size_t at = 0; at < whole.size(); ++at) whole[at] = static_cast<std::byte>(at);
  RunningHash hash;
  std::barrier none_far_ahead(threads);
  const auto bring = [&](std::size_t at) {
    for (; at < whole.size(); at += threads) {
      hash.add(at, {whole[at]});
      none_far_ahead.arrive_and_wait();
    }
  };
  std::vector<std::thread> others;
  for (std::size_t at = 1; at < threads; ++at) others.emplace_back(bring, at);
  bring(0);
  for (std::thread& other : others) other.join();
  EXPECT_EQ(hash.end(whole.size()), sha256(whole));
}

TEST(RunningHash, holds_no_piece_for_ever_whose_turn_does_not_come) {
  RunningHash hash(Sha256(), 0, 1us);
  hash.add(3, bytes("def"));
  const auto soon = std::chrono::steady_clock::now() + 20s;
  while (hash.waiting() != 0 && std::chrono::steady_clock::now() < soon) std::this_thread::yield();
  EXPECT_EQ(hash.waiting(), 0U);
  hash.add(0, bytes("abc"));
  EXPECT_EQ(hash.end(6), std::nullopt);
}

TEST(RunningHash, may_go_while_a_piece_waits_for_one_before_it) {
  RunningHash hash;
  hash.add(3, bytes("def"));
}

}  // namespace
}  // namespace services::files
