#include <onc/binding/binding.h>
#include <onc/client/client.h>
#include <onc/client/failure.h>
#include <onc/client/observation.h>
#include <onc/client/short_hand.h>
#include <onc/client/timing.h>
#include <onc/client/xid.h>
#include <onc/message/message.h>
#include <onc/transport/connect.h>
#include <onc/transport/endpoint.h>
#include <onc/transport/record.h>
#include <onc/transport/send.h>

#include <algorithm>
#include <stdexcept>
#include <thread>
#include <utility>

namespace onc::rpc {

using transport::Channel;
using transport::TimePoint;

namespace {

// One-way calls go out when they are this long together, in bytes: twice as long each time, so that the server has the
// first to do soon, and many at once where there are many.
constexpr std::size_t first_gathered = std::size_t{8} << 10;
constexpr std::size_t most_gathered = std::size_t{64} << 10;

}  // namespace

struct Client::State {
  explicit State(ClientOptions wanted) : options(within_range(std::move(wanted))) {
    if (options.observer) observers.add(*options.observer);
  }

  std::optional<transport::Endpoint> server;  // absent where the channel was given
  ClientOptions options;
  Observers observers;
  std::unique_ptr<Channel> channel;
  xdr::Encoder message;
  std::size_t arguments_at = 0;  // in the message
  ShortHand short_hand;
  const Credential* credential = nullptr;  // of the call under way,
  std::optional<Credential> in_short;      // which stands for it in the message
  std::size_t reply_size = 0;              // of the call made last; 0 while there is none
  std::uint32_t xid = first_xid();
  TimePoint last_call{};
  Procedure called{};                   // by the call under way
  CallOptions chosen;                   // for it
  std::chrono::milliseconds allowed{};  // for it, as errors say
  xdr::Encoder gathered;                // one-way calls that were not sent yet: whole records
  std::size_t gathered_enough = first_gathered;
  std::optional<xdr::Decoder> results;
  bool given_up = false;         // a channel that was given, and broke
  transport::Address came_from;  // the call under way, where it may have run and its channel broke

  TimePoint now() const { return channel ? channel->now() : transport::Clock::now(); }
  std::string peer() const { return channel ? channel->peer() : server->text(); }

  bool is_one_way() const { return chosen.one_way; }
  // For the call that begins now; notes how long that is.
  TimePoint deadline();
  // For one-way calls: sent, or left for flush().
  void post();
  void post_datagram();
  void flush(TimePoint deadline, MayHaveRun called_may_have_run);
  // The call that is written, and who is told of it.
  void call();
  void perform();
  void exchange();
  void try_once(TimePoint until);
  void write_header();
  void say_in_full();
  // Makes sure of a channel, and that it works as far as can be seen from here.
  void connect(const Procedure& procedure, TimePoint deadline);
  void drop_if_hung_up();
  void drop_broken(MayHaveRun may_have_run);
  xdr::BytesView send_and_receive(const Procedure& procedure, TimePoint deadline);
  xdr::BytesView over_stream(const Procedure& procedure, TimePoint deadline);
  xdr::BytesView over_datagrams(const Procedure& procedure, TimePoint deadline);
  std::optional<xdr::BytesView> receive_ours(TimePoint until);
  static void undecodable(const void* state, const xdr::Error& error);
  xdr::Decoder results_of(const Procedure& procedure, xdr::BytesView reply);
  // Throws Error for what went wrong underneath.
  [[noreturn]] void fail(const Procedure& procedure, std::error_code code, MayHaveRun may_have_run);
};

Client::Client(std::string_view server, ClientOptions options) : state_(std::make_unique<State>(std::move(options))) {
  state_->server = transport::Endpoint::parse(server);
}

Client::Client(std::unique_ptr<Channel> channel, ClientOptions options)
    : state_(std::make_unique<State>(std::move(options))) {
  state_->channel = std::move(channel);
}

Client::Client(const Client& other, const CallOptions& options) : state_(other.state_), options_(options) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

void Client::set_timeout(std::chrono::milliseconds timeout) {
  state_->options.timeout = timeout;
  state_->options = within_range(std::move(state_->options));
}
void Client::set_credential(Credential credential) { state_->options.credential = std::move(credential); }

void Client::call(const Procedure& procedure, xdr::EncodeRef arguments, xdr::DecodeRef results) {
  xdr::Encoder& out = begin_call(procedure);
  out.lend_large(false);  // what it writes may be gone when it returns
  arguments(out);
  if (results)
    results(end_call());
  else
    end_void_call();
}

void Client::flush() {
  state_->chosen = options_;
  state_->flush(state_->deadline(), MayHaveRun::maybe);
}

xdr::Encoder& Client::begin_call(const Procedure& procedure) {
  State& state = *state_;
  state.called = procedure;
  state.chosen = options_;
  state.credential = options_.credential ? &*options_.credential : &state.options.credential;
  state.write_header();
  state.message.keep_large(transport::sent_in_place);
  state.message.lend_large(!options_.one_way);
  return state.message;
}

// Who waits for no reply does not learn that its short hand was refused.
void Client::State::write_header() {
  message.clear();
  message.u32(0);  // room for the record mark
  in_short = is_one_way() ? std::nullopt : short_hand.of(*credential);
  encode_call(message, ++xid, called, in_short ? *in_short : *credential);
  arguments_at = message.size();
}

// The server has forgotten what it gave: the call was not run (RFC 5531 §8.2).
void Client::State::say_in_full() {
  message.gather();
  const xdr::Bytes arguments = xdr::to_bytes(message.bytes().subspan(arguments_at));
  write_header();
  message.raw(arguments);
}

xdr::Decoder& Client::end_call() {
  if (state_->is_one_way())
    throw std::logic_error(std::string(state_->called.name) + " has results, so it cannot be called one-way");
  state_->call();
  return *state_->results;
}

void Client::end_void_call() { state_->call(); }

void Client::State::call() {
  reply_size = 0;
  if (!observers.any()) return perform();
  message.gather();  // for them to look at
  ClientObservation observation(observers, called, xid, peer(), message, message.size() - arguments_at);
  try {
    perform();
    observation.replied(reply_size);
    observation.served(is_one_way() ? xdr::BytesView() : results->rest());
  } catch (const std::system_error& error) {
    observation.replied(reply_size);
    observation.failed(error);
    throw;
  }
}

void Client::State::perform() {
  if (is_one_way())
    post();
  else
    exchange();
}

void Client::State::exchange() {
  const TimePoint until = deadline();
  came_from = {};
  if (options.retrying.times == 0 || !server) return try_once(until);
  Retries retries(options.retrying, until);
  while (true) {
    try {
      return try_once(until);
    } catch (const Error& error) {
      const auto again = retries.after(error, came_from);
      if (!again) throw retries.of_all(error);
      std::this_thread::sleep_until(*again);
    }
  }
}

void Client::State::try_once(TimePoint until) {
  drop_if_hung_up();
  connect(called, until);
  if (came_from.is_ip() && !options.retrying.even_if_it_may_have_run && !(channel->local() == came_from))
    throw cannot_come_back(called, peer());
  if (!channel->takes_pieces()) message.gather();
  flush(until, MayHaveRun::no);
  try {
    results.emplace(results_of(called, send_and_receive(called, until)));
  } catch (const Error& error) {
    if (!in_short || error.code() != errc::authentication_error || short_hand.is(*in_short)) throw;
    say_in_full();
    results.emplace(results_of(called, send_and_receive(called, until)));
  }
  results->on_error(undecodable, this);
  results->may_take(channel->memory_of_message());
  results->pass_over_rest();
}

TimePoint Client::State::deadline() {
  const TimePoint begin = now();
  allowed = options.timeout;
  if (chosen.timeout) allowed = within_range(*chosen.timeout);
  if (!chosen.deadline) return begin + allowed;
  const auto until_then = time_until(*chosen.deadline, begin);
  allowed = chosen.timeout ? std::min(allowed, until_then) : until_then;
  return begin + allowed;
}

void Client::State::post() {
  // To those that wait already it is added without a look at the connection or the clock, which would be half of its
  // cost.
  if (gathered.size() == 0 || !channel) {
    drop_if_hung_up();
    connect(called, deadline());
  }
  message.gather();
  if (!channel->reliable()) return post_datagram();
  transport::set_mark(message);
  const std::size_t before = gathered.size();
  gathered.raw(message.bytes());
  if (gathered.size() < gathered_enough) return;
  try {
    const std::size_t enough_next = std::min(2 * gathered_enough, most_gathered);
    flush(deadline(), MayHaveRun::maybe);
    gathered_enough = enough_next;
  } catch (const Error&) {
    // Where none has left, this one never will, as its caller is told.
    if (gathered.size() > before) gathered.truncate(before);
    throw;
  }
}

void Client::State::post_datagram() {
  try {
    channel->send(message, deadline());
  } catch (const std::system_error& error) {
    fail(called, error.code(), MayHaveRun::no);
  }
}

// What has begun to leave may have arrived: it is not sent a second time. A call that follows them has not left yet.
void Client::State::flush(TimePoint until, MayHaveRun called_may_have_run) {
  gathered_enough = first_gathered;
  if (gathered.size() == 0) return;
  drop_if_hung_up();
  connect(called, until);
  if (now() >= until) throw broken_off(called, peer(), errc::timed_out, allowed, MayHaveRun::no);
  try {
    channel->send_records(gathered.bytes(), until);
    gathered.clear();
    gathered.shrink();
  } catch (const std::system_error& error) {
    gathered.clear();
    fail(called, error.code(), called_may_have_run);
  }
}

void Client::State::undecodable(const void* state, const xdr::Error& error) {
  const State& self = *static_cast<const State*>(state);
  throw undecodable_results(self.called, self.peer(), error);
}

void Client::State::drop_if_hung_up() {
  if (!channel || !server) return;
  const TimePoint before = std::exchange(last_call, channel->now());
  if (last_call - before > trusted_unused && channel->is_hung_up()) channel.reset();
}

// Where its call is to be known again by where it comes from.
void Client::State::drop_broken(MayHaveRun may_have_run) {
  if (channel && may_have_run != MayHaveRun::no && comes_back(options.retrying)) {
    came_from = channel->local();
    channel->reset_when_closed();
  }
  channel.reset();
}

void Client::State::connect(const Procedure& procedure, TimePoint deadline) {
  if (given_up) fail(procedure, errc::connection_lost, MayHaveRun::no);
  if (channel) return;
  try {
    const transport::Endpoint at = binding::locate(*server, procedure.program, deadline);
    channel = transport::connect(at, deadline, options.max_reply,
                                 {options.source_port, comes_back(options.retrying), came_from});
    last_call = channel->now();
  } catch (const Error& error) {
    throw not_connected(procedure, server->text(), error);
  } catch (const std::system_error& error) {
    fail(procedure, error.code(), MayHaveRun::no);
  }
}

xdr::BytesView Client::State::send_and_receive(const Procedure& procedure, TimePoint deadline) {
  return channel->reliable() ? over_stream(procedure, deadline) : over_datagrams(procedure, deadline);
}

xdr::BytesView Client::State::over_stream(const Procedure& procedure, TimePoint deadline) {
  // A record that did not leave whole is not run.
  auto may_have_run = MayHaveRun::no;
  try {
    channel->send(message, deadline);
    may_have_run = MayHaveRun::maybe;
    if (const auto reply = receive_ours(deadline)) return *reply;
  } catch (const std::system_error& error) {
    fail(procedure, error.code(), may_have_run);
  }
  fail(procedure, errc::timed_out, may_have_run);
}

// A lost call or reply is repeated with the same xid, so that the server can tell it is one call (RFC 5531 §5).
xdr::BytesView Client::State::over_datagrams(const Procedure& procedure, TimePoint deadline) {
  auto wait = options.retransmit_after;
  int sent = 0;
  try {
    do {
      channel->send(message, deadline);
      ++sent;
      if (const auto reply = receive_ours(std::min(channel->now() + wait, deadline))) return *reply;
      wait = std::min(2 * wait, longest_repeat_wait);
    } while (channel->now() < deadline);
  } catch (const std::system_error& error) {
    // "Port unreachable" for the only datagram there was: nobody ran it.
    const bool refused_at_once = error.code() == std::errc::connection_refused && sent <= 1;
    fail(procedure, error.code(), sent == 0 || refused_at_once ? MayHaveRun::no : MayHaveRun::maybe);
  }
  fail(procedure, errc::timed_out, MayHaveRun::maybe);
}

// Replies to earlier calls, given up on, and datagrams that are no reply are passed over.
std::optional<xdr::BytesView> Client::State::receive_ours(TimePoint until) {
  while (const auto reply = channel->receive(until)) {
    const auto reply_xid = peek_reply_xid(*reply);
    if (reply_xid == xid) return reply;
    if (!reply_xid && channel->reliable()) throw Error(errc::bad_reply, "");
  }
  return std::nullopt;
}

xdr::Decoder Client::State::results_of(const Procedure& procedure, xdr::BytesView reply) {
  reply_size = reply.size();
  xdr::Decoder in(reply, options.decoding);
  ReplyHeader header;
  try {
    header = decode_reply(in);
  } catch (const xdr::Error&) {
    fail(procedure, errc::bad_reply, MayHaveRun::maybe);
  }
  short_hand.learn(*credential, header);
  if (header.failure) throw refused_by_server(procedure, peer(), header);
  return xdr::Decoder(in.rest(), options.decoding);
}

void Client::State::fail(const Procedure& procedure, std::error_code code, MayHaveRun may_have_run) {
  const std::string where = peer();
  const bool reusable = channel && channel->survives(code);
  if (!reusable && server) drop_broken(may_have_run);
  if (!reusable && !server) given_up = true;
  throw broken_off(procedure, where, code, allowed, may_have_run);
}

}  // namespace onc::rpc
