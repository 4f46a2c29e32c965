// One accepted connection: a buffer of arrived bytes, each whole record in it served, all replies sent at once.
#pragma once

#include <onc/transport/late_reply.h>
#include <onc/transport/ready_set.h>
#include <onc/transport/record.h>
#include <onc/transport/socket.h>
#include <onc/transport/stream_pool.h>

#include <list>
#include <optional>

namespace onc::transport {

class StreamConnection final : public std::enable_shared_from_this<StreamConnection>,
                               private Deferring,
                               private ReadySet::Member {
 public:
  StreamConnection(StreamPool& pool, Socket socket, Protocol protocol, const Address& peer);

  void start(StreamPool::Connections::iterator self);
  // Unless there is something that it is still owed.
  void close_when_done();
  // Its pool forgets it, and the socket is closed. A handler that still runs may keep it, but not its memory.
  void close();
  // And those who watch the server are told why.
  void refuse(const char* why);

  // Silent for too long, or too slow with the rest of a record.
  bool is_overdue() const;
  // For that. A connection that was only idle has done nothing amiss.
  void give_up();
  // Gives back what memory it has in advance for the rest of a call.
  void trim();
  // Bytes of memory held for a peer that has not sent or not read all.
  std::size_t buffered() const { return buffered_; }
  bool has_called() const { return has_called_; }
  std::chrono::seconds last_sign_of_life() const { return last_sign_of_life_; }
  // Replies, late ones too.
  bool is_owed() const { return late_ != 0 || unsent_.size() != 0; }

 private:
  friend class StreamPool;  // for the list of those that it lets write

  enum class Served { all, some, then_drop };

  class Late;

  std::unique_ptr<LateReply> defer() override;
  bool go_on_with(More more) override;
  // After whatever is unsent.
  void append(xdr::Encoder reply);
  void write_more();
  // A late reply is there; or none will be any more.
  void answer(xdr::Encoder reply);
  void forget_late_reply(std::size_t bytes);
  // So many late replies are pending that nothing more is to be read.
  bool is_full() const;
  bool has_enough_late() const;
  void wait_for_room();
  void resume();

  // EPOLLIN, EPOLLOUT or neither.
  void wait_for(std::uint32_t events);
  void on_ready() override;
  // As if it had been waited for and come: what else happens on this turn is sent along.
  void write_soon();
  void write_now();
  void step(void (StreamConnection::*next)());
  void on_readable();
  void hang_up();
  void on_writable();
  void stay_alive();
  void forget_memory();
  void account();
  std::size_t count_buffered() const;
  // Serves what has arrived and sends the replies. What cannot be sent now is kept, and nothing is read meanwhile.
  // Nor is it while the connection is full.
  void serve();
  Served serve_arrived(xdr::Encoder& replies);
  Verdict serve_one(xdr::BytesView record, TimePoint came, xdr::Encoder& replies);
  // What follows the first `sent` bytes. How much the kernel took; nothing where the connection is broken.
  std::optional<std::size_t> send(const xdr::Encoder& replies, std::size_t sent);

  StreamPool* pool_;  // null once closed
  asio::io_context& context_;
  Socket socket_;
  Protocol protocol_;
  Address peer_;
  Address local_;
  std::optional<uid_t> peer_uid_;
  RecordReader reader_;
  xdr::Encoder unsent_;
  std::size_t sent_ = 0;  // of unsent_
  bool drop_when_sent_ = false;
  More more_;                     // of a reply that is written piece by piece
  std::list<xdr::Encoder> next_;  // late replies, after those in unsent_: none where that is empty
  bool serving_ = false;          // calls that lie in the reader's memory
  bool in_step_ = false;          // what has arrived is being looked at
  std::uint32_t waiting_for_ = 0;
  bool writing_soon_ = false;
  std::shared_ptr<StreamConnection> next_to_write_;
  bool paused_ = false;   // full, and so waiting for nothing
  bool in_line_ = false;  // to be told when there is room
  bool has_called_ = false;
  bool hung_up_ = false;         // the peer says no more, and still hears
  std::size_t late_ = 0;         // replies that are still to come
  std::size_t made_ = 0;         // bytes of late replies that are there and still to be handed over
  std::size_t late_bytes_ = 0;   // of their calls
  std::size_t record_size_ = 0;  // of the one that is served
  std::size_t buffered_ = 0;
  std::chrono::seconds last_sign_of_life_{0};
  std::optional<std::chrono::seconds> record_began_;
  StreamPool::Connections::iterator self_;
  StreamPool::Shares::iterator share_;
};

}  // namespace onc::transport
