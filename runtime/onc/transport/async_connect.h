// Connecting without blocking, over TCP, UDP or a local socket. Knows no RPC.
#pragma once

#include <onc/transport/address.h>
#include <onc/transport/clock.h>
#include <onc/transport/source.h>

#include <asio/awaitable.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <vector>

namespace onc::transport {

// A connected, non-blocking socket to the first of `addresses` that answers; what
// has not been tried is left there. Throws std::system_error with the last address's errno, ETIMEDOUT at the deadline.
asio::awaitable<asio::posix::stream_descriptor> async_connect(Protocol protocol, std::vector<Address>& addresses,
                                                              const Source& source, TimePoint deadline);

}  // namespace onc::transport
