#include "services/time/shown.h"

#include <gtest/gtest.h>

namespace {

using namespace services::time;

TEST(shown_text, has_nothing_that_could_upset_a_terminal) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  for (const char c : shown(all, all.size())) EXPECT_TRUE(' ' <= c && c <= '~') << static_cast<int>(c);
  EXPECT_EQ(shown("\x1b[2Jhost\r\n"), "?[2Jhost??");
}

TEST(shown_text, is_no_longer_than_asked_for) {
  EXPECT_EQ(shown("abcdef", 3), "abc");
  EXPECT_EQ(shown(std::string(1000, 'x')).size(), 60u);
}

TEST(shown_json, escapes_what_a_server_says) {
  Sample sample{.host = "\x1b[2J\xff\n", .measured = {}, .slewing = {}, .bounds = {}, .why_not = "\x07"};
  for (const char c : to_line(to_json(sample))) EXPECT_TRUE(' ' <= c && c <= '~') << static_cast<int>(c);
}

}  // namespace
