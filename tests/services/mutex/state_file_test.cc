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

  const std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("mutex_") + testing::UnitTest::GetInstance()->current_test_info()->name());
};

TEST_F(AStateFile, has_what_was_kept_last) {
  EXPECT_EQ(StateFile(folder_, 3).promised(), 0U);
  StateFile(folder_, 3).keep(7);
  EXPECT_EQ(StateFile(folder_, 3).promised(), 7U);
}

TEST_F(AStateFile, is_not_believed_where_it_is_damaged) {
  StateFile(folder_, 3).keep(7);
  for (const char* bad : {"", "id 3\n", "id 4\nview 7\n", "id 3\nview -7\n", "id 3\nview 07\n", "id 3\nview 7\n\n",
                          "id 3\nview 4294967296\n", "id 3\nview 18446744073709551615\n"}) {
    write(bad);
    EXPECT_THROW(StateFile(folder_, 3), onc::rpc::Error) << bad;
  }
  write("id 3\nview 4294967295\n");
  EXPECT_EQ(StateFile(folder_, 3).promised(), end_of_views - 1);
}

}  // namespace
}  // namespace services::locks
