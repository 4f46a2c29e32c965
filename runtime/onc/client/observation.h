// What a client's observers are told of one call.
#pragma once

#include <onc/rpc/observer.h>
#include <onc/transport/clock.h>
#include <onc/xdr/encoder.h>

#include <string>
#include <system_error>
#include <utility>

namespace onc::rpc {

// Tells that a call begins, and once how it ended: with operation_canceled where nobody says.
class ClientObservation {
 public:
  // `message`: the call, with room for its record mark; its last `arguments` bytes are the arguments.
  ClientObservation(const Observers& observers, const Procedure& procedure, std::uint32_t xid, std::string peer,
                    const xdr::Encoder& message, std::size_t arguments);
  ClientObservation(const ClientObservation&) = delete;
  ClientObservation& operator=(const ClientObservation&) = delete;
  ~ClientObservation();

  // A whole reply message has come: a refusal too has a length.
  void replied(std::size_t bytes) { reply_bytes_ = bytes; }
  void served(xdr::BytesView results) { tell({.bytes = reply_bytes_, .results = results}); }
  void failed(const std::system_error& error);

 private:
  void tell(ObservedEnd end);

  const Observers* observers_;
  ObservedCall call_;
  transport::TimePoint began_ = transport::Clock::now();
  std::size_t reply_bytes_ = 0;
};

}  // namespace onc::rpc
