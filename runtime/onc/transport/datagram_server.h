// The serving side of UDP: a datagram is a message. Knows no RPC.
#pragma once

#include <onc/transport/arrival.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/socket.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace onc::transport {

// Runs on the io_context's one thread.
class DatagramServer {
 public:
  // `socket`: bound and non-blocking.
  DatagramServer(asio::io_context& context, Socket socket, Handler& handler);

  void close();

 private:
  void wait();
  void serve_arrived();
  // False when nothing is waiting.
  bool serve_one();
  void reply_to(msghdr& request);

  asio::posix::stream_descriptor socket_;
  Handler& handler_;
  Address bound_;
  xdr::Bytes message_;
  xdr::Encoder reply_;
};

}  // namespace onc::transport
