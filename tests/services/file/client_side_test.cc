// What onc-file does about a server that is not to be trusted, and its small parts.
#include "fixture.h"
#include "services/file/client/commands.h"
#include "services/file/client/download.h"
#include "services/file/client/listing.h"
#include "services/file/client/paths.h"
#include "services/file/client/pieces.h"
#include "services/file/client/shown.h"
#include "services/file/service.h"

#include <onc/server/server.h>

#include <atomic>
#include <fstream>
#include <limits>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>

namespace services::files {
namespace {

using std::filesystem::exists;

// Lists one name, and gives some bytes for any file.
class Liar : public file::FILES::v1::Server {
 public:
  std::string name = "file";
  bool lists_for_ever = false;
  std::string content = "content";
  file::Sha256 told_hash = sha256(bytes("content"));
  std::uint64_t told_size = 7;
  bool changes_while_it_is_read = false;
  int busy = 0;                // so often it says so of a hash
  std::uint64_t uploaded = 0;  // of any upload, which is none any more

  file::ListResult LIST(file::ListArguments, const onc::rpc::Caller&) override {
    file::Page page;
    page.entries.push_back({name, {file::Kind::REGULAR, told_size, 0, 0644, 5}});
    page.is_last = !lists_for_ever;
    return file::ListResult::with_page(page);
  }
  file::StatResult STAT(file::Path path, const onc::rpc::Caller&) override {
    return file::StatResult::with_attributes(
        {path == "folder" ? file::Kind::FOLDER : file::Kind::REGULAR, told_size, 0, 0644, 5});
  }
  file::ReadResult READ(file::ReadArguments arguments, const onc::rpc::Caller&) override {
    if (changes_while_it_is_read && arguments.revision != file::ANY) return Outcome::REVISION_CHANGED;
    return file::ReadResult::with_piece({{file::Kind::REGULAR, told_size, 0, 0644, 5}, bytes(content)});
  }
  file::HashResult HASH(file::HashArguments, const onc::rpc::Caller&) override {
    if (busy-- > 0) return Outcome::NOT_YET;
    return file::HashResult::with_hash(told_hash);
  }
  file::GetResult GET(file::Path, const onc::rpc::Caller&) override {
    const file::Attributes attributes{file::Kind::REGULAR, told_size, 0, 0644, 5};
    if (told_size > piece_size) return file::GetResult::with_attributes(attributes);
    return file::GetResult::with_whole({attributes, told_hash, bytes(content)});
  }
  file::CreateResult CREATE(file::CreateArguments, const onc::rpc::Caller&) override {
    if (uploaded == 0) return Outcome::DENIED;
    return file::CreateResult::with_upload({uploaded});
  }
  Outcome WRITE(file::WriteArguments, const onc::rpc::Caller&) override {
    return uploaded == 0 ? Outcome::DENIED : Outcome::NO_SUCH_UPLOAD;
  }
  file::CommitResult COMMIT(file::CommitArguments, const onc::rpc::Caller&) override { return Outcome::DENIED; }
  file::CommitResult PUT(file::PutArguments, const onc::rpc::Caller&) override { return Outcome::DENIED; }
  Outcome DISCARD(file::DiscardArguments, const onc::rpc::Caller&) override { return Outcome::DENIED; }
  Outcome REMOVE(file::RemoveArguments, const onc::rpc::Caller&) override { return Outcome::DENIED; }
  Outcome RENAME(file::RenameArguments, const onc::rpc::Caller&) override { return Outcome::DENIED; }
  Outcome MKDIR(file::Path, const onc::rpc::Caller&) override { return Outcome::DENIED; }
};

class Untrusted : public testing::Test {
 protected:
  Untrusted() {
    server.add(liar);
    options.server.uri = server.listen("tcp://127.0.0.1:0").text();
    thread = std::thread([this] { server.run(); });
  }
  ~Untrusted() override {
    server.stop();
    thread.join();
  }

  int get_folder() {
    options.recursive = true;
    options.paths = {"folder", (folder.path() / "in").string()};
    return get(options);
  }

  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path()))
      if (entry.is_regular_file()) names.push_back(entry.path().filename());
    return names;
  }

  TemporaryFolder folder;
  Liar liar;
  onc::rpc::Server server;
  std::thread thread;
  Options options;
};

TEST_F(Untrusted, names_that_lead_elsewhere_are_not_written_to) {
  for (const std::string name : {"../planted", "..", ".", "", "/planted", "a/../../planted", "sub/planted"}) {
    liar.name = name;
    EXPECT_EQ(get_folder(), 1) << name;
    EXPECT_EQ(files(), std::vector<std::string>{}) << name;
  }
  liar.name = "good";
  EXPECT_EQ(get_folder(), 0);
  EXPECT_EQ(files(), std::vector<std::string>{"good"});
}

TEST_F(Untrusted, a_list_that_goes_round_in_circles_ends) {
  liar.lists_for_ever = true;
  Session session(options.server);
  EXPECT_THROW(for_each_entry(session, "", [](const file::Entry&) {}), Failure);
}

TEST_F(Untrusted, what_came_otherwise_than_the_hash_says_does_not_appear) {
  liar.told_hash[0] ^= std::byte{1};
  options.paths = {"file", (folder.path() / "file").string()};
  EXPECT_EQ(get(options), 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(Untrusted, what_went_to_standard_output_otherwise_than_the_hash_says_is_told) {
  liar.told_hash[0] ^= std::byte{1};
  options.paths = {"file", "-"};
  EXPECT_THROW(get(options), Failure);
}

TEST_F(Untrusted, a_file_that_changes_while_it_is_read_is_said_to) {
  liar.changes_while_it_is_read = true;
  liar.told_size = 3 * piece_size;
  options.paths = {"file", (folder.path() / "file").string()};
  testing::internal::CaptureStderr();
  EXPECT_EQ(get(options), 1);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "onc-file: file: it changed while it was read: try again\n");
}

TEST_F(Untrusted, who_is_told_that_it_is_not_done_yet_asks_again) {
  liar.busy = 4;
  options.paths = {"file", "-"};
  EXPECT_EQ(get(options), 0);
  EXPECT_EQ(liar.busy, -1);
}

TEST_F(Untrusted, what_fails_does_not_wait_for_a_hash_that_nobody_wants_any_more) {
  liar.busy = std::numeric_limits<int>::max();
  liar.told_size = 3 * piece_size;
  options.paths = {"file", (folder.path() / "file").string()};
  EXPECT_EQ(get(options), 1);
}

// By this process, so far.
std::uint64_t bytes_read() {
  std::ifstream io("/proc/self/io");
  std::string word;
  std::uint64_t count = 0;
  io >> word >> count;
  return word == "rchar:" ? count : 0;
}

TEST_F(Untrusted, what_is_no_upload_any_more_is_not_gone_on_with_by_reading_all_of_it) {
  if (bytes_read() == 0) GTEST_SKIP() << "this system does not count what a process reads";
  const auto local = folder.path() / "large";
  std::ofstream(local).put('x');
  std::filesystem::resize_file(local, 64 * piece_size);
  liar.uploaded = 64 * piece_size;
  options.paths = {local.string(), "large"};
  const std::uint64_t before = bytes_read();
  EXPECT_EQ(put(options), 1);
  EXPECT_LT(bytes_read() - before, 2 * piece_size);
}

TEST_F(Untrusted, fewer_bytes_than_there_are_said_to_be_are_no_file) {
  liar.told_size = 3 * piece_size;
  options.paths = {"file", (folder.path() / "file").string()};
  EXPECT_EQ(get(options), 1);
  EXPECT_FALSE(exists(folder.path() / "file"));
}

TEST_F(Untrusted, more_bytes_than_there_are_said_to_be_are_none_either) {
  liar.told_size = 3;
  options.paths = {"file", (folder.path() / "file").string()};
  EXPECT_EQ(get(options), 1);
  EXPECT_FALSE(exists(folder.path() / "file"));
}

// Whose STAT takes for ever.
class Slow : public Liar {
 public:
  file::StatResult STAT(file::Path, const onc::rpc::Caller&) override {
    is_over.wait(false);
    return Outcome::FAILED;
  }
  std::atomic<bool> is_over = false;
};

// Many calls on one connection, without waiting for their answers.
void send_stats(int connection, std::uint32_t count) {
  onc::xdr::Encoder calls;
  for (std::uint32_t xid = 1; xid <= count; ++xid)
    for (const std::uint32_t word : {0x8000002cU, xid, 0U, 2U, 0x20000002U, 1U, 2U, 0U, 0U, 0U, 0U, 0U})
      calls.u32(word);
  EXPECT_EQ(::send(connection, calls.bytes().data(), calls.size(), MSG_NOSIGNAL), static_cast<ssize_t>(calls.size()));
}

TEST(Fairness, one_connection_with_many_calls_leaves_workers_for_others) {
  Slow slow;
  onc::rpc::Server server(FileService::server_options());
  server.add(slow, FileService::options());
  TemporaryFolder folder;
  const std::string path = (folder.path() / "socket").string();
  const std::string uri = server.listen("local://" + path).text();
  std::thread thread([&] { server.run(); });
  const Descriptor greedy(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{AF_UNIX, {}};
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  EXPECT_EQ(::connect(greedy.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  send_stats(greedy.get(), 64);
  // The server reads of all that have something to say, so twice is after the greedy one's turn.
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(Client(uri, {.timeout = std::chrono::seconds(20)}).LIST({"", "", 1}).outcome(), Outcome::DONE);
  slow.is_over = true;
  slow.is_over.notify_all();
  server.stop();
  thread.join();
}

TEST(Paths, are_made_those_of_the_server) {
  for (const auto& [text, path] : {std::pair{"", ""},
                                   {"/", ""},
                                   {".", ""},
                                   {"a", "a"},
                                   {"/a/", "a"},
                                   {"./a//b/.", "a/b"},
                                   {"a/../b", "a/../b"},
                                   {"..", ".."},
                                   {".a", ".a"}})
    EXPECT_EQ(to_remote(text), path) << text;
}

TEST(Pieces, go_on_a_window_before_what_was_there) {
  EXPECT_EQ(resume_at(0), 0U);
  EXPECT_EQ(resume_at(window * piece_size), 0U);
  EXPECT_EQ(resume_at((window + 1) * piece_size), piece_size);
  EXPECT_EQ(resume_at((window + 1) * piece_size + 5), piece_size);
}

TEST(Pieces, each_is_moved_once_and_none_runs_ahead_of_the_window) {
  Session session({});
  std::mutex mutex;
  std::set<std::uint64_t> under_way;
  std::set<std::uint64_t> moved;
  move_pieces(session, 2 * piece_size, 40 * piece_size + 3, [&](Client&, std::uint64_t offset, std::size_t count) {
    {
      const std::lock_guard lock(mutex);
      under_way.insert(offset);
      EXPECT_LT(offset, *under_way.begin() + window * piece_size);
      EXPECT_EQ(count, offset == 40 * piece_size ? 3 : piece_size);
      EXPECT_TRUE(moved.insert(offset).second);
    }
    std::this_thread::yield();
    const std::lock_guard lock(mutex);
    under_way.erase(offset);
  });
  EXPECT_EQ(moved.size(), 39U);
}

TEST(Pieces, the_first_failure_ends_it) {
  Session session({});
  std::atomic<int> moved = 0;
  EXPECT_THROW(move_pieces(session, 0, 1000 * piece_size,
                           [&](Client&, std::uint64_t, std::size_t) {
                             if (++moved == 3) throw Failure("no");
                           }),
               Failure);
  EXPECT_LT(moved, 1000);
}

TEST(Shown, sizes_are_for_people) {
  EXPECT_EQ(shown_size(0), "0 B");
  EXPECT_EQ(shown_size(1023), "1023 B");
  EXPECT_EQ(shown_size(1024), "1.0 KiB");
  EXPECT_EQ(shown_size(1048575), "1.0 MiB");
  EXPECT_EQ(shown_size(std::uint64_t{3} << 29), "1.5 GiB");
  EXPECT_EQ(shown_size(~std::uint64_t{0}), "16.0 EiB");
}

TEST(Shown, the_bar_says_how_far_it_is) {
  Progress progress;
  progress.files = 10;
  progress.files_done = 3;
  progress.bytes = 1 << 30;
  progress.bytes_moved = 1 << 29;
  EXPECT_EQ(bar(progress, std::chrono::seconds(1), 200),
            "[==========          ]  50%  512.0 MiB of 1.0 GiB, 512.0 MiB/s, 1 s left, 3 of 10 files");
  EXPECT_EQ(bar(progress, std::chrono::seconds(1), 10), "[=========");
  EXPECT_EQ(bar(Progress{}, std::chrono::seconds(0), 200), "[                    ]   0%  0 B of 0 B, 0 B/s");
}

}  // namespace
}  // namespace services::files
