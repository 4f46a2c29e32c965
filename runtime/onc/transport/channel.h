// A blocking way to one peer that carries whole messages. Knows no RPC.
#pragma once

#include <onc/transport/address.h>
#include <onc/transport/clock.h>
#include <onc/transport/record.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/encoder.h>

#include <optional>
#include <string>
#include <system_error>

namespace onc::transport {

// Not for several threads at once. Throws std::system_error with errno's code, or rpc::errc's where a record breaks
// the limits; after that the channel is of no more use.
class Channel {
 public:
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  virtual ~Channel() = default;

  // False for datagrams: they get lost, and the caller repeats them.
  virtual bool reliable() const = 0;
  // A message may have large opaques that lie elsewhere (Encoder::pieces()).
  virtual bool takes_pieces() const { return false; }
  // The message starts after mark_size bytes of room, and is left as it is until the next is sent. Gives up at the
  // deadline: errno ETIMEDOUT.
  virtual void send(xdr::Encoder& message, TimePoint deadline) = 0;
  // Whole records one after the other, each with its mark filled in, at once where that is cheaper.
  virtual void send_records(xdr::BytesView records, TimePoint deadline);
  // The next whole message, valid until the next receive(); nothing when the deadline passes first.
  virtual std::optional<xdr::BytesView> receive(TimePoint deadline) = 0;

  // Where the message lies that was received last, if nothing else does: whoever needs it for longer may move it away.
  virtual xdr::Bytes* memory_of_message() { return nullptr; }

  // The peer has hung up, and nothing sent now would reach it. Costs a system call: for channels long unused.
  virtual bool is_hung_up() { return false; }

  // Whether it can be used again after it has failed so. A stream cannot: where in its records it stands is not known.
  virtual bool survives(const std::error_code& failure) const;

  // Where the peer sees it come from. Unspecified where that is nowhere one could come from again.
  virtual Address local() const { return {}; }
  // It has broken: leaves its port to the next at once.
  virtual void reset_when_closed() {}

  // The URI of the peer, for errors.
  virtual std::string peer() const = 0;
  // The clock that deadlines are on; a test turns its own.
  virtual TimePoint now() const { return Clock::now(); }
};

}  // namespace onc::transport
