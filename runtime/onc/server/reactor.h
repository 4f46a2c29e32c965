// One thread of a server, and all that is its own: an event loop, connections, datagram sockets, and the way from a
// call to its reply. While they serve, reactors share nothing, so nothing has a lock: only listening sockets, from
// which an idle one takes the next peer, the number of connections, and what services ask to be remembered of TCP.
#pragma once

#include <onc/server/dispatcher.h>
#include <onc/server/server.h>
#include <onc/transport/datagram_server.h>
#include <onc/transport/listen.h>
#include <onc/transport/stream_listener.h>
#include <onc/transport/stream_pool.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace onc::rpc {

class Reactor {
 public:
  // What all reactors of a server may hold together is shared out evenly.
  // `open`: the connections of all.
  Reactor(const ServerOptions& options, transport::StreamPool::Count& open);
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;
  ~Reactor() { close(); }

  Dispatcher& dispatcher() { return dispatcher_; }
  asio::io_context& context() { return context_; }
  transport::StreamPool& connections() { return connections_; }

  // `is_shared`: others have the same socket.
  void serve(transport::Listener listener, bool is_shared);
  void close();

  // Serves until stop().
  void run();
  // After run(): it can run again.
  void restart() { context_.restart(); }
  // From any thread.
  void stop() { context_.stop(); }
  // On its own thread. Takes no more connections and calls, and calls `finished` when all replies have left, or at that
  // time.
  void finish(transport::TimePoint at_latest, std::function<void()> finished);

 private:
  void wait_until_finished(transport::TimePoint at_latest);
  bool is_finished() const;

  transport::StreamLimits limits_;
  Dispatcher dispatcher_;        // outlives the calls that still wait in the context
  asio::io_context context_{1};  // run by one thread
  transport::Handler handler_;
  transport::StreamPool connections_;
  std::vector<std::unique_ptr<transport::StreamListener>> streams_;
  std::vector<std::unique_ptr<transport::DatagramServer>> datagrams_;
  asio::steady_timer finishing_{context_};
  std::function<void()> finished_;  // once it is finishing
};

}  // namespace onc::rpc
