#include "services/election/state_file.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

namespace {

using namespace services::elections;
using namespace std::chrono_literals;

class state_file : public testing::Test {
 protected:
  state_file() {
    std::string name = (std::filesystem::temp_directory_path() / "election.XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
  }
  ~state_file() override { std::filesystem::remove_all(folder); }

  void write(const std::string& text) const { std::ofstream(folder / "3.state") << text; }
  std::string read() const {
    std::ifstream in(folder / "3.state");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  std::filesystem::path folder;
};

TEST_F(state_file, remembers_what_was_kept_last) {
  const std::string inside = folder / "made";
  EXPECT_EQ(StateFile(inside, 3).kept(), std::nullopt);
  {
    StateFile file(inside, 3);
    file.keep({1, 2, 2s});
    file.keep({end_of_terms - 1, 4294967295, 50ms, 18446744073709551615U});
  }
  EXPECT_EQ(StateFile(inside, 3).kept(), (Kept{end_of_terms - 1, 4294967295, 50ms, 18446744073709551615U}));
  EXPECT_EQ(StateFile(inside, 4).kept(), std::nullopt);
}

TEST_F(state_file, needs_no_life_where_it_was_written_by_hand) {
  write("id 3\nterm 7\npromised_to 0\nlease_ns 2000000000\n");
  EXPECT_EQ(StateFile(folder, 3).kept(), (Kept{7, nobody, 2s}));
}

TEST_F(state_file, is_not_believed_where_it_is_damaged) {
  StateFile(folder, 3).keep({7, 2, 2s, 5});
  const std::string good = read();
  EXPECT_EQ(good, "id 3\nterm 7\npromised_to 2\nlife 5\nlease_ns 2000000000\n");
  for (std::size_t size = 0; size < good.size(); ++size) {
    write(good.substr(0, size));
    EXPECT_THROW(StateFile(folder, 3), onc::rpc::Error) << size;
  }
  for (const char* bad :
       {"id 4\nterm 7\npromised_to 2\nlease_ns 2000000000\n", "id 3\nterm -7\npromised_to 2\nlease_ns 2\n",
        "id 3\nterm 7\npromised_to 2\nlease_ns 2000000000\n\n", "id 3\nterm 7\n",
        "id 3\nterm 7\npromised_to 2\nlife 0\nlease_ns 2000000000\n", "id 3\nterm 7\npromised_to 2\nlife 5\n",
        "id 3\nterm 7\npromised_to 2\nlife 5 lease_ns 2000000000\n",
        "id 3\nterm 9223372036854775807\npromised_to 2\nlease_ns 2000000000\n",
        "id 3\nterm 18446744073709551615\npromised_to 2\nlease_ns 2000000000\n",
        "id 3\nterm 99999999999999999999\npromised_to 2\nlease_ns 2000000000\n"}) {
    write(bad);
    EXPECT_THROW(StateFile(folder, 3), onc::rpc::Error) << bad;
  }
  write(good);
  EXPECT_EQ(StateFile(folder, 3).kept(), (Kept{7, 2, 2s, 5}));
}

TEST_F(state_file, is_one_process_s) {
  const StateFile file(folder, 3);
  EXPECT_THROW(StateFile(folder, 3), onc::rpc::Error);
  EXPECT_NO_THROW(StateFile(folder, 4));
}

TEST_F(state_file, says_what_is_wrong_with_its_folder) {
  std::ofstream(folder / "file") << "text";
  for (const std::string& bad : {(folder / "file").string(), (folder / "no" / "where").string()}) {
    try {
      StateFile(bad, 3);
      ADD_FAILURE() << bad;
    } catch (const onc::rpc::Error& error) {
      EXPECT_NE(std::string(error.what()).find("--state-dir"), std::string::npos) << error.what();
    }
  }
}

TEST_F(state_file, is_written_past_whatever_has_the_name_of_the_next) {
  StateFile file(folder, 3);
  ASSERT_EQ(::mkfifo((folder / "3.state.next").c_str(), 0600), 0);
  file.keep({7, 2, 2s});
  EXPECT_EQ(StateFile(folder, 4).kept(), std::nullopt);
  EXPECT_EQ(read(), "id 3\nterm 7\npromised_to 2\nlease_ns 2000000000\n");
}

TEST_F(state_file, keeps_what_it_has_where_nothing_new_can_be_written) {
  StateFile file(folder, 3);
  file.keep({7, 2, 2s});
  std::filesystem::create_directory(folder / "3.state.next");
  EXPECT_THROW(file.keep({8, 1, 2s}), onc::rpc::Error);
  EXPECT_EQ(file.kept(), (Kept{7, 2, 2s}));
  EXPECT_EQ(read(), "id 3\nterm 7\npromised_to 2\nlease_ns 2000000000\n");
}

}  // namespace
