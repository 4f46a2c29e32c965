// The serving side of TCP and local sockets: accepts connections and exchanges records. Knows no RPC.
#pragma once

#include <onc/transport/arrival.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/socket.h>

#include <asio/generic/stream_protocol.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

#include <list>
#include <memory>

namespace onc::transport {

class StreamConnection;

// What a peer may cost. Times are counted in whole seconds, from the peer's last sign of life.
struct StreamLimits {
  std::size_t max_record = std::size_t{16} << 20;  // bytes
  std::size_t max_connections = 1000;              // of one listener; the longest idle one makes room for the next
  std::chrono::seconds idle{360};                  // between calls
  std::chrono::seconds partial{30};                // with a record half sent, or a reply half read
};

// Listens on one address. Runs on the io_context's one thread.
class StreamServer {
 public:
  // `listener`: a bound, listening, non-blocking socket.
  StreamServer(asio::io_context& context, Socket listener, Protocol protocol, StreamLimits limits, Handler& handler);
  ~StreamServer();

  // Stops accepting and closes what is connected.
  void close();

 private:
  friend class StreamConnection;
  using Connections = std::list<std::shared_ptr<StreamConnection>>;

  void wait_for_peers();
  void accept_all();
  bool accept_one();
  // Closes the connection that has been silent longest. False where there is none.
  bool evict_one();
  void wait_to_sweep();
  void sweep();

  asio::posix::stream_descriptor listener_;
  asio::steady_timer sweeper_;
  asio::steady_timer pause_;
  Protocol protocol_;
  StreamLimits limits_;
  Handler& handler_;
  // In the order of their last sign of life: the front has been silent longest.
  Connections connections_;
  xdr::Encoder replies_;  // shared: a connection keeps bytes of its own only where its peer does not read them
  std::chrono::seconds clock_{0};
};

}  // namespace onc::transport
