// Where a server's own timers and sockets run, for who waits for something besides calls.
#pragma once

#include <onc/server/server.h>

#include <asio/any_io_executor.hpp>

namespace onc::rpc {

// That of the server's first thread: what is posted here runs while the server does, between calls, and with one thread
// never at the same time as a handler, but for those on workers. It must be gone, or have no more to do, before the
// server is destroyed.
asio::any_io_executor executor_of(Server& server);

}  // namespace onc::rpc
