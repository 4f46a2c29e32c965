// How a server's transports hand a message on. Knows no RPC.
#pragma once

#include <onc/transport/address.h>
#include <onc/transport/clock.h>
#include <onc/xdr/bytes.h>
#include <onc/xdr/encoder.h>

#include <functional>
#include <memory>
#include <optional>

#include <sys/types.h>

namespace onc::transport {

class LateReply;

// What can carry a reply that comes after the handler has returned.
class Deferring {
 public:
  // The way back for the reply to the message being handled.
  virtual std::unique_ptr<LateReply> defer() = 0;
  // Appends the next piece of a message; false where that was the last.
  using More = std::function<bool(xdr::Encoder&)>;
  // The reply being written is but the first piece: the others are asked for as the peer reads them. False where it
  // must be whole.
  virtual bool go_on_with(More) { return false; }

 protected:
  ~Deferring() = default;
};

// Where a message came from. Valid while it is handled.
struct Arrival {
  Protocol protocol;
  const Address& peer;
  const Address& local;           // the address the peer used
  std::optional<uid_t> peer_uid;  // of a local socket's peer
  std::size_t max_reply;          // in bytes: what can be sent back
  Deferring* later = nullptr;
  xdr::Bytes* memory = nullptr;        // the message's, where it has it for itself: it may be moved away
  std::optional<TimePoint> came = {};  // about when; now, where that is not said
};

enum class Verdict {
  carry_on,
  drop,  // the peer does not speak our language: close its connection
};

// Appends the reply to `reply`, or nothing where there is none.
using Handler = std::function<Verdict(xdr::BytesView message, const Arrival& arrival, xdr::Encoder& reply)>;

}  // namespace onc::transport
