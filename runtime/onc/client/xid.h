// Transaction ids (RFC 5531 §9).
#pragma once

#include <cstdint>

namespace onc::rpc {

// Random, so that a client started again does not meet the server's memory of its former calls, nor a stranger's
// guess.
std::uint32_t first_xid();

}  // namespace onc::rpc
