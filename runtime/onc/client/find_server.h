// Where a server is, without blocking the asker.
#pragma once

#include <onc/rpc/program.h>
#include <onc/transport/endpoint.h>

#include <asio/awaitable.hpp>

namespace onc::rpc {

struct Found {
  transport::Protocol protocol;
  std::vector<transport::Address> addresses;
};

// Names are resolved and portmappers asked on a thread of their own, which nobody waits for if this is cancelled.
// Throws what binding::locate() and transport::resolve() throw.
asio::awaitable<Found> find_server(transport::Endpoint server, Program program, transport::TimePoint deadline);

}  // namespace onc::rpc
