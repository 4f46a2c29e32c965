// A .x file again, in its canonical form: what idlc --format writes.
#pragma once

#include <string>
#include <string_view>

namespace idlc::xdr {

// For a text that the parser found good. Every word, comment, line with % and line with # is kept, and so is what an
// #if leaves out; white space is ours, but for one blank line where there were some. Formatting twice changes nothing
// more.
std::string format(std::string_view text);

}  // namespace idlc::xdr
