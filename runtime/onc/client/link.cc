#include <onc/client/find_server.h>
#include <onc/client/link.h>
#include <onc/client/observation.h>
#include <onc/client/short_hand.h>
#include <onc/client/timing.h>
#include <onc/message/message.h>
#include <onc/transport/async_connect.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/dispatch.hpp>

#include <algorithm>
#include <cassert>
#include <utility>

namespace onc::rpc {

using transport::AsyncChannel;
using transport::Clock;
using transport::Protocol;
using transport::TimePoint;

std::chrono::milliseconds PendingCall::timeout() const {
  if (!request.deadline) return request.timeout;
  return std::min(request.timeout, time_until(*request.deadline, began));
}

// What waits for the time: Asio drops it when its context ends, and with it the coroutines that wait here.
class Link::Alarm {
 public:
  explicit Alarm(std::shared_ptr<Link> link) : link_(std::move(link)) {}
  Alarm(Alarm&&) noexcept = default;
  ~Alarm() {
    if (link_) link_->abandon();
  }

  // Where it could not be set.
  void forget() { link_.reset(); }

  void operator()(asio::error_code) { std::exchange(link_, nullptr)->on_alarm(); }

 private:
  std::shared_ptr<Link> link_;
};

Link::Link(asio::any_io_executor executor, transport::Endpoint server, const ClientOptions& options,
           const transport::Address& before)
    : executor_(std::move(executor)),
      server_(std::move(server)),
      timeout_(options.timeout),
      source_{options.source_port, comes_back(options.retrying), before},
      max_reply_(options.max_reply),
      decoding_(options.decoding),
      alarm_(executor_) {}

Link::~Link() {
  if (channel_) channel_->close();
}

void Link::run(asio::awaitable<void> dialing) {
  const auto token = std::make_shared<char>();
  dialing_ = token;
  asio::co_spawn(executor_, run_with(token, std::move(dialing)),
                 asio::bind_cancellation_slot(stop_dialing_.slot(), asio::detached));
}

asio::awaitable<void> Link::run_with(std::shared_ptr<void>, asio::awaitable<void> dialing) {
  co_await std::move(dialing);
}

// Where the context ends the coroutine may be gone before its link, and what its signal led to with it.
void Link::stop_dialing() {
  if (!dialing_.expired()) stop_dialing_.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> Link::find_and_dial(std::shared_ptr<Link> self, Program program, TimePoint deadline) {
  try {
    Found found = co_await find_server(self->server_, program, deadline);
    self->protocol_ = found.protocol;
    self->others_ = std::move(found.addresses);
    co_await dial(self, deadline);
  } catch (const Error& error) {
    self->fail([&](const PendingCall& call) { return not_connected(call.request.procedure, self->peer(), error); });
  } catch (const std::system_error& error) {
    self->fail(error.code());
  }
}

asio::awaitable<void> Link::dial(std::shared_ptr<Link> self, TimePoint deadline) {
  try {
    self->connected(co_await transport::async_connect(self->protocol_, self->others_, self->source_, deadline));
  } catch (const std::system_error& error) {
    self->fail(error.code());
  }
}

void Link::connected(asio::posix::stream_descriptor socket) {
  if (failed_) return;
  AsyncChannel::Owner& owner = *this;
  if (protocol_ == Protocol::udp)
    channel_ = std::make_shared<transport::AsyncDatagramChannel>(std::move(socket), owner);
  else
    channel_ = std::make_shared<transport::AsyncStreamChannel>(std::move(socket), max_reply_, owner);
  channel_->wake();
  const auto waiting = calls_;
  for (const auto& [xid, call] : waiting)
    if (channel_ && !call->done) send(*call);
}

void Link::close() {
  fail(make_error_code(errc::client_closed));
  stop_dialing();
}

void Link::add(PendingCall& call) {
  last_call_ = call.began;
  call.heard_before = heard_;
  insert(call);
  if (call.request.one_way) ++one_way_calls_;
  try {
    begin(call);
  } catch (...) {
    remove(call);
    throw;
  }
}

void Link::begin(PendingCall& call) {
  if (!std::exchange(dialed_, true))
    return run(find_and_dial(shared_from_this(), call.request.procedure.program, Clock::now() + timeout_));
  if (!channel_) return;
  channel_->wake();
  send(call);
}

void Link::insert(PendingCall& call) {
  assert(!calls_.contains(call.request.xid));
  if (spare_.empty()) {
    spare_.reserve(std::min(calls_.size() + 1, kept_for_calls));  // remove() must not fail
    calls_.emplace(call.request.xid, &call);
    return;
  }
  spare_.back().key() = call.request.xid;
  spare_.back().mapped() = &call;
  calls_.insert(std::move(spare_.back()));
  spare_.pop_back();
}

void Link::remove(PendingCall& call) {
  auto removed = calls_.extract(call.request.xid);
  if (removed.empty()) return;
  if (spare_.size() < spare_.capacity()) spare_.push_back(std::move(removed));
  if (call.request.one_way) --one_way_calls_;
  if (calls_.empty() && !in_turn_) rest();
}

void Link::rest() {
  ring_now();  // so that it waits no longer
  if (channel_) return channel_->rest();
  failed_ = true;
  stop_dialing();
}

void Link::repeat(PendingCall& call) {
  if (channel_ && !channel_->reliable()) send(call);
}

void Link::send(PendingCall& call) {
  if (!is_where_it_comes_from(call))
    return finish(call, std::make_exception_ptr(cannot_come_back(call.request.procedure, peer())));
  try {
    call.ticket = channel_->send(call.request.message);
    ++call.sent;
    // A datagram has left by then.
    if (call.request.one_way && !channel_->reliable()) finish(call, nullptr);
  } catch (const std::system_error& error) {
    // "Port unreachable" tells of a datagram sent before, and so of them all.
    if (error.code() == std::errc::connection_refused) return on_end(error.code());
    finish(call, std::make_exception_ptr(broken_off(call.request.procedure, peer(), error.code(), call.timeout(),
                                                    call.sent == 0 ? MayHaveRun::no : MayHaveRun::maybe)));
  }
}

bool Link::is_where_it_comes_from(const PendingCall& call) const {
  if (!call.request.from) return true;
  const transport::Address here = channel_->local();
  if (call.request.from->is_ip()) return *call.request.from == here;
  *call.request.from = here;
  return true;
}

MayHaveRun Link::take_back(const PendingCall& call) {
  // A record that did not leave whole is not run; the rest of one that has begun to leave may follow.
  const bool left = call.sent != 0 && !(channel_ && channel_->take_back(call.ticket));
  return left ? MayHaveRun::maybe : MayHaveRun::no;
}

bool Link::on_message(xdr::BytesView message, xdr::Bytes* memory) {
  in_turn_ = true;
  ++heard_;
  const auto xid = peek_reply_xid(message);
  if (!xid && channel_->reliable()) {
    fail(make_error_code(errc::bad_reply));
    return false;
  }
  // Replies to calls that were given up on are passed over.
  const auto call = xid ? calls_.find(*xid) : calls_.end();
  if (call != calls_.end()) read_reply(*call->second, message, memory);
  return !calls_.empty();
}

// Those that were answered go on now, and call again as likely as not.
void Link::on_turn_end() {
  const auto self = shared_from_this();
  const auto end = [this](Link*) {
    in_turn_ = false;
    if (calls_.empty() && !failed_) rest();
  };
  const std::unique_ptr<Link, decltype(end)> at_end(this, end);  // whatever those that go on throw
  go_on();
}

void Link::on_sent(std::uint64_t first_unsent) {
  if (one_way_calls_ == 0) return;
  std::vector<PendingCall*> done;
  for (const auto& [xid, call] : calls_)
    if (call->request.one_way && call->sent != 0 && call->ticket < first_unsent) done.push_back(call);
  for (PendingCall* call : done) finish(*call, nullptr);
}

void Link::read_reply(PendingCall& call, xdr::BytesView reply, xdr::Bytes* memory) {
  const Procedure& procedure = call.request.procedure;
  ClientObservation* const seen = call.request.seen.get();
  if (seen) seen->replied(reply.size());
  try {
    xdr::Decoder in(reply, decoding_);
    ReplyHeader header;
    try {
      header = decode_reply(in);
    } catch (const xdr::Error&) {
      throw broken_off(procedure, peer(), errc::bad_reply, call.timeout(), MayHaveRun::maybe);
    }
    if (const auto& caller = call.request.caller) caller->known->learn(caller->in_full, header);
    if (header.failure) throw refused_by_server(procedure, peer(), header);
    if (seen) seen->served(in.rest());
    xdr::Decoder results(in.rest(), decoding_);
    results.may_take(memory);
    try {
      if (call.reader.read) call.reader.read(call.reader.context, results);
    } catch (const xdr::Error& error) {
      throw undecodable_results(procedure, peer(), error);
    }
    finish(call, nullptr);
  } catch (...) {
    finish(call, std::current_exception());
  }
}

void Link::finish(PendingCall& call, std::exception_ptr failure) {
  call.done = true;
  call.failure = std::move(failure);
  wake(call);
  remove(call);
}

void Link::on_end(std::error_code why) {
  const bool refused = why == std::errc::connection_refused && protocol_ == Protocol::udp;
  if (refused && heard_ == 0 && !others_.empty()) {
    channel_->close();
    channel_.reset();
    for (const auto& [xid, call] : calls_) has_not_left(*call);
    return run(dial(shared_from_this(), Clock::now() + timeout_));
  }
  // For the only datagram there was: nobody ran it.
  if (refused && calls_.size() == 1 && calls_.begin()->second->sent <= 1) has_not_left(*calls_.begin()->second);
  if (source_.returns) {
    source_.before = channel_->local();
    channel_->reset_when_closed();
  }
  fail(why);
}

void Link::has_not_left(PendingCall& call) {
  call.sent = 0;
  if (call.request.from) *call.request.from = transport::Address();
}

void Link::fail(std::error_code why) {
  fail([&](const PendingCall& call) {
    return broken_off(call.request.procedure, peer(), why, call.timeout(), take_back(call));
  });
}

// Each call ends, also where there is no memory to tell why.
std::exception_ptr Link::told(const ErrorOf& error_of, const PendingCall& call) {
  try {
    return std::make_exception_ptr(error_of(call));
  } catch (...) {
    return std::current_exception();
  }
}

void Link::fail(const ErrorOf& error_of) {
  failed_ = true;
  in_turn_ = false;  // nothing more is told
  ring_now();        // for those already woken; and nobody is left to wait for
  const auto calls = std::exchange(calls_, {});
  one_way_calls_ = 0;
  for (const auto& [xid, call] : calls) finish(*call, told(error_of, *call));
  if (channel_) channel_->close();
  channel_.reset();
}

asio::awaitable<void> Link::wait(PendingCall& call, TimePoint until) {
  call.until = until;
  ring_at(until);
  const auto keep = [this, &call](PendingCall::Coroutine coroutine) {
    auto slot = asio::get_associated_cancellation_slot(coroutine);
    if (slot.is_connected()) slot.assign([this, &call](asio::cancellation_type) { cancel(call); });
    call.waiting.emplace(std::move(coroutine));
  };
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(keep, asio::use_awaitable);
}

void Link::cancel(PendingCall& call) {
  if (call.done) return;
  call.cancelled = true;
  wake(call);
}

void Link::wake(PendingCall& call) {
  if (!call.waiting || std::exchange(call.goes_on, true)) return;
  call.next_to_go_on = nullptr;
  (first_woken_ ? last_woken_->next_to_go_on : first_woken_) = &call;
  last_woken_ = &call;
  if (!in_turn_) ring_now();
}

PendingCall* Link::take_woken() {
  PendingCall* const call = first_woken_;
  if (call) first_woken_ = call->next_to_go_on;
  return call;
}

void Link::go_on() try {
  while (PendingCall* const call = take_woken()) resume(*call);
} catch (...) {
  if (first_woken_) ring_at(TimePoint());
  throw;
}

void Link::resume(PendingCall& call) {
  call.goes_on = false;
  PendingCall::Coroutine coroutine = *std::exchange(call.waiting, std::nullopt);
  if (coroutine.get_executor() == executor_)
    coroutine();
  else
    asio::dispatch(std::move(coroutine));
}

void Link::ring_at(TimePoint time) {
  if (time >= alarm_at_) return;
  Alarm alarm(shared_from_this());
  alarm_at_ = TimePoint::max();  // until it is set: one set before rings now, and is set again then
  try {
    alarm_.expires_at(time);
    alarm_.async_wait(std::move(alarm));
  } catch (...) {
    alarm.forget();
    throw;
  }
  alarm_at_ = time;
}

void Link::ring_now() {
  if (std::exchange(alarm_at_, TimePoint::max()) != TimePoint::max()) alarm_.cancel();
}

void Link::on_alarm() {
  const TimePoint now = Clock::now();
  if (alarm_at_ <= now) alarm_at_ = TimePoint::max();
  const bool is_another_set = alarm_at_ != TimePoint::max();
  if (!is_another_set) wake_due(now);
  go_on();
}

// To look at many calls takes its time, which is not worth more than a tenth of all there is.
void Link::wake_due(TimePoint now) {
  constexpr std::chrono::microseconds spent_on_others_per_call{1};
  TimePoint next = TimePoint::max();
  for (const auto& [xid, call] : calls_) {
    if (!call->waiting || call->goes_on) continue;
    if (call->until > now)
      next = std::min(next, call->until);
    else
      wake(*call);
  }
  if (next == TimePoint::max()) return;
  ring_at(std::max(next, now + spent_on_others_per_call * static_cast<long>(calls_.size())));
}

void Link::abandon() {
  std::vector<PendingCall::Coroutine> never_resumed;
  const auto drop = [&](PendingCall& call) {
    asio::get_associated_cancellation_slot(*call.waiting).clear();
    never_resumed.push_back(*std::exchange(call.waiting, std::nullopt));
  };
  while (PendingCall* const call = take_woken()) drop(*call);
  for (const auto& [xid, call] : calls_)
    if (call->waiting) drop(*call);
}

}  // namespace onc::rpc
