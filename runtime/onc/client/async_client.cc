#include <onc/client/async_client.h>
#include <onc/client/link.h>
#include <onc/client/observation.h>
#include <onc/client/short_hand.h>
#include <onc/client/timing.h>
#include <onc/client/xid.h>
#include <onc/message/message.h>

#include <asio/experimental/as_tuple.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>
#include <vector>

namespace onc::rpc {

using transport::Clock;
using transport::TimePoint;

class AsyncClientState {
 public:
  AsyncClientState(asio::any_io_executor on, std::string_view at, ClientOptions chosen)
      : executor(std::move(on)), server(transport::Endpoint::parse(at)), options(within_range(std::move(chosen))) {
    if (options.observer) observers.add(*options.observer);
  }

  // One that works, as far as can be seen from here.
  std::shared_ptr<Link> working_link();
  // New calls get another; those it has may end there.
  void retire(const std::shared_ptr<Link>& link);
  void close();
  // A call that waits before it is tried again: close() ends that.
  void add(asio::steady_timer& pause) { pauses_.push_back(&pause); }
  void remove(asio::steady_timer& pause) { std::erase(pauses_, &pause); }
  // How often it was closed.
  std::size_t closes() const { return closes_; }

  // For a call; empty. Those of calls that are over are used again.
  std::shared_ptr<xdr::Encoder> message();
  void keep(std::shared_ptr<xdr::Encoder> message);

  asio::any_io_executor executor;
  transport::Endpoint server;
  ClientOptions options;
  Observers observers;
  std::shared_ptr<ShortHand> short_hand = std::make_shared<ShortHand>();
  std::uint32_t xid = first_xid();

 private:
  std::shared_ptr<Link> link_;
  std::vector<std::weak_ptr<Link>> retired_;
  std::vector<asio::steady_timer*> pauses_;
  std::size_t closes_ = 0;
  std::vector<std::shared_ptr<xdr::Encoder>> messages_;
};

std::shared_ptr<xdr::Encoder> AsyncClientState::message() {
  if (messages_.empty()) return std::make_shared<xdr::Encoder>();
  auto message = std::move(messages_.back());
  messages_.pop_back();
  message->clear();
  return message;
}

void AsyncClientState::keep(std::shared_ptr<xdr::Encoder> message) {
  constexpr std::size_t long_message = std::size_t{4} << 10;  // not worth its memory
  const bool is_in_use = message.use_count() != 1;            // by a channel that has not sent it all
  if (!is_in_use && message->size() <= long_message && messages_.size() < kept_for_calls)
    messages_.push_back(std::move(message));
}

std::shared_ptr<Link> AsyncClientState::working_link() {
  const transport::Address before = link_ && link_->has_failed() ? link_->came_from() : transport::Address();
  if (link_ && link_->has_failed()) link_.reset();
  if (link_ && transport::about_now() - link_->last_call() > trusted_unused && link_->is_hung_up()) retire(link_);
  if (!link_) link_ = std::make_shared<Link>(executor, server, options, before);
  return link_;
}

void AsyncClientState::retire(const std::shared_ptr<Link>& link) {
  if (link != link_) return;
  std::erase_if(retired_, [](const std::weak_ptr<Link>& old) { return old.expired(); });
  retired_.push_back(std::exchange(link_, nullptr));
}

void AsyncClientState::close() {
  ++closes_;
  for (asio::steady_timer* pause : pauses_) pause->cancel();
  if (link_) retired_.push_back(std::exchange(link_, nullptr));
  for (const auto& old : std::exchange(retired_, {}))
    if (const auto link = old.lock()) link->close();
}

namespace {

// Keeps a call with its link for as long as its coroutine waits, however that ends.
class Waiting {
 public:
  Waiting(Link& link, PendingCall& call) : link_(link), call_(call) { link_.add(call_); }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;
  ~Waiting() { link_.remove(call_); }

 private:
  Link& link_;
  PendingCall& call_;
};

// Between two tries of a call.
class Pause {
 public:
  Pause(std::shared_ptr<AsyncClientState> client, TimePoint until)
      : client_(std::move(client)), closes_(client_->closes()), timer_(client_->executor, until) {
    client_->add(timer_);
  }
  Pause(const Pause&) = delete;
  Pause& operator=(const Pause&) = delete;
  ~Pause() { client_->remove(timer_); }

  asio::steady_timer& timer() { return timer_; }
  bool is_closed() const { return client_->closes() != closes_; }

 private:
  std::shared_ptr<AsyncClientState> client_;
  std::size_t closes_;
  asio::steady_timer timer_;
};

TimePoint deadline_of(const PendingCall& call) {
  const TimePoint end = call.began + call.request.timeout;
  return std::min(end, call.request.deadline.value_or(end));
}

Error given_up(Link& link, const PendingCall& call, std::error_code why) {
  return broken_off(call.request.procedure, link.peer(), why, call.timeout(), link.take_back(call));
}

// Asio's own code for it is none of std::errc's.
std::error_code cancelled() { return std::make_error_code(std::errc::operation_canceled); }

bool is_signalled(const asio::cancellation_state& state) { return state.cancelled() != asio::cancellation_type::none; }

// For a call that ends between two tries.
Error never_tried(const AsyncRequest& request, std::error_code why) {
  return broken_off(request.procedure, request.client->server.text(), why, request.timeout, MayHaveRun::no);
}

asio::awaitable<void> try_once(AsyncRequest request, ResultReader reader) {
  const std::shared_ptr<AsyncClientState> client = request.client;
  const std::shared_ptr<Link> link = client->working_link();
  PendingCall call{std::move(request), reader};
  const TimePoint deadline = deadline_of(call);
  auto repeat_after = client->options.retransmit_after;
  TimePoint repeat_at = call.began + repeat_after;
  const Waiting waiting(*link, call);
  while (!call.done) {
    co_await link->wait(call, link->is_reliable() ? deadline : std::min(deadline, repeat_at));
    if (call.done) break;
    if (call.cancelled) throw given_up(*link, call, cancelled());
    const TimePoint now = Clock::now();
    if (now >= deadline) {
      // Not a word all the while: the connection may be dead without a sign.
      if (link->heard() == call.heard_before) client->retire(link);
      throw given_up(*link, call, errc::timed_out);
    }
    // A lost call or reply is repeated with the same xid, so that the server can tell it is one call (RFC 5531 §5).
    link->repeat(call);
    repeat_after = std::min(2 * repeat_after, longest_repeat_wait);
    repeat_at = now + repeat_after;
  }
  if (call.failure) std::rethrow_exception(call.failure);
  client->keep(std::move(call.request.message));
}

asio::awaitable<void> try_again_and_again(AsyncRequest request, ResultReader reader) {
  const TimePoint end = Clock::now() + request.timeout;
  request.deadline = std::min(end, request.deadline.value_or(end));
  const Retrying& how = request.client->options.retrying;
  Retries retries(how, *request.deadline);
  if (how.once_across_connections && !how.even_if_it_may_have_run)
    request.from = std::make_shared<transport::Address>();
  while (true) {
    std::optional<TimePoint> again;
    try {
      co_return co_await try_once(request, reader);
    } catch (const Error& error) {
      again = retries.after(error, request.from ? *request.from : transport::Address());
      if (!again) throw retries.of_all(error);
      if (request.from && !retries.may_have_run()) *request.from = transport::Address();
    }
    // One that is cancelled already must not be waited for: Asio would throw what is none of ours.
    bool is_cancelled = is_signalled(co_await asio::this_coro::cancellation_state);
    Pause pause(request.client, *again);
    if (!is_cancelled) {
      const auto [error] = co_await pause.timer().async_wait(asio::experimental::as_tuple(asio::use_awaitable));
      is_cancelled = error && !pause.is_closed();
    }
    if (is_cancelled) throw retries.of_all(never_tried(request, cancelled()));
    if (pause.is_closed()) throw retries.of_all(never_tried(request, errc::client_closed));
  }
}

asio::awaitable<void> exchange_as_written(AsyncRequest request, ResultReader reader) {
  const bool once = request.client->options.retrying.times == 0;
  return once ? try_once(std::move(request), reader) : try_again_and_again(std::move(request), reader);
}

// The server has forgotten what it gave: the call was not run (RFC 5531 §8.2).
void say_in_full(AsyncRequest& request) {
  request.xid = ++request.client->xid;
  const auto before = std::exchange(request.message, std::make_shared<xdr::Encoder>());
  request.message->u32(0);  // room for the record mark
  encode_call(*request.message, request.xid, request.procedure, request.caller->in_full);
  request.message->raw(before->bytes().subspan(std::exchange(request.arguments_at, request.message->size())));
}

asio::awaitable<void> exchange_in_short(AsyncRequest request, ResultReader reader) {
  const TimePoint end = Clock::now() + request.timeout;
  request.deadline = std::min(end, request.deadline.value_or(end));
  try {
    co_return co_await exchange_as_written(request, reader);
  } catch (const Error& error) {
    if (error.code() != errc::authentication_error || request.caller->known->is(*request.caller->in_short)) throw;
  }
  if (is_signalled(co_await asio::this_coro::cancellation_state)) throw never_tried(request, cancelled());
  say_in_full(request);
  co_await exchange_as_written(request, reader);
}

asio::awaitable<void> exchange_unseen(AsyncRequest request, ResultReader reader) {
  const bool is_short = request.caller && request.caller->in_short;
  return is_short ? exchange_in_short(std::move(request), reader) : exchange_as_written(std::move(request), reader);
}

asio::awaitable<void> exchange_seen(AsyncRequest request, ResultReader reader) {
  const std::shared_ptr<AsyncClientState> client = request.client;  // which has the observers
  const auto seen =
      std::make_shared<ClientObservation>(client->observers, request.procedure, request.xid, client->server.text(),
                                          *request.message, request.message->size() - request.arguments_at);
  request.seen = seen;
  try {
    co_await exchange_unseen(std::move(request), reader);
    seen->served({});  // unless its results were shown already
  } catch (const std::system_error& error) {
    seen->failed(error);
    throw;
  }
}

}  // namespace

asio::awaitable<void> exchange(AsyncRequest request, ResultReader reader) {
  const bool seen = request.client->observers.any();
  return seen ? exchange_seen(std::move(request), reader) : exchange_unseen(std::move(request), reader);
}

AsyncClient::AsyncClient(asio::any_io_executor executor, std::string_view server, ClientOptions options)
    : state_(std::make_shared<AsyncClientState>(std::move(executor), server, std::move(options))) {}

AsyncClient::AsyncClient(const AsyncClient& other, const CallOptions& options)
    : state_(other.state_), options_(options), is_adjusted_(true) {}

AsyncClient::AsyncClient(AsyncClient&&) noexcept = default;

AsyncClient& AsyncClient::operator=(AsyncClient&& other) noexcept {
  std::swap(state_, other.state_);
  options_ = other.options_;
  std::swap(is_adjusted_, other.is_adjusted_);
  return *this;
}

AsyncClient::~AsyncClient() {
  if (state_ && !is_adjusted_) close();
}

void AsyncClient::set_timeout(std::chrono::milliseconds timeout) {
  state_->options.timeout = timeout;
  state_->options = within_range(std::move(state_->options));
}
void AsyncClient::set_credential(Credential credential) { state_->options.credential = std::move(credential); }
void AsyncClient::close() { state_->close(); }

AsyncRequest AsyncClient::begin(const Procedure& procedure) {
  AsyncClientState& client = *state_;
  const CallOptions& chosen = options_;
  // A deadline alone may lie further off than the client's own timeout.
  const auto timeout =
      chosen.timeout.value_or(chosen.deadline ? std::chrono::milliseconds::max() : client.options.timeout);
  AsyncRequest request{state_,          procedure,     ++client.xid, client.message(), within_range(timeout),
                       chosen.deadline, chosen.one_way};
  const Credential& credential = chosen.credential ? *chosen.credential : client.options.credential;
  if (credential.flavor() == auth_flavor::sys) {
    request.caller = std::make_shared<SysCaller>(SysCaller{credential, {}, client.short_hand});
    // Who waits for no reply does not learn that its short hand was refused.
    if (!request.one_way) request.caller->in_short = client.short_hand->of(credential);
  }
  request.message->u32(0);  // room for the record mark
  encode_call(*request.message, request.xid, procedure,
              request.caller && request.caller->in_short ? *request.caller->in_short : credential);
  request.arguments_at = request.message->size();
  return request;
}

void AsyncClient::refuse_one_way(const AsyncRequest& request) {
  if (request.one_way)
    throw std::logic_error(std::string(request.procedure.name) + " has results, so it cannot be called one-way");
}

}  // namespace onc::rpc
