// The text of a line with #, and the comments in it.
#pragma once

#include <string>
#include <string_view>

namespace idlc {

// A comment after a directive is no part of it; one within quotes is none.
std::string without_comments(std::string_view line);

// Whether its last comment ends on a line further down.
bool leaves_comment_open(std::string_view line);

}  // namespace idlc
