// The words of a .x file with all that lies between them.
#pragma once

#include "frontend/source.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace idlc::xdr {

struct Token {
  enum class Kind {
    word,
    number,
    quoted,
    symbol,
    comment,       // from /* to */
    line_comment,  // from // to the end of the line
    lines          // that begin with # or %, whole; with an #if all that it leaves out
  };

  Kind kind = Kind::symbol;
  std::string_view text;
  std::size_t newlines = 0;  // between the token before and this one
  bool spaced = false;       // something stands between them, if only a blank
  std::size_t column = 0;    // where it begins, from 0

  bool is_comment() const { return kind == Kind::comment || kind == Kind::line_comment; }
  bool is(std::string_view what) const { return text == what && (kind == Kind::word || kind == Kind::symbol); }
};

// They refer to `text`, whose lines end in \n.
std::vector<Token> tokens_of(std::string_view text, const std::vector<LineRange>& left_out);

// Where the next character stands if `c` stands at `column`. A tab goes to the next multiple of eight.
std::size_t column_after(std::size_t column, char c);

// Where what follows `text` stands if that begins at `column`.
std::size_t column_after(std::size_t column, std::string_view text);

}  // namespace idlc::xdr
