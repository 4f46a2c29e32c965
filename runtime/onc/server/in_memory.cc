#include <onc/rpc/error.h>
#include <onc/server/dispatcher.h>
#include <onc/server/in_memory.h>
#include <onc/transport/late_reply.h>

#include <asio/io_context.hpp>

#include <algorithm>
#include <deque>

namespace onc::rpc {

using transport::Address;
using transport::Protocol;
using transport::TimePoint;
using transport::Verdict;

struct InMemory::State {
  Dispatcher dispatcher;        // outlives the calls that still wait in the context
  asio::io_context context{1};  // for handlers that are coroutines
};

class InMemory::Connection final : public transport::Channel, private transport::Deferring {
 public:
  Connection(State& server, Protocol protocol, const Address& peer)
      : server_(server), protocol_(protocol), peer_(peer) {}

  bool reliable() const override { return protocol_ != Protocol::udp; }
  void send(xdr::Encoder& message, TimePoint deadline) override;
  std::optional<xdr::BytesView> receive(TimePoint deadline) override;
  bool is_hung_up() override { return broken_; }
  std::string peer() const override { return "memory"; }
  TimePoint now() const override { return now_; }

 private:
  // Shared with late replies, which may outlive the connection.
  struct Arrived {
    std::deque<xdr::Bytes> replies;
    std::size_t pending = 0;
  };
  class Late;

  std::unique_ptr<transport::LateReply> defer() override;
  void run_handlers();

  State& server_;
  Protocol protocol_;
  Address peer_;
  Address local_ = Address::ip("127.0.0.1", 1);
  std::shared_ptr<Arrived> arrived_ = std::make_shared<Arrived>();
  xdr::Bytes received_;
  TimePoint now_ = transport::Clock::now();
  bool broken_ = false;
};

class InMemory::Connection::Late final : public transport::LateReply {
 public:
  Late(asio::any_io_executor executor, std::shared_ptr<Arrived> arrived)
      : executor_(std::move(executor)), arrived_(std::move(arrived)) {
    ++arrived_->pending;
  }
  ~Late() override { --arrived_->pending; }

  asio::any_io_executor executor() override { return executor_; }
  void send(xdr::Encoder reply) override {
    arrived_->replies.push_back(xdr::to_bytes(reply.bytes().subspan(transport::mark_size)));
  }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<Arrived> arrived_;
};

std::unique_ptr<transport::LateReply> InMemory::Connection::defer() {
  return std::make_unique<Late>(server_.context.get_executor(), arrived_);
}

void InMemory::Connection::send(xdr::Encoder& message, TimePoint) {
  constexpr std::size_t max_reply = std::size_t{16} << 20;
  const transport::Arrival arrival{protocol_, peer_, local_, std::nullopt, max_reply, this};
  xdr::Encoder reply;
  const Verdict verdict = server_.dispatcher.answer(message.bytes().subspan(transport::mark_size), arrival, reply);
  broken_ = broken_ || verdict == Verdict::drop;
  server_.context.restart();
  server_.context.poll();  // also handlers whose reply nobody waits for
  if (reply.size() != 0) arrived_->replies.push_back(xdr::to_bytes(reply.bytes()));
}

std::optional<xdr::BytesView> InMemory::Connection::receive(TimePoint deadline) {
  run_handlers();
  if (arrived_->replies.empty()) {
    if (broken_ && reliable()) throw Error(errc::connection_lost, "the server closed the connection");
    now_ = std::max(now_, deadline);
    return std::nullopt;
  }
  received_ = std::move(arrived_->replies.front());
  arrived_->replies.pop_front();
  return received_;
}

void InMemory::Connection::run_handlers() {
  server_.context.restart();
  while (arrived_->replies.empty() && arrived_->pending != 0 && server_.context.run_one() != 0) {
  }
}

InMemory::InMemory() : state_(std::make_unique<State>()) {}
InMemory::~InMemory() = default;

void InMemory::add(Service& service, ServiceOptions options) { state_->dispatcher.add(service, std::move(options)); }
void InMemory::add(AsyncService& service, ServiceOptions options) {
  state_->dispatcher.add(service, std::move(options));
}

void InMemory::observe(Observer& observer) { state_->dispatcher.observe(observer); }

std::unique_ptr<transport::Channel> InMemory::connect(Protocol protocol, const Address& peer) {
  return std::make_unique<Connection>(*state_, protocol, peer);
}

}  // namespace onc::rpc
