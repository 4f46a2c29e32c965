#include "services/mutex/state_file.h"

#include <onc/rpc/error.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace services::locks {
namespace {

class AStateFile : public testing::Test {
 protected:
  AStateFile() { std::filesystem::remove_all(folder_); }
  ~AStateFile() override { std::filesystem::remove_all(folder_); }
  void write(const std::string& text) const { std::ofstream(folder_ / "3.state") << text; }

  const std::set<MemberId> three_ = {1, 2, 3};
  const std::set<MemberId> four_ = {1, 2, 3, 4};
  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("mutex_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(AStateFile, has_what_was_kept_last) {
  EXPECT_EQ(StateFile(folder_, 3, three_).promised(), 0U);
  StateFile(folder_, 3, three_).keep(7);
  EXPECT_EQ(StateFile(folder_, 3, three_).promised(), 7U);
}

TEST_F(AStateFile, is_not_believed_where_it_is_damaged) {
  StateFile(folder_, 3, three_).keep(7);
  for (const char* bad : {"", "id 3\n", "id 4\nview 7\n", "id 3\nview -7\n", "id 3\nview 07\n", "id 3\nview 7\n\n",
                          "id 3\nview 4294967296\n", "id 3\nview 18446744073709551615\n"}) {
    write(bad);
    EXPECT_THROW(StateFile(folder_, 3, three_), onc::rpc::Error) << bad;
  }
  write("id 3\nview 4294967295\n");
  EXPECT_EQ(StateFile(folder_, 3, three_).promised(), end_of_views - 1);
}

TEST_F(AStateFile, is_no_other_members_unless_they_begin_after_it) {
  StateFile(folder_, 3, three_).keep(7);
  EXPECT_THROW(StateFile(folder_, 3, four_), onc::rpc::Error);
  EXPECT_THROW(StateFile(folder_, 3, four_, 7), onc::rpc::Error) << "7 is promised already";
  EXPECT_EQ(StateFile(folder_, 3, three_, 2).promised(), 7U) << "nothing is forgotten";
  EXPECT_EQ(StateFile(folder_, 3, four_, 8).promised(), 8U);
  EXPECT_EQ(StateFile(folder_, 3, four_).promised(), 8U);
  EXPECT_THROW(StateFile(folder_, 3, three_), onc::rpc::Error);
}

TEST_F(AStateFile, begins_where_a_new_member_is_told_to) {
  EXPECT_EQ(StateFile(folder_, 3, three_, 9).promised(), 9U);
  EXPECT_EQ(StateFile(folder_, 3, three_).promised(), 9U);
}

TEST_F(AStateFile, is_taken_from_a_hand_that_names_no_members) {
  StateFile(folder_, 3, three_).keep(7);
  write("id 3\nview 1007\n");
  EXPECT_EQ(StateFile(folder_, 3, four_).promised(), 1007U);
  EXPECT_THROW(StateFile(folder_, 3, three_), onc::rpc::Error);
}

}  // namespace
}  // namespace services::locks
