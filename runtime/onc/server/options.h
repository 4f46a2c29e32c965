// What ServerOptions may be.
#pragma once

#include <onc/server/server.h>

namespace onc::rpc {

// Throws std::invalid_argument, which says what is out of range and the range.
ServerOptions within_range(const ServerOptions& options);

}  // namespace onc::rpc
