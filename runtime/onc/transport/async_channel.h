// A way to one peer that carries whole messages and blocks nobody. Knows no RPC.
#pragma once

#include <onc/transport/record.h>
#include <onc/transport/source.h>

#include <asio/posix/stream_descriptor.hpp>

#include <cstdint>
#include <deque>
#include <memory>
#include <system_error>

namespace onc::transport {

// On its descriptor's executor only, which must not run two things at once.
class AsyncChannel {
 public:
  // Who is told what happens. Never while send() or another function of the channel runs.
  class Owner {
   public:
    // `memory`: where the message lies, if nothing else does: it may be moved away. Null otherwise. False where no more
    // are expected.
    virtual bool on_message(xdr::BytesView message, xdr::Bytes* memory) = 0;
    // After the last of those that came at once. What is sent from here leaves together, and sooner than otherwise.
    virtual void on_turn_end() = 0;
    // The messages with smaller tickets have left whole.
    virtual void on_sent(std::uint64_t first_unsent) = 0;
    // The channel has broken and is of no more use. `why`: errno's code, or rpc::errc's where a record breaks the
    // limits.
    virtual void on_end(std::error_code why) = 0;

   protected:
    ~Owner() = default;
  };
  using Ticket = std::uint64_t;

  AsyncChannel() = default;
  AsyncChannel(const AsyncChannel&) = delete;
  AsyncChannel& operator=(const AsyncChannel&) = delete;
  virtual ~AsyncChannel() = default;

  // False for datagrams: they get lost, and the owner repeats them.
  virtual bool reliable() const = 0;
  // Sends as soon as the peer takes it. The message starts after mark_size bytes of room, and is not to be changed any
  // more. Throws std::system_error where the message cannot be sent at all.
  virtual Ticket send(std::shared_ptr<xdr::Encoder> message) = 0;
  // True where nothing of the message has left, and now nothing will.
  virtual bool take_back(Ticket ticket) = 0;

  // Between these two the owner is told; otherwise nothing is waited for, so that the io_context may end.
  virtual void wake() = 0;
  virtual void rest() = 0;
  // The peer has hung up while nobody listened.
  virtual bool is_hung_up() = 0;
  // Where the peer sees it come from.
  virtual Address local() = 0;
  // It has broken: leaves its port to the next at once.
  virtual void reset_when_closed() {}
  // The owner is told no more.
  virtual void close() = 0;
};

// TCP and local sockets: records (RFC 5531 §11).
class AsyncStreamChannel : public AsyncChannel, public std::enable_shared_from_this<AsyncStreamChannel> {
 public:
  // `socket`: connected and non-blocking. `owner` must live until close().
  AsyncStreamChannel(asio::posix::stream_descriptor socket, std::size_t max_record, Owner& owner);

  bool reliable() const override { return true; }
  Ticket send(std::shared_ptr<xdr::Encoder> message) override;
  bool take_back(Ticket ticket) override;
  void wake() override;
  void rest() override;
  bool is_hung_up() override;
  Address local() override { return local_address(socket_.native_handle()); }
  void reset_when_closed() override { transport::reset_when_closed(socket_.native_handle()); }
  void close() override;

 private:
  void wait_to_read();
  void on_readable();
  void receive();
  // What else is sent on this turn leaves with it.
  void write_soon();
  void wait_to_write();
  void write();
  void sent(std::size_t size);
  void end(std::error_code why);

  asio::posix::stream_descriptor socket_;
  Owner* owner_;  // null once closed
  RecordReader reader_;
  std::deque<std::shared_ptr<xdr::Encoder>> queue_;  // those taken back are null
  Ticket first_ = 0;                                 // of the queue's front
  std::size_t sent_of_front_ = 0;
  bool awake_ = false;
  bool reading_ = false;  // waited for
  bool writing_ = false;
  bool in_turn_ = false;
};

// UDP: a message is a datagram.
class AsyncDatagramChannel : public AsyncChannel, public std::enable_shared_from_this<AsyncDatagramChannel> {
 public:
  // `socket`: connected, so that only the peer is heard, and non-blocking. `owner` must live until close().
  AsyncDatagramChannel(asio::posix::stream_descriptor socket, Owner& owner);

  bool reliable() const override { return false; }
  Ticket send(std::shared_ptr<xdr::Encoder> message) override;
  bool take_back(Ticket) override { return false; }
  void wake() override;
  void rest() override;
  bool is_hung_up() override { return false; }
  Address local() override { return local_address(socket_.native_handle()); }
  void close() override;

 private:
  void wait_to_read();
  void on_readable();
  void receive();

  asio::posix::stream_descriptor socket_;
  Owner* owner_;
  xdr::Bytes buffer_;
  bool awake_ = false;
  bool reading_ = false;
};

}  // namespace onc::transport
