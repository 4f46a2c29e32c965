// A channel whose peer is a function in the same process, over a network and a clock that the caller turns.
#pragma once

#include <onc/transport/channel.h>

#include <deque>
#include <functional>

namespace onc::transport {

class MemoryChannel : public Channel {
 public:
  // What the peer sends back for one message, after how long: as many messages as it likes.
  struct Delivery {
    xdr::Bytes message;
    Clock::duration after{0};
  };
  using Peer = std::function<std::vector<Delivery>(xdr::BytesView message)>;

  MemoryChannel(bool reliable, Peer peer) : reliable_(reliable), peer_(std::move(peer)) {}

  bool reliable() const override { return reliable_; }
  void send(xdr::Encoder& message, TimePoint deadline) override;
  // Waiting turns the clock on: to the arrival of the next message or to the deadline.
  std::optional<xdr::BytesView> receive(TimePoint deadline) override;
  std::string peer() const override { return "memory"; }
  TimePoint now() const override { return now_; }

 private:
  struct InFlight {
    TimePoint arrives;
    xdr::Bytes message;
  };

  bool reliable_;
  Peer peer_;
  TimePoint now_{};
  std::deque<InFlight> in_flight_;  // by time of arrival
  xdr::Bytes received_;
};

}  // namespace onc::transport
