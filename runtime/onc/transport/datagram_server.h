// The serving side of UDP: a datagram is a message. Knows no RPC.
#pragma once

#include <onc/transport/arrival.h>
#include <onc/transport/datagram_batch.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/handler_memory.h>
#include <onc/transport/late_reply.h>
#include <onc/transport/socket.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

namespace onc::transport {

// Runs on the io_context's one thread.
class DatagramServer final : private Deferring {
 public:
  // `socket`: bound and non-blocking. `max_late`: replies that may be owed before no more is received, and
  // `max_late_bytes`, of the calls that they are owed for.
  DatagramServer(asio::io_context& context, Socket socket, Handler& handler, std::size_t max_late,
                 std::size_t max_late_bytes);
  DatagramServer(const DatagramServer&) = delete;
  DatagramServer& operator=(const DatagramServer&) = delete;
  ~DatagramServer();

  // Receives no more. Replies that are still to come are sent.
  void finish();
  bool is_finished() const { return late_->is_none(); }
  void close();

 private:
  class Late;

  std::unique_ptr<LateReply> defer() override;
  void wait();
  void serve_arrived();
  void wait_for_room();
  void expect_after(std::size_t came);
  // How many were waiting, of so many.
  std::size_t serve_batch(std::size_t at_most);
  void serve_one(std::size_t index);
  void reply_to(msghdr& request, xdr::BytesView reply);

  asio::posix::stream_descriptor socket_;
  HandlerMemory waiting_;
  Handler& handler_;
  std::shared_ptr<LateReplies> late_;
  // Null once this is gone: late replies may come later still.
  std::shared_ptr<DatagramServer*> self_ = std::make_shared<DatagramServer*>(this);
  const msghdr* request_ = nullptr;  // being handled
  std::size_t request_size_ = 0;
  Host host_;  // that sent it
  bool finishing_ = false;
  Address bound_;
  DatagramBatch batch_;
  std::size_t expected_ = 1;  // datagrams that wait together
  unsigned alone_ = 0;        // how often in a row one came alone
};

}  // namespace onc::transport
