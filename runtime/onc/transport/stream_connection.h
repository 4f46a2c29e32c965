// One accepted connection: a buffer of arrived bytes, each whole record in it served, all replies sent at once.
#pragma once

#include <onc/transport/record.h>
#include <onc/transport/stream_pool.h>

#include <asio/generic/stream_protocol.hpp>

#include <optional>

namespace onc::transport {

class StreamConnection : public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(StreamPool& pool, Socket socket, Protocol protocol, const Address& peer);

  void start(StreamPool::Connections::iterator self);
  // Its pool forgets it, and the socket is closed.
  void close();

  // Silent for too long, or too slow with the rest of a record.
  bool is_overdue() const;
  // Bytes of memory held for a peer that has not sent or not read all.
  std::size_t buffered() const { return buffered_; }

 private:
  enum class Served { all, some, then_drop };

  void wait_to_read();
  void wait_to_write();
  void step(void (StreamConnection::*next)());
  void on_readable();
  void on_writable();
  void stay_alive();
  void account();
  // Serves what has arrived and sends the replies. What cannot be sent now is kept, and nothing is read meanwhile.
  void serve();
  Served serve_arrived(xdr::Encoder& replies);
  Verdict serve_one(xdr::BytesView record, xdr::Encoder& replies);
  // How much the kernel took; nothing where the connection is broken.
  std::optional<std::size_t> send(xdr::BytesView bytes);

  StreamPool* pool_;  // null once closed
  asio::generic::stream_protocol::socket socket_;
  Protocol protocol_;
  Address peer_;
  Address local_;
  std::optional<uid_t> peer_uid_;
  RecordReader reader_;
  xdr::Encoder unsent_;
  std::size_t sent_ = 0;  // of unsent_
  bool drop_when_sent_ = false;
  std::size_t buffered_ = 0;
  std::chrono::seconds last_sign_of_life_{0};
  std::optional<std::chrono::seconds> record_began_;
  StreamPool::Connections::iterator self_;
};

}  // namespace onc::transport
