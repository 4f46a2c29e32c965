// A .x file again, in its canonical form: what idlc --format writes.
#pragma once

#include "frontend/source.h"

#include <string>
#include <string_view>
#include <vector>

namespace idlc::xdr {

// For a text that the parser found good. Every word, comment, line with % and line with # is kept; white space is ours,
// but for one blank line where there were some. The lines that an #if leaves out stay as they are: they need not be of
// the language. Formatting twice changes nothing more.
std::string format(std::string_view text, const std::vector<LineRange>& left_out);

}  // namespace idlc::xdr
