// The server's receive path: whatever arrives, over TCP or UDP, for handlers that answer at once or late. The first
// byte says how; the rest is a stream of records, each of which is a datagram over UDP.
#include <onc/message/message.h>
#include <onc/server/async_service.h>
#include <onc/server/dispatcher.h>
#include <onc/transport/late_reply.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>

#include <optional>
#include <stdexcept>

#include "fuzz/must.h"
#include "fuzz/records.h"
#include "wide.x.async.h"
#include "wide.x.h"

namespace {

using namespace onc;
using transport::Protocol;
using wide::Wide;

std::uint32_t calls_run = 0;

void misbehave(std::int32_t how) {
  switch (how) {
    case 1: throw std::runtime_error("out of luck");
    case 2: throw rpc::Refusal{rpc::AuthStatus::too_weak};
    case 3: throw rpc::NoReply();
    case 4: throw xdr::Error(xdr::errc::wrong_arm);
    default: return;
  }
}

class Service : public wide::WIDE::v1::Server {
  Wide echo(Wide wide, const rpc::Caller&) override { return ++calls_run, wide; }
  std::uint32_t count(const rpc::Caller&) override { return ++calls_run; }
  void fail(std::int32_t how, const rpc::Caller&) override { ++calls_run, misbehave(how); }
};

class LateService : public wide::WIDE::v2::AsyncServer {
  static asio::awaitable<void> later() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

  asio::awaitable<Wide> echo(Wide wide, const rpc::Caller&) override {
    co_await later();
    ++calls_run;
    co_return wide;
  }
  asio::awaitable<std::uint32_t> count(const rpc::Caller&) override { co_return ++calls_run; }
  asio::awaitable<void> fail(std::int32_t how, const rpc::Caller&) override {
    co_await later();
    ++calls_run;
    misbehave(how);
  }
};

class Peer final : private transport::Deferring {
 public:
  Peer(Protocol protocol, bool lenient, std::size_t max_reply, rpc::ReplyCache::Limits remembered)
      : protocol_(protocol), lenient_(lenient), max_reply_(max_reply), dispatcher_({.lenient = lenient}, remembered) {
    dispatcher_.add(service_, {.one_way = {3}});
    dispatcher_.add(late_service_);
  }

  // What comes back for one message; nothing where its connection is to be closed.
  std::optional<xdr::Bytes> send(xdr::BytesView message) {
    const transport::Address address = transport::Address::ip("127.0.0.1", 700);
    const transport::Arrival arrival{protocol_, address, address, std::nullopt, max_reply_, this};
    late_reply_.reset();
    xdr::Encoder reply;
    const auto verdict = dispatcher_.answer(message, arrival, reply);
    context_.restart();
    context_.poll();
    must(reply.size() == 0 || !late_reply_, "there is one reply");
    if (verdict == transport::Verdict::drop) {
      must(reply.size() == 0 && !late_reply_, "who is dropped gets no reply");
      return std::nullopt;
    }
    xdr::Bytes bytes = late_reply_ ? *late_reply_ : xdr::to_bytes(reply.bytes());
    check(message, bytes);
    return bytes;
  }

 private:
  class Late final : public transport::LateReply {
   public:
    explicit Late(Peer& peer) : peer_(peer) {}
    asio::any_io_executor executor() override { return peer_.context_.get_executor(); }
    void send(xdr::Encoder reply) override {
      peer_.late_reply_ = xdr::to_bytes(reply.bytes().subspan(transport::mark_size));
    }

   private:
    Peer& peer_;
  };
  std::unique_ptr<transport::LateReply> defer() override { return std::make_unique<Late>(*this); }

  void check(xdr::BytesView message, xdr::BytesView reply) const {
    if (reply.empty()) return;
    must(reply.size() <= max_reply_, "a reply is no longer than its transport carries");
    xdr::Decoder call(message, {.lenient = lenient_});
    rpc::CallHeader header;
    rpc::decode_call(call, header);
    must(rpc::peek_reply_xid(reply) == header.xid, "a reply has its call's xid");
    xdr::Decoder in(reply);
    const rpc::ReplyHeader said = rpc::decode_reply(in);
    if (said.failure) return in.finish();
    must(header.rpc_version == 2 && !header.refused && header.program == wide::WIDE::v1::program.number,
         "only what is right is served");
    if (header.procedure != 1 || lenient_) return;
    must(std::ranges::equal(in.rest(), call.rest()), "what is echoed is what was sent");
  }

  Protocol protocol_;
  bool lenient_;
  std::size_t max_reply_;
  Service service_;
  LateService late_service_;
  rpc::Dispatcher dispatcher_;  // outlives the calls that still wait in the context
  asio::io_context context_{1};
  std::optional<xdr::Bytes> late_reply_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const bool over_udp = (data[0] & 1) != 0;
  const bool lenient = (data[0] & 2) != 0;
  const bool forgetful = (data[0] & 4) != 0;
  const std::size_t max_reply = (data[0] & 8) != 0 ? 200 : 8'000;
  Peer peer(over_udp ? Protocol::udp : Protocol::tcp, lenient, max_reply,
            {.bytes = forgetful ? std::size_t{4'000} : std::size_t{1} << 20, .age = std::chrono::seconds(60)});
  const auto messages = records_of(std::as_bytes(std::span(data, size)).subspan(1), 8'000, 1 + data[0]);
  for (const xdr::Bytes& message : messages) {
    const auto reply = peer.send(message);
    if (!reply && !over_udp) break;
    if (!over_udp || forgetful) continue;
    const std::uint32_t before = calls_run;
    must(peer.send(message) == reply, "a repeat gets the first reply");
    must(calls_run == before, "a repeat is not run");
  }
  return 0;
}
