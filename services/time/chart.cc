#include "services/time/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace services::time {

namespace {

// Never so fine that what clocks tell by chance fills the chart.
constexpr double least_range = 20e-6;

std::string scale(double value) {
  char text[64];
  const int size = std::snprintf(text, sizeof text, "%+11.6f |", value);
  if (size > static_cast<int>(Chart::scale_width)) std::snprintf(text, sizeof text, "%+11.4e |", value);
  return text;
}

}  // namespace

void Chart::add(std::vector<std::optional<double>> values) {
  columns_.push_back(std::move(values));
  set_width(width_);
}

void Chart::set_width(std::size_t width) {
  width_ = width;
  while (columns_.size() > width_) columns_.pop_front();
}

std::string Chart::colour(std::size_t curve) {
  constexpr std::array colours = {31, 32, 34, 35, 36, 33};
  return "\x1b[1;" + std::to_string(colours[curve % colours.size()]) + "m";
}

Chart::Range Chart::range() const {
  Range range{0, 0};
  for (const auto& column : columns_)
    for (const auto& value : column)
      if (value) range = {std::min(range.low, *value), std::max(range.high, *value)};
  const double missing = std::max(0.0, least_range - (range.high - range.low));
  return {range.low - missing / 2, range.high + missing / 2};
}

std::size_t Chart::row_of(double value, const Range& range) const {
  const double share = (range.high - value) / (range.high - range.low);
  return static_cast<std::size_t>(std::lround(share * static_cast<double>(height_ - 1)));
}

std::string Chart::point(const std::vector<std::optional<double>>& column, std::size_t row, const Range& range,
                         bool is_coloured) const {
  for (std::size_t curve = 0; curve < column.size(); ++curve) {
    if (!column[curve] || row_of(*column[curve], range) != row) continue;
    const std::string point(1, mark(curve));
    return is_coloured ? colour(curve) + point + plain : point;
  }
  return row == row_of(0, range) ? "-" : " ";
}

std::vector<std::string> Chart::lines(bool is_coloured) const {
  const Range all = range();
  std::vector<std::string> lines;
  for (std::size_t row = 0; row < height_; ++row) {
    const double share = static_cast<double>(row) / static_cast<double>(height_ - 1);
    const bool is_zero = row == row_of(0, all);
    std::string line = scale(is_zero ? 0 : all.high - share * (all.high - all.low));
    for (const auto& column : columns_) line += point(column, row, all, is_coloured);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace services::time
