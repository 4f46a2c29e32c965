// The serving side of TCP and local sockets: accepts connections into a pool. Knows no RPC.
#pragma once

#include <onc/transport/endpoint.h>
#include <onc/transport/handler_memory.h>
#include <onc/transport/socket.h>
#include <onc/transport/stream_pool.h>

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>

namespace onc::transport {

// Listens on one address. Runs on the io_context's one thread.
class StreamListener {
 public:
  // `socket`: bound, listening, non-blocking. `pool` must outlive the listener. `is_shared`: other threads accept from
  // the same queue, and each takes only one peer at a time, so that all get some.
  StreamListener(asio::io_context& context, Socket socket, Protocol protocol, StreamPool& pool, bool is_shared = false);

  // Accepts no more.
  void close();

 private:
  enum class Accepted { one, one_for_another, none, lost, out_of_resources };

  void wait_for_peers();
  void accept_all();
  Accepted accept_one();
  // False where making room would not help anybody, or there is none to be made.
  bool make_room();
  bool somebody_waits();
  void pause();

  asio::posix::stream_descriptor listener_;
  asio::steady_timer pause_;
  HandlerMemory waiting_;
  Protocol protocol_;
  StreamPool& pool_;
  int accepted_at_once_;
  bool closed_ = false;
};

}  // namespace onc::transport
