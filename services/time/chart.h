// Values over time, drawn with characters.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace services::time {

class Chart {
 public:
  // So many columns and rows are drawn, with a scale to the left of them.
  Chart(std::size_t width, std::size_t height) : width_(width), height_(height) {}

  void set_width(std::size_t width);

  // A column: a value for each curve, in an order that stays; none where it is not known. The oldest column goes.
  void add(std::vector<std::optional<double>> values);

  // From top to bottom. A curve's points are its mark(), in its colour() where there are colours.
  std::vector<std::string> lines(bool is_coloured) const;

  static constexpr std::size_t scale_width = 13;
  static char mark(std::size_t curve) { return static_cast<char>('a' + curve % 26); }
  // What makes a terminal write in it; ends with plain.
  static std::string colour(std::size_t curve);
  static constexpr const char* plain = "\x1b[0m";

 private:
  struct Range {
    double low;
    double high;
  };
  // Holds all there is to be drawn, and 0.
  Range range() const;
  std::size_t row_of(double value, const Range& range) const;
  std::string point(const std::vector<std::optional<double>>& column, std::size_t row, const Range& range,
                    bool is_coloured) const;

  std::size_t width_;
  std::size_t height_;
  std::deque<std::vector<std::optional<double>>> columns_;
};

}  // namespace services::time
