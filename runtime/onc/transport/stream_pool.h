// The connections of a server, from all its listeners: what they may cost together. Knows no RPC.
#pragma once

#include <onc/transport/arrival.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/handler_memory.h>
#include <onc/transport/host.h>
#include <onc/transport/late_reply.h>
#include <onc/transport/ready_set.h>
#include <onc/transport/socket.h>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>

namespace onc::transport {

class StreamConnection;

struct StreamLimits {
  std::size_t max_record;       // bytes
  std::size_t max_connections;  // of all pools together; one more, and the pool's longest silent makes room for it
  std::size_t max_buffered;     // bytes of half-received calls and half-sent replies; over it, the largest is closed
  std::size_t max_late;         // replies that one peer may be owed and yet be heard,
  std::size_t max_late_of_all;  // and all of them, those that have hung up too
  std::size_t max_late_bytes;   // of the calls that they are owed for: of one peer,
  std::size_t max_late_bytes_of_all;  // and of all
  std::chrono::seconds idle;          // between calls
  std::chrono::seconds partial;       // with a call half sent or a reply half read, where nothing moves
};

// A record that arrives slower than this, in bytes per second, is given up once StreamLimits::partial has passed too.
inline constexpr std::size_t slowest_record = 4096;

// Runs on the io_context's one thread.
class StreamPool {
 public:
  // Of all pools that share a limit of connections.
  using Count = std::atomic<std::size_t>;

  // `handler` and `open` must outlive the pool.
  StreamPool(asio::io_context& context, const StreamLimits& limits, Handler& handler, Count& open);
  ~StreamPool();

  // Serves a connected, non-blocking socket. True where it was one too many, and another had to make room. Throws where
  // there is no memory for it.
  bool add(Socket socket, Protocol protocol, const Address& peer);
  // Told why, of each peer that is hung up on for what it did or left undone.
  using OnRefused = std::function<void(Protocol protocol, const Address& peer, const char* why)>;
  void on_refused(OnRefused told) { on_refused_ = std::move(told); }

  // Closes a connection of the host that has the most: the one that has been silent longest, and rather one that waits
  // for no answer. False where there is none.
  bool evict_longest_silent() { return evict_longest_silent(nullptr); }
  // All pools together have too many.
  bool is_over_limit() const { return open_ > limits_.max_connections; }
  // Called where they will have, and this one has nobody to evict.
  void on_full_elsewhere(std::function<void()> ask) { ask_others_ = std::move(ask); }
  // Reads no more, and closes the connections that have got what they are owed. To be called again until all have.
  void finish();
  bool is_finished() const { return connections_.empty() && late_->is_none(); }
  void close();

 private:
  friend class StreamConnection;
  using Connections = std::list<std::shared_ptr<StreamConnection>>;
  // What a host's connections are together.
  struct Share {
    std::size_t connections = 0;
    std::size_t buffered = 0;
  };
  using Shares = std::map<Host, Share>;

  // Anybody but the newcomer, if there is one.
  bool evict_longest_silent(const StreamConnection* newcomer);
  void enter(StreamConnection& connection);
  void leave(StreamConnection& connection);

  void tell_refused(Protocol protocol, const Address& peer, const char* why) const noexcept;
  // The connection's turn to write comes after whatever else happens on this one.
  void write_soon(std::shared_ptr<StreamConnection> connection);
  void let_write();
  void wait_to_sweep();
  void sweep();
  // Leaves to connections no memory in advance.
  void trim();
  // What a connection holds has changed.
  void account(StreamConnection& connection, std::size_t before);
  StreamConnection* longest_silent(const StreamConnection* newcomer);
  // Of the host that holds the most.
  StreamConnection* largest();

  asio::io_context& context_;
  ReadySet ready_;
  asio::steady_timer sweeper_;
  HandlerMemory sweeping_;
  StreamLimits limits_;
  Handler& handler_;
  Count& open_;
  std::function<void()> ask_others_;
  OnRefused on_refused_;
  std::shared_ptr<LateReplies> late_;
  // In the order of their last sign of life: the front has been silent longest.
  Connections connections_;
  // Those whose turn to write comes, linked: to wait for it needs no memory.
  std::shared_ptr<StreamConnection> first_to_write_;
  StreamConnection* last_to_write_ = nullptr;
  HandlerMemory writing_;
  std::size_t buffered_ = 0;
  Shares shares_;
  bool looks_at_all_ = false;  // one by one: meanwhile none may be closed but that one
  // Shared: a connection has bytes of its own only where its peer has sent a part of a call, or does not read.
  xdr::Bytes arriving_;
  xdr::Encoder replies_;
  std::chrono::seconds clock_{0};
  bool finishing_ = false;
};

}  // namespace onc::transport
