// The blocking channels over sockets. One system call sends, one receives: the kernel keeps the time.
#pragma once

#include <onc/transport/address.h>
#include <onc/transport/channel.h>
#include <onc/transport/record.h>
#include <onc/transport/socket.h>
#include <onc/transport/source.h>

#include <vector>

namespace onc::transport {

// Lets blocking calls on a socket end by a deadline, with a system call only when the time left has changed much.
class SocketTimeout {
 public:
  // `option`: SO_RCVTIMEO or SO_SNDTIMEO.
  SocketTimeout(int descriptor, int option) : descriptor_(descriptor), option_(option) {}

  // False when the deadline has passed.
  bool arm(TimePoint deadline);

 private:
  int descriptor_;
  int option_;
  std::chrono::microseconds armed_{0};
};

// TCP and local sockets: records (RFC 5531 §11).
class StreamChannel : public Channel {
 public:
  StreamChannel(Socket socket, std::string peer, std::size_t max_record);

  bool reliable() const override { return true; }
  bool takes_pieces() const override { return true; }
  void send(xdr::Encoder& message, TimePoint deadline) override;
  void send_records(xdr::BytesView records, TimePoint deadline) override;
  std::optional<xdr::BytesView> receive(TimePoint deadline) override;
  xdr::Bytes* memory_of_message() override { return reader_.memory_of_record(); }
  bool is_hung_up() override;
  Address local() const override { return local_address(socket_.get()); }
  void reset_when_closed() override { transport::reset_when_closed(socket_.get()); }
  std::string peer() const override { return peer_; }

 private:
  ssize_t send_or_fail(const xdr::Encoder& message, std::size_t sent);

  Socket socket_;
  std::string peer_;
  RecordReader reader_;
  SocketTimeout receive_timeout_;
  SocketTimeout send_timeout_;
};

// UDP: a message is a datagram. The socket is connected, so that only the peer is heard.
class DatagramChannel : public Channel {
 public:
  // `others`: addresses of the same host to try where nobody listens at the first. Connecting does not tell: only what
  // comes back for a message does.
  DatagramChannel(Socket socket, std::string peer, std::vector<Address> others = {});

  bool reliable() const override { return false; }
  void send(xdr::Encoder& message, TimePoint deadline) override;
  std::optional<xdr::BytesView> receive(TimePoint deadline) override;
  Address local() const override { return local_address(socket_.get()); }
  std::string peer() const override { return peer_; }

 private:
  // False where the deadline passes first.
  bool send_datagram(TimePoint deadline);
  // Connects to the next address. False where there is none, or somebody has answered at this one.
  bool turn_to_another();

  Socket socket_;
  std::string peer_;
  std::vector<Address> others_;
  xdr::BytesView datagram_;  // the last that was sent, in the sender's memory
  xdr::Bytes buffer_;
  SocketTimeout receive_timeout_;
  SocketTimeout send_timeout_;
};

}  // namespace onc::transport
