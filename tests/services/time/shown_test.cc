#include "services/time/shown.h"

#include "services/time/chart.h"
#include "services/time/pace.h"

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

TEST(shown_text, is_cut_at_what_a_terminal_shows) {
  EXPECT_EQ(cut("abcdef", 6), "abcdef");
  EXPECT_EQ(cut("abcdef", 2), std::string("ab") + Chart::plain);
  const std::string coloured = Chart::colour(0) + "a" + Chart::plain + "bc";
  EXPECT_EQ(cut(coloured, 3), coloured);
  EXPECT_EQ(cut(coloured, 1), Chart::colour(0) + "a" + Chart::plain + Chart::plain);
  EXPECT_EQ(cut("abc", 0), Chart::plain);
}

TEST(shown_instant, is_any_that_a_server_may_say) {
  EXPECT_EQ(shown(Instant(Span(1'500'000'000))), "1970-01-01 00:00:01.500000000 UTC");
  EXPECT_EQ(shown(Instant(Span(-1))), "1969-12-31 23:59:59.999999999 UTC");
  EXPECT_EQ(shown(Instant::min()), "1677-09-21 00:12:43.145224192 UTC");
  EXPECT_EQ(shown(Instant::max()), "2262-04-11 23:47:16.854775807 UTC");
}

TEST(pace, is_kept_and_not_caught_up_with) {
  using namespace std::chrono_literals;
  const std::chrono::steady_clock::time_point last{};
  EXPECT_EQ(due_after(last, 1s, last + 300ms), last + 1s);
  EXPECT_EQ(due_after(last, 1s, last + 6s), last + 6s);
}

TEST(shown_json, escapes_what_a_server_says) {
  Sample sample{.host = "\x1b[2J\xff\n", .measured = {}, .slewing = {}, .bounds = {}, .why_not = "\x07"};
  for (const char c : to_line(to_json(sample))) EXPECT_TRUE(' ' <= c && c <= '~') << static_cast<int>(c);
}

}  // namespace
