// The lines of a formatted file, and what is aligned in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace idlc::xdr {

struct Line {
  std::size_t indent = 0;
  bool blank_before = false;
  bool opens_block = false;
  bool only_comment = false;
  bool as_it_is = false;   // a line with # or %: `code`, without the indent
  bool continues = false;  // its comment goes on with the one beside the line before
  std::string label;       // case ok:
  std::string code;
  std::string comment;             // beside it
  bool comment_ends_line = false;  // a // comment
  std::size_t comment_column = 0;  // in the source
};

// Labels and comments of neighbours are aligned.
std::string print(std::vector<Line> lines);

// The lines of a comment that moved from column `from` to `to`, which move with it. No line ends in blanks.
std::string moved(std::string_view comment, std::size_t from, std::size_t to);

}  // namespace idlc::xdr
