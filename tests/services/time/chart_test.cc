#include "services/time/chart.h"

#include <gtest/gtest.h>

namespace {

using services::time::Chart;
using Lines = std::vector<std::string>;

TEST(chart, draws_each_value_in_its_place) {
  Chart chart(4, 5);
  chart.add({2.0, -2.0});
  chart.add({1.0, -1.0});
  chart.add({std::nullopt, 0.0});
  EXPECT_EQ(chart.lines(false), (Lines{
                                    "  +2.000000 |a  ",
                                    "  +1.000000 | a ",
                                    "  +0.000000 |--b",
                                    "  -1.000000 | b ",
                                    "  -2.000000 |b  ",
                                }));
}

TEST(chart, forgets_the_oldest_column_and_its_scale) {
  Chart chart(2, 3);
  chart.add({100.0});
  chart.add({1.0});
  chart.add({-1.0});
  EXPECT_EQ(chart.lines(false), (Lines{"  +1.000000 |a ", "  +0.000000 |--", "  -1.000000 | a"}));
}

TEST(chart, has_something_to_show_where_there_is_nothing_or_no_difference) {
  Chart chart(2, 3);
  EXPECT_EQ(chart.lines(false).size(), 3u);
  chart.add({0.0});
  EXPECT_EQ(chart.lines(false), (Lines{"  +0.000010 | ", "  +0.000000 |a", "  -0.000010 | "}));
}

TEST(chart, colours_each_curve_otherwise_where_there_are_colours) {
  Chart chart(1, 3);
  chart.add({1.0, -1.0});
  EXPECT_NE(Chart::colour(0), Chart::colour(1));
  EXPECT_EQ(chart.lines(true)[0], "  +1.000000 |" + Chart::colour(0) + "a" + Chart::plain);
}

TEST(chart, has_lines_of_one_width_however_large_the_values_are) {
  for (const double value : {1e-9, 1.0, -86400.0, 7.3e9, -9.3e9}) {
    Chart chart(5, 4);
    for (int i = 0; i < 5; ++i) chart.add({value, -value});
    for (const std::string& line : chart.lines(false)) EXPECT_EQ(line.size(), Chart::scale_width + 5) << line;
  }
}

TEST(chart, keeps_its_newest_columns_where_it_becomes_narrower) {
  Chart chart(5, 3);
  for (const double value : {1.0, 1.0, 1.0, 1.0, -1.0}) chart.add({value});
  chart.set_width(1);
  EXPECT_EQ(chart.lines(false)[2].back(), 'a');
  EXPECT_EQ(chart.lines(false)[2].size(), Chart::scale_width + 1);
}

}  // namespace
