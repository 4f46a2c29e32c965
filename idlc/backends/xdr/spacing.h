// How tokens stand on one line, and which blocks do.
#pragma once

#include "tokens.h"

namespace idlc::xdr {

constexpr std::size_t line_width = 120;

// Whether a blank stands between two neighbours.
bool spaced(const Token& before, const Token& token);

// Answers in constant time what would fit on a line: a file may be one line of a megabyte.
class Spacing {
 public:
  explicit Spacing(const std::vector<Token>& tokens);

  // Of the tokens from `begin` up to `end` and the blanks before them.
  std::size_t width(std::size_t begin, std::size_t end) const { return widths_[end] - widths_[begin]; }
  // The } of a { if nothing between them ends a line of the source; 0 otherwise.
  std::size_t closing(std::size_t brace) const { return closings_[brace]; }
  // The next ; and the next {, or the end.
  std::size_t next_semicolon(std::size_t place) const { return semicolons_[place]; }
  std::size_t next_brace(std::size_t place) const { return braces_[place]; }
  // Whether after this one, and comments, its line of the source ends, or a } comes.
  bool ends_line(std::size_t place) const { return ends_line_[place]; }

 private:
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> closings_;
  std::vector<std::size_t> semicolons_;
  std::vector<std::size_t> braces_;
  std::vector<bool> ends_line_;
};

}  // namespace idlc::xdr
