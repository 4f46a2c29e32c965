// Nothing leads outside the exported root.
#include "fixture.h"

#include "services/file/sweep.h"

#include <atomic>
#include <thread>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

namespace services::files {
namespace {

using std::filesystem::create_directory;
using std::filesystem::create_symlink;

class Paths : public StoreTest {
 protected:
  // What each procedure that takes a path says to this one.
  std::vector<Outcome> outcomes(const std::string& path) {
    return {outcome([&] {
              store.read({path, file::ANY, 0, 1});
            }),
            outcome([&] { store.stat(path); }),
            outcome([&] {
              store.hash({path, file::ANY});
            }),
            outcome([&] {
              store.list({path, "", 1});
            }),
            outcome([&] {
              store.create({path, id(7), file::ANY, 0});
            }),
            outcome([&] {
              store.write({path, id(7), 0, {}});
            }),
            outcome([&] { store.commit(commit_of(path, "", 7)); }),
            outcome([&] { put(path, "planted"); }),
            outcome([&] {
              store.remove({path, file::ANY});
            }),
            outcome([&] {
              store.rename({"mine", path, file::ANY});
            }),
            outcome([&] {
              store.rename({path, "taken", file::ANY});
            }),
            outcome([&] { store.make_folder(path); }),
            outcome([&] {
              store.discard({path, id(7)});
            })};
  }
  void expect_all(const std::string& path, const std::set<Outcome>& allowed) {
    write("mine", "mine");
    for (const Outcome got : outcomes(path)) EXPECT_TRUE(allowed.contains(got)) << path << ": " << int(got);
    EXPECT_EQ(content("../secret"), "secret") << path;
    EXPECT_EQ(content("mine"), "mine") << path;
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(outside.path()), {}), 2) << path;
  }
  void SetUp() override { write("../secret", "secret"); }
};

TEST_F(Paths, dots_lead_nowhere) {
  create_directory(folder / "sub");
  for (const char* path : {"..", "../secret", "sub/../../secret", "sub/../mine", "sub/..", ".", "./mine", "sub/./x"})
    expect_all(path, {Outcome::BAD_NAME});
}

TEST_F(Paths, absolute_ones_are_outside) {
  expect_all("/", {Outcome::OUTSIDE});
  expect_all("/etc/passwd", {Outcome::OUTSIDE});
  expect_all((outside.path() / "secret").string(), {Outcome::OUTSIDE});
}

TEST_F(Paths, names_that_are_none_are_refused) {
  using namespace std::string_literals;
  for (const std::string& path : {"a\0b"s, "\0"s, "mine\0"s, "sub//x"s, "x/"s, "//"s, std::string(256, 'x'),
                                  std::string(256, 'x') + "/y", "x/" + std::string(256, 'y')})
    expect_all(path, path == "//" ? std::set{Outcome::OUTSIDE} : std::set{Outcome::BAD_NAME});
}

TEST_F(Paths, names_of_uploads_are_nobodys) {
  const std::string name = upload_name(id(7));
  write(name, "under way");
  expect_all(name, {Outcome::BAD_NAME});
  expect_all("sub/" + name, {Outcome::BAD_NAME});
  expect_all(name + "/x", {Outcome::BAD_NAME});
  EXPECT_EQ(content(name), "under way");
}

TEST_F(Paths, the_longest_name_is_a_name) {
  const std::string name(255, 'x');
  put(name, "long");
  EXPECT_EQ(read(name), "long");
}

TEST_F(Paths, folders_that_links_make_of_the_outside_are_not_entered) {
  create_symlink(outside.path(), folder / "absolute");
  create_symlink("..", folder / "relative");
  create_directory(folder / "sub");
  create_symlink("../..", folder / "sub" / "deep");
  for (const char* path : {"absolute/secret", "relative/secret", "sub/deep/secret", "absolute/new", "relative/root/x"})
    expect_all(path, {Outcome::OUTSIDE});
}

TEST_F(Paths, a_link_to_the_outside_is_not_read_but_may_be_replaced) {
  create_symlink("../secret", folder / "link");
  EXPECT_EQ(outcome([&] { read("link"); }), Outcome::OUTSIDE);
  EXPECT_EQ(outcome([&] { store.hash({"link", file::ANY}); }), Outcome::OUTSIDE);
  EXPECT_EQ(outcome([&] { store.list({"link", "", 1}); }), Outcome::OUTSIDE);
  EXPECT_EQ(store.stat("link").kind, file::Kind::LINK);
  put("link", "a file of ours");
  EXPECT_EQ(content("link"), "a file of ours");
  EXPECT_EQ(content("../secret"), "secret");
}

TEST_F(Paths, links_within_are_followed) {
  create_directory(folder / "sub");
  write("sub/file", "inside");
  create_symlink("sub/file", folder / "link");
  create_symlink("sub", folder / "folder");
  EXPECT_EQ(read("link"), "inside");
  EXPECT_EQ(read("folder/file"), "inside");
  store.remove({"link", file::ANY});
  EXPECT_EQ(content("sub/file"), "inside");
}

TEST_F(Paths, a_link_in_the_place_of_an_upload_is_not_followed) {
  create_symlink("../../secret", folder / upload_name(id(1)));
  EXPECT_NE(outcome([&] { put("new", "planted"); }), Outcome::DONE);
  EXPECT_NE(outcome([&] { store.write({"new", id(1), 0, bytes("planted")}); }), Outcome::DONE);
  EXPECT_EQ(content("../secret"), "secret");
}

TEST_F(Paths, magic_links_are_not_followed) {
  create_symlink("/proc/self/root/etc/passwd", folder / "link");
  EXPECT_EQ(outcome([&] { read("link"); }), Outcome::OUTSIDE);
}

TEST_F(Paths, what_is_no_file_is_never_waited_for) {
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0666), 0);
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{AF_UNIX, {}};
  (folder / "socket").string().copy(address.sun_path, sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  create_directory(folder / "sub");
  for (const char* path : {"fifo", "socket", "sub"}) {
    EXPECT_EQ(outcome([&] { read(path); }), Outcome::NOT_A_FILE) << path;
    EXPECT_EQ(outcome([&] { store.hash({path, file::ANY}); }), Outcome::NOT_A_FILE) << path;
  }
  EXPECT_EQ(store.stat("fifo").kind, file::Kind::OTHER);
  EXPECT_EQ(outcome([&] { store.list({"fifo", "", 1}); }), Outcome::NOT_A_FOLDER);
}

// Who waits for a reader of a FIFO would go on, and find none.
TEST_F(Paths, what_is_no_file_is_not_even_opened) {
  ASSERT_EQ(::mkfifo((folder / "fifo").c_str(), 0666), 0);
  std::atomic<bool> has_reader = false;
  std::thread writer([&] {
    const Descriptor opened(::open((folder / "fifo").c_str(), O_WRONLY | O_CLOEXEC));
    has_reader = true;
  });
  for (int i = 0; i < 300; ++i) {
    outcome([&] { read("fifo"); });
    outcome([&] { store.hash({"fifo", file::ANY}); });
    outcome([&] { store.list({"fifo", "", 1}); });
    outcome([&] { store.commit(commit_of("fifo", "", 9)); });
    std::this_thread::yield();
  }
  EXPECT_FALSE(has_reader);
  const Descriptor reader(::open((folder / "fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  writer.join();
}

TEST_F(Paths, nor_where_it_has_the_name_of_an_upload) {
  const std::string name = upload_name(id(1));
  ASSERT_EQ(::mkfifo((folder / name).c_str(), 0666), 0);
  std::atomic<bool> has_reader = false;
  std::thread writer([&] {
    const Descriptor opened(::open((folder / name).c_str(), O_WRONLY | O_CLOEXEC));
    has_reader = true;
  });
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(outcome([&] { store.create({"file", id(1), file::ANY, 3}); }), Outcome::FAILED);
    EXPECT_EQ(outcome([&] { store.write({"file", id(1), 0, bytes("abc")}); }), Outcome::FAILED);
    EXPECT_EQ(outcome([&] { store.commit(commit_of("file", "abc")); }), Outcome::FAILED);
    EXPECT_EQ(outcome([&] { store.discard({"file", id(1)}); }), Outcome::FAILED);
    EXPECT_EQ(outcome([&] { put("file", "abc"); }), Outcome::FAILED);
    EXPECT_EQ(remove_stale_uploads(store.root(), std::chrono::seconds(0)), 0U);
    std::this_thread::yield();
  }
  EXPECT_FALSE(has_reader);
  const Descriptor reader(::open((folder / name).c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  writer.join();
}

TEST_F(Paths, links_to_uploads_lead_nowhere) {
  upload("file", "half of it");
  create_symlink(upload_name(id(1)), folder / "link");
  EXPECT_EQ(outcome([&] { read("link"); }), Outcome::NO_SUCH_FILE);
  EXPECT_EQ(outcome([&] { store.hash({"link", file::ANY}); }), Outcome::NO_SUCH_FILE);
}

// Somebody on this host swaps a folder for a link to the outside, over and over.
TEST_F(Paths, a_race_leads_nowhere_either) {
  create_directory(folder / "sub");
  write("sub/secret", "inside");
  create_symlink("..", folder / "swap");
  std::atomic<bool> ends = false;
  std::thread swapper([&] {
    while (!ends) ::renameat2(AT_FDCWD, (folder / "sub").c_str(), AT_FDCWD, (folder / "swap").c_str(), RENAME_EXCHANGE);
  });
  for (int i = 0; i < 3000; ++i) {
    try {
      EXPECT_EQ(read("sub/secret"), "inside");
    } catch (const Refused&) {
    }
    outcome([&] { put("sub/planted", std::to_string(i)); });
    outcome([&] { store.remove({"sub/planted", file::ANY}); });
  }
  ends = true;
  swapper.join();
  EXPECT_EQ(content("../secret"), "secret");
  EXPECT_FALSE(std::filesystem::exists(outside.path() / "planted"));
}

}  // namespace
}  // namespace services::files
