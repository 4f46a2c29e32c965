// Calls of procedure 0, which does nothing (RFC 5531 §12.1), with the time each takes and all that its reply says.
#pragma once

#include <onc/message/message.h>
#include <onc/rpc/observer.h>
#include <onc/transport/channel.h>
#include <onc/transport/endpoint.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace info {

class Probe {
 public:
  struct Answer {
    std::chrono::nanoseconds took{};
    onc::rpc::ReplyHeader reply;
  };

  // `server`: with its port. Each call, and connecting before the first, has `timeout`. Throws rpc::Error.
  Probe(const onc::transport::Endpoint& server, std::uint32_t program, std::string name,
        std::chrono::milliseconds timeout);

  // Over UDP the call is repeated after a second, and then after twice as long each time; the time is that since the
  // first. Throws rpc::Error where no reply can be had: then the next could not be either.
  Answer ask(std::uint32_t version);

 private:
  onc::rpc::Procedure procedure(std::uint32_t version) const;
  // Each: whether the reply has come. It is left in reply_.
  bool exchange(std::uint32_t version, onc::xdr::Encoder& call, onc::transport::TimePoint deadline);
  bool over_stream(onc::xdr::Encoder& call, onc::transport::TimePoint deadline);
  bool over_datagrams(onc::xdr::Encoder& call, onc::transport::TimePoint deadline);
  bool receive(onc::transport::TimePoint until);
  onc::rpc::ReplyHeader header(std::uint32_t version) const;
  [[noreturn]] void fail(std::uint32_t version, std::error_code code) const;

  onc::transport::Endpoint server_;
  std::uint32_t program_;
  std::string name_;
  std::chrono::milliseconds timeout_;
  onc::rpc::Observers observers_;
  std::unique_ptr<onc::transport::Channel> channel_;
  std::uint32_t xid_;
  onc::xdr::BytesView reply_;
};

}  // namespace info
