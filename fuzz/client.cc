// The client's receive path against servers that lie: whatever comes back, a call gives a value or throws rpc::Error.
// The first byte says how; the rest is what the server sends, a stream of records.
#include <onc/rpc/error.h>
#include <onc/transport/memory.h>
#include <onc/transport/socket_channel.h>

#include <cstring>

#include <sys/socket.h>

#include "fuzz/must.h"
#include "fuzz/records.h"
#include "wide.x.h"

namespace {

using namespace onc;
using Client = wide::WIDE::v1::Client;

void call(auto&& procedure) {
  try {
    procedure();
  } catch (const rpc::Error&) {
  }
}

// A connection whose other end says everything at the first call, and hangs up.
class Connection final : public transport::Channel {
 public:
  Connection(xdr::BytesView said, bool knows_the_xid) : said_(xdr::to_bytes(said)), knows_the_xid_(knows_the_xid) {
    int ends[2];
    must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0, "there are sockets");
    stream_.emplace(transport::Socket(ends[0]), "a liar", 8'000);
    peer_ = transport::Socket(ends[1]);
  }

  bool reliable() const override { return true; }
  void send(xdr::Encoder& message, transport::TimePoint deadline) override {
    if (peer_.get() >= 0) {
      if (knows_the_xid_ && said_.size() >= 8) std::memcpy(said_.data() + 4, message.data() + transport::mark_size, 4);
      [[maybe_unused]] const auto sent = ::send(peer_.get(), said_.data(), said_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
      ::shutdown(peer_.get(), SHUT_WR);
    }
    stream_->send(message, deadline);
    peer_ = transport::Socket(-1);
  }
  std::optional<xdr::BytesView> receive(transport::TimePoint deadline) override { return stream_->receive(deadline); }
  std::string peer() const override { return stream_->peer(); }

 private:
  xdr::Bytes said_;
  bool knows_the_xid_;
  std::optional<transport::StreamChannel> stream_;
  transport::Socket peer_{-1};
};

void check(const wide::Wide& wide) {
  xdr::Encoder out;
  wide.encode(out);
  wide::Wide again;
  xdr::Decoder in(out.bytes());
  again.decode(in);
  in.finish();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const xdr::BytesView said = std::as_bytes(std::span(data, size)).subspan(1);
  const bool reliable = (data[0] & 1) == 0;
  const bool lenient = (data[0] & 2) != 0;
  const bool knows_the_xid = (data[0] & 4) == 0;
  const bool over_socket = (data[0] & 8) != 0;
  const std::size_t at_once = 1 + (data[0] >> 6);
  auto replies = records_of(said, 8'000, 64);
  auto next = replies.begin();
  const auto peer = [&](xdr::BytesView message) {
    std::vector<transport::MemoryChannel::Delivery> deliveries;
    for (std::size_t i = 0; i < at_once && next != replies.end(); ++i, ++next) {
      if (knows_the_xid && next->size() >= 4) std::memcpy(next->data(), message.data(), 4);
      deliveries.push_back({std::move(*next), std::chrono::milliseconds(300) * i});
    }
    return deliveries;
  };
  std::unique_ptr<transport::Channel> channel;
  if (over_socket)
    channel = std::make_unique<Connection>(said, knows_the_xid);
  else
    channel = std::make_unique<transport::MemoryChannel>(reliable, peer);
  Client client(std::move(channel),
                {.timeout = std::chrono::seconds(4), .decoding = {.memory = std::size_t{1} << 20, .lenient = lenient}});
  call([&] { check(client.echo({})); });
  call([&] { client.count(); });
  call([&] { client.one_way().fail(1); });
  call([&] { client.fail(1); });
  call([&] { check(client.echo({})); });
  return 0;
}
