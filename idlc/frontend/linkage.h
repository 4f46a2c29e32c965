// `extern "C" {` in % lines, as for the headers that rpcgen writes.
#pragma once

#include <string>
#include <string_view>

namespace idlc {

// % lines without those that open or close `extern "C"` around what is not % lines: #ifdef __cplusplus and all. Nothing
// of ours has C's linkage, and templates cannot have it.
std::string without_open_linkage(std::string_view lines);

}  // namespace idlc
