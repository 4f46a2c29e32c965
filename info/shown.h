// Strangers' words and numbers as they may stand on a terminal.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace info {

// Printable ASCII, with '?' for all else; of what is longer than 60 characters, the first 60 and "...".
std::string shown(std::string_view text);

// Versions as people write them, "2-4,7". In any order, and any of them several times; a long list is cut as text is.
std::string shown_versions(std::vector<std::uint32_t> versions);

// Milliseconds with three digits after the point.
std::string shown_milliseconds(std::chrono::nanoseconds time);

using Row = std::vector<std::string>;

// Makes each as wide as the cell, shown.
void widen(std::vector<std::size_t>& widths, const Row& row);
void print_row(std::ostream& out, const std::vector<std::size_t>& widths, const Row& row);

// Columns as wide as their widest cell. `to_row` is called twice for each item: a list of half a million is never
// there as text at once.
template <class Items, class ToRow>
void print_table(std::ostream& out, const Row& header, const Items& items, ToRow to_row) {
  std::vector<std::size_t> widths;
  widen(widths, header);
  for (const auto& item : items) widen(widths, to_row(item));
  print_row(out, widths, header);
  for (const auto& item : items) print_row(out, widths, to_row(item));
}

}  // namespace info
