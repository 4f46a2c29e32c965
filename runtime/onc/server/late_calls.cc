// Calls that are answered after answer() has returned: their handlers are coroutines, or run on worker threads.
#include <onc/server/async_service.h>
#include <onc/server/dispatcher.h>
#include <onc/server/handler_failure.h>
#include <onc/server/observation.h>
#include <onc/transport/late_reply.h>
#include <onc/transport/record.h>

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>

#include <cassert>
#include <optional>

namespace onc::rpc {

// A call whose handler is a coroutine or runs on another thread, and all that lives as long.
class Dispatcher::LateCall {
 public:
  // `keeps_large_from`: of its reply's opaques, as those stay where they are that are answered at once.
  LateCall(Dispatcher& dispatcher, Call call, Caller caller, std::size_t keeps_large_from)
      : dispatcher_(dispatcher),
        call_(std::move(call)),
        peer_(caller.peer),
        local_(caller.local),
        caller_(caller.protocol, peer_, local_, caller.peer_uid) {
    caller_.sys = std::move(caller.sys);
    caller_.principal = std::move(caller.principal);
    caller_.until = caller.until;
    reply_.keep_large(keeps_large_from);
    reply_.u32(0);  // room for the record mark
    begin_success(call_, reply_);
  }
  LateCall(const LateCall&) = delete;
  LateCall& operator=(const LateCall&) = delete;
  ~LateCall() {
    if (call_.remembered_as) dispatcher_.replies_.forget(*call_.remembered_as);
  }

  Call& call() { return call_; }
  const Caller& caller() const { return caller_; }
  xdr::Encoder& reply() { return reply_; }
  asio::any_io_executor executor() { return back_->executor(); }

  // Gives it the way back for its reply, and makes it tell how it ends.
  void begin(const Received& received) {
    back_ = received.arrival.later->defer();
    call_.later = nullptr;
    if (received.seen) {
      seen_.emplace(std::move(**received.seen));
      received.seen->reset();
      call_.seen = &seen_;
    }
    if (call_.remembered_as) dispatcher_.replies_.begin(*call_.remembered_as);
  }

  void count_made() { back_->is_made(reply_.size()); }

  void finish(const std::optional<HandlerFailure>& failure, bool has_run = true) {
    if (failure)
      dispatcher_.fail(call_, *failure, transport::mark_size, reply_);
    else
      dispatcher_.succeed(call_, transport::mark_size, reply_);
    if (is_looked_at()) reply_.gather();
    const xdr::BytesView message = reply_.bytes().subspan(transport::mark_size);
    dispatcher_.remember(call_, message, has_run);
    if (seen_) seen_->end(message);
    if (reply_.size() != transport::mark_size) back_->send(std::move(reply_));
  }

 private:
  bool is_looked_at() const { return seen_ || call_.remembered_as || call_.across_connections; }

  Dispatcher& dispatcher_;
  Call call_;
  transport::Address peer_;
  transport::Address local_;
  Caller caller_;
  xdr::Encoder reply_;
  std::optional<Observation> seen_;
  std::unique_ptr<transport::LateReply> back_;
};

// A call on its way through a worker. What its handler throws stays on that thread: only what it means comes back.
class Dispatcher::Job {
 public:
  // `memory`: where the arguments lie, if nothing else does. Otherwise the next call will.
  Job(Service& service, std::shared_ptr<LateCall> late, xdr::BytesView arguments, xdr::Bytes* memory,
      const xdr::Limits& limits)
      : service_(service), late_(std::move(late)), limits_(limits) {
    const bool stay = memory && xdr::is_worth_keeping(*memory, arguments);
    memory_ = stay ? std::move(*memory) : xdr::to_bytes(arguments);
    arguments_ = stay ? arguments : memory_;
  }

  void run() {
    // It waited for a worker too long.
    if (transport::Clock::now() >= late_->caller().until) {
      failure_ = HandlerFailure{.what = "nobody waits for its answer any more: all workers were busy too long"};
      return;
    }
    xdr::Decoder in(arguments_, limits_);
    in.may_take(&memory_);
    try {
      service_.dispatch(late_->call().procedure, in, late_->reply(), late_->caller());
    } catch (...) {
      failure_ = HandlerFailure::of(std::current_exception(), in.finished());
    }
    has_run_ = in.finished();
  }
  void finish() {
    try {
      late_->finish(failure_, has_run_);
    } catch (const std::exception&) {  // no memory for the reply: this caller's loss only
    }
  }

 private:
  Service& service_;
  std::shared_ptr<LateCall> late_;
  xdr::Bytes memory_;
  xdr::BytesView arguments_;  // in it
  xdr::Limits limits_;
  std::optional<HandlerFailure> failure_;
  bool has_run_ = false;
};

void Dispatcher::start(const Served& served, Call call, Caller caller, const Received& received,
                       xdr::Decoder& arguments, xdr::Encoder& reply) {
  assert(received.arrival.later);
  auto late = std::make_shared<LateCall>(*this, std::move(call), std::move(caller), reply.keeps_large_from());
  if (served.async_service)
    start_coroutine(*served.async_service, std::move(late), received, arguments, reply);
  else
    start_on_workers(*served.service, std::move(late), received, arguments.rest());
}

void Dispatcher::start_coroutine(AsyncService& service, std::shared_ptr<LateCall> late, const Received& received,
                                 xdr::Decoder& arguments, xdr::Encoder& reply) {
  const std::size_t start = reply.size();
  std::optional<asio::awaitable<void>> handler;
  try {
    handler.emplace(service.dispatch(late->call().procedure, arguments, late->reply(), late->caller()));
  } catch (...) {
    fail(late->call(), HandlerFailure::of(std::current_exception(), arguments.finished()), start, reply);
    remember(late->call(), reply.bytes().subspan(start), arguments.finished());
    return;
  }
  late->begin(received);
  const auto executor = late->executor();
  asio::co_spawn(executor, std::move(*handler), [late](std::exception_ptr thrown) {
    try {
      late->finish(thrown ? std::optional(HandlerFailure::of(std::move(thrown), true)) : std::nullopt);
    } catch (const std::exception&) {  // no memory for the reply: this caller's loss only
    }
  });
  // Where it never waited it has ended, which Asio tells later, by when others could have been begun.
  late->count_made();
}

void Dispatcher::start_on_workers(Service& service, std::shared_ptr<LateCall> late, const Received& received,
                                  xdr::BytesView arguments) {
  late->begin(received);
  const auto executor = late->executor();
  auto job = std::make_shared<Job>(service, std::move(late), arguments, received.arrival.memory, limits_);
  // Handed back and forth, so that it ends where it began: its reply belongs to the connection's thread.
  workers_([executor, job = std::move(job)]() mutable {
    job->run();
    asio::post(executor, [job = std::move(job)] { job->finish(); });
  });
}

}  // namespace onc::rpc
