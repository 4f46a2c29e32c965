// kill -9 at every system call of an upload: there is the old file or the new one, whole, nothing that was acknowledged
// is lost, and what was broken off can be gone on with.
#include "fixture.h"
#include "traced.h"

#include <sys/syscall.h>
#include <sys/xattr.h>

namespace services::files {
namespace {

using Acknowledge = std::function<void()>;
using Work = std::function<void(Store&, const Acknowledge&)>;

const std::string old_content(5000, 'o');
const std::string new_content = std::string(3000, 'n') + std::string(3000, 'e') + std::string(3000, 'w');

class Crash : public StoreTest {
 protected:
  void SetUp() override {
    Traced probe([](const Acknowledge&) {});
    if (!probe.next()) GTEST_SKIP() << "processes cannot be traced here (ptrace)";
  }

  // What there is before each run.
  void begin_anew() {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) std::filesystem::remove_all(entry.path());
    write("file", old_content);
  }

  // Kills it at its n-th stop, for every n there is, and calls `check(acknowledged)` each time. Returns how often.
  int kill_everywhere(const Work& work, const std::function<void(int acknowledged)>& check) {
    for (int stops = 0;; ++stops) {
      begin_anew();
      Traced traced([&](const Acknowledge& acknowledge) {
        Store own(folder.string());
        work(own, acknowledge);
      });
      int passed = 0;
      while (passed < stops && traced.next()) ++passed;
      const bool is_through = passed < stops;
      EXPECT_TRUE(!is_through || traced.ended_well());
      traced.kill();
      check(traced.acknowledged());
      if (is_through || HasFailure()) return stops;
    }
  }

  // Of users, on this file system.
  bool has_marks_here() const { return ::setxattr((folder / "file").c_str(), "user.onc.test", "", 0, 0) == 0; }

  static void upload_in_pieces(Store& own, const Acknowledge& acknowledge) {
    own.create({"file", id(1), file::ANY, new_content.size()});
    for (std::size_t offset = 0; offset < new_content.size(); offset += 3000)
      own.write({"file", id(1), offset, bytes(std::string_view(new_content).substr(offset, 3000))});
    own.commit(commit_of("file", new_content));
    acknowledge();
  }
  static void put_at_once(Store& own, const Acknowledge& acknowledge) {
    own.put({commit_of("file", new_content), bytes(new_content)});
    acknowledge();
  }

  void expect_old_or_new(int acknowledged) {
    const std::string now = content("file");
    EXPECT_TRUE(now == new_content || (acknowledged == 0 && now == old_content)) << acknowledged;
  }
  // A server that is started then, and a client that does it all again.
  void expect_it_can_be_done_again(const Work& work) {
    Store restarted(folder.string());
    work(restarted, [] {});
    EXPECT_EQ(content("file"), new_content);
    EXPECT_EQ(all_names(), std::vector<std::string>{"file"});
  }
};

TEST_F(Crash, an_upload_in_pieces_is_there_or_not) {
  const int stops = kill_everywhere(upload_in_pieces, [&](int acknowledged) {
    expect_old_or_new(acknowledged);
    expect_it_can_be_done_again(upload_in_pieces);
  });
  EXPECT_GT(stops, 60);
}

TEST_F(Crash, a_small_file_is_there_or_not) {
  const int stops = kill_everywhere(put_at_once, [&](int acknowledged) {
    expect_old_or_new(acknowledged);
    expect_it_can_be_done_again(put_at_once);
  });
  EXPECT_GT(stops, 30);
}

// What a client does whose commit was not answered.
TEST_F(Crash, a_commit_is_answered_as_before_or_can_still_be_made) {
  kill_everywhere(upload_in_pieces, [&](int) {
    Store restarted(folder.string());
    const bool was_there = content("file") == new_content;
    const Outcome heard = outcome([&] { restarted.commit(commit_of("file", new_content)); });
    if (was_there) {
      EXPECT_EQ(heard, has_marks_here() ? Outcome::DONE : Outcome::NO_SUCH_UPLOAD);
    } else if (content("file") == old_content) {
      EXPECT_TRUE(heard == Outcome::NO_SUCH_UPLOAD || heard == Outcome::INCOMPLETE) << int(heard);
    } else {
      EXPECT_EQ(content("file"), new_content);
      EXPECT_EQ(heard, Outcome::DONE);
    }
  });
}

TEST_F(Crash, a_rename_is_done_or_not) {
  kill_everywhere(
      [&](Store& own, const Acknowledge& acknowledge) {
        own.rename({"file", "other", file::ABSENT});
        acknowledge();
      },
      [&](int acknowledged) {
        const std::vector<std::string> names = all_names();
        ASSERT_EQ(names.size(), 1U);
        EXPECT_TRUE(names[0] == "other" || (acknowledged == 0 && names[0] == "file"));
        EXPECT_EQ(content(names[0]), old_content);
      });
}

// The system calls that matter, in their order; '!' is the answer.
std::string order_of(Traced& traced) {
  std::string order;
  while (traced.next()) {
    switch (traced.entered().value_or(-1)) {
      case SYS_pwrite64: order += 'p'; break;
      case SYS_fsetxattr:
      case SYS_fchmod:
      case SYS_utimensat: order += 'a'; break;
      case SYS_fsync: order += 's'; break;
      case SYS_renameat:
      case SYS_renameat2: order += 'r'; break;
      case SYS_write: order += '!'; break;
      default: break;
    }
  }
  return order;
}

// After a power cut there is on the disk only what was synced. So: bytes, then all that is said of them, then their
// sync, then the name, then its sync, and only then the answer.
TEST_F(Crash, everything_is_on_the_disk_before_what_depends_on_it) {
  for (const Work& work : {Work(upload_in_pieces), Work(put_at_once)}) {
    begin_anew();
    Traced traced([&](const Acknowledge& acknowledge) {
      Store own(folder.string());
      work(own, acknowledge);
    });
    const std::string order = order_of(traced);
    EXPECT_EQ(order.substr(order.rfind('p')), "paaasrs!");
  }
}

// The first time may have died between the name and its sync.
TEST_F(Crash, a_commit_that_is_answered_again_is_on_the_disk_too) {
  begin_anew();
  if (!has_marks_here()) GTEST_SKIP() << "this file system has no extended attributes of users";
  upload_in_pieces(store, [] {});
  for (const Work& work :
       {Work([](Store&own, const Acknowledge&) { own.commit(commit_of("file", new_content)); }), Work(put_at_once)}) {
    Traced traced([&](const Acknowledge& acknowledge) {
      Store own(folder.string());
      work(own, [] {});
      acknowledge();
    });
    EXPECT_EQ(order_of(traced), "s!");
  }
}

}  // namespace
}  // namespace services::files
