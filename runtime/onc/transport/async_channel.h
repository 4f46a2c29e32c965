// A way to one peer that carries whole messages and blocks nobody. Knows no RPC.
#pragma once

#include <onc/transport/record.h>
#include <onc/transport/socket.h>
#include <onc/transport/source.h>
#include <onc/transport/wait_together.h>

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

// One on a socket, which waits by Asio or together with those of other clients.
class AsyncSocketChannel : public AsyncChannel,
                           public std::enable_shared_from_this<AsyncSocketChannel>,
                           private WaitTogether::Member {
 public:
  ~AsyncSocketChannel() override;

  void wake() final;
  void rest() final;
  Address local() final { return local_address(descriptor()); }
  void close() final;

 protected:
  AsyncSocketChannel(asio::posix::stream_descriptor socket, Owner& owner);

  int descriptor() { return together_ ? socket_together_.get() : socket_.native_handle(); }
  const asio::any_io_executor& executor() const { return executor_; }
  // Null once closed.
  Owner* owner() const { return owner_; }
  bool is_awake() const { return awake_; }
  void wait_to_write();

 private:
  // Tells the owner of what has come.
  virtual void receive() = 0;
  virtual void write() = 0;
  // What has been sent meanwhile; on the next turn where it did not end in peace.
  virtual void write_at_end(bool in_peace) = 0;

  void turn();
  void end_turn(bool in_peace);
  void on_ready() override;
  void listen();
  void wait_to_read();
  bool join();
  void wait_alone();

  asio::posix::stream_descriptor socket_;
  asio::any_io_executor executor_;
  Owner* owner_;
  bool awake_ = false;
  bool reading_ = false;  // Asio waits

  WaitTogether* clients_;             // of the context, if they may wait together
  WaitTogether* together_ = nullptr;  // where this one waits together, and then
  Socket socket_together_;
  bool is_added_ = false;
  bool is_counted_ = false;
  bool wants_to_write_ = false;
};

// TCP and local sockets: records (RFC 5531 §11).
class AsyncStreamChannel final : public AsyncSocketChannel {
 public:
  // `socket`: connected and non-blocking. `owner` must live until close().
  AsyncStreamChannel(asio::posix::stream_descriptor socket, std::size_t max_record, Owner& owner);

  bool reliable() const override { return true; }
  Ticket send(std::shared_ptr<xdr::Encoder> message) override;
  bool take_back(Ticket ticket) override;
  bool is_hung_up() override;
  void reset_when_closed() override { transport::reset_when_closed(descriptor()); }

 private:
  void receive() override;
  void write_at_end(bool in_peace) override;
  // What else is sent on this turn leaves with it.
  void write_soon();
  void write() override;
  void sent(std::size_t size);
  void end(std::error_code why);

  RecordReader reader_;
  std::deque<std::shared_ptr<xdr::Encoder>> queue_;  // those taken back are null
  Ticket first_ = 0;                                 // of the queue's front
  std::size_t sent_of_front_ = 0;
  bool writing_ = false;  // is to come
  bool in_turn_ = false;
};

// UDP: a message is a datagram.
class AsyncDatagramChannel final : public AsyncSocketChannel {
 public:
  // `socket`: connected, so that only the peer is heard, and non-blocking. `owner` must live until close().
  AsyncDatagramChannel(asio::posix::stream_descriptor socket, Owner& owner);

  bool reliable() const override { return false; }
  Ticket send(std::shared_ptr<xdr::Encoder> message) override;
  bool take_back(Ticket) override { return false; }
  bool is_hung_up() override { return false; }

 private:
  void receive() override;
  void write() override {}
  void write_at_end(bool) override {}

  xdr::Bytes buffer_;
};

}  // namespace onc::transport
