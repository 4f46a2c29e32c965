// One accepted connection: a buffer of arrived bytes, each whole record in it served, all replies sent at once.
#pragma once

#include <onc/transport/record.h>
#include <onc/transport/stream_server.h>

namespace onc::transport {

class StreamConnection : public std::enable_shared_from_this<StreamConnection> {
 public:
  StreamConnection(StreamServer& server, Socket socket, const Address& peer);

  void start(StreamServer::Connections::iterator self);
  // Its server forgets it, and closes the socket.
  void close();

  std::chrono::seconds last_sign_of_life() const { return last_sign_of_life_; }
  // The peer owes the rest of a record, or does not read its replies.
  bool is_partial() const { return reader_.is_partial() || sent_ != unsent_.size(); }

 private:
  void wait_to_read();
  void wait_to_write();
  void step(void (StreamConnection::*next)());
  void on_readable();
  void on_writable();
  void stay_alive();
  // Serves what has arrived and sends the replies. What cannot be sent now is kept, and nothing is read meanwhile.
  void serve();
  bool serve_arrived(xdr::Encoder& replies);
  bool serve_one(xdr::BytesView record, xdr::Encoder& replies);
  // How much the kernel took; nothing where the connection is broken.
  std::optional<std::size_t> send(xdr::BytesView bytes);

  StreamServer* server_;  // null once closed
  asio::generic::stream_protocol::socket socket_;
  Address peer_;
  Address local_;
  std::optional<uid_t> peer_uid_;
  RecordReader reader_;
  xdr::Encoder unsent_;
  std::size_t sent_ = 0;  // of unsent_
  std::chrono::seconds last_sign_of_life_{0};
  StreamServer::Connections::iterator self_;
};

}  // namespace onc::transport
