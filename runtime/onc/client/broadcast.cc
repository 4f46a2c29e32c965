#include <onc/binding/universal_address.h>
#include <onc/client/broadcast.h>
#include <onc/client/timing.h>
#include <onc/client/xid.h>
#include <onc/message/message.h>
#include <onc/transport/broadcast.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "portmap.x.h"
#include "rpcbind.x.h"

#include <poll.h>

namespace onc::rpc {

using transport::Address;
using transport::BroadcastSocket;
using transport::Clock;
using transport::TimePoint;

namespace {

constexpr std::size_t max_arguments = 1'200;
constexpr int datagrams_at_once = 64;

constexpr Program portmap{100'000, 2, "PMAP_PROG", "PMAP_VERS"};
constexpr Procedure call_it{portmap, 5, "PMAPPROC_CALLIT"};
constexpr Program rpcbind{100'000, 4, "RPCBPROG", "RPCBVERS4"};
constexpr Procedure bcast{rpcbind, 5, "RPCBPROC_BCAST"};

xdr::Bytes encoded(xdr::EncodeRef arguments) {
  xdr::Encoder out;
  arguments(out);
  if (out.size() > max_arguments)
    throw Error(errc::record_too_long, "a broadcast carries no more than " + std::to_string(max_arguments) +
                                           " bytes of arguments, and these are " + std::to_string(out.size()));
  return xdr::to_bytes(out.bytes());
}

// A question as it goes out over one version of IP, and how its answers are wrapped.
struct Question {
  sa_family_t family;
  std::uint32_t xid;
  bool forwarded;
  xdr::Bytes message;
  std::vector<Address> to;
};

template <class Arguments>
Arguments passed_on(const Procedure& procedure, xdr::Bytes arguments) {
  return {procedure.program.number, procedure.program.version, procedure.number, std::move(arguments)};
}

xdr::Bytes question(const Procedure& procedure, const xdr::Bytes& arguments, sa_family_t family, std::uint32_t xid,
                    const BroadcastOptions& options) {
  xdr::Encoder out;
  if (options.port) {
    encode_call(out, xid, procedure, options.credential);
    out.raw(arguments);
  } else if (family == AF_INET) {
    encode_call(out, xid, call_it, options.credential);
    passed_on<portmap::call_args>(procedure, arguments).encode(out);
  } else {
    encode_call(out, xid, bcast, options.credential);
    passed_on<rpcbind::rpcb_rmtcallargs>(procedure, arguments).encode(out);
  }
  return xdr::to_bytes(out.bytes());
}

std::vector<Address> destinations(sa_family_t family, const BroadcastOptions& options) {
  const std::uint16_t port = options.port.value_or(options.portmapper_port);
  std::vector<Address> to;
  for (const std::string& text : options.to)
    if (const Address address = Address::ip(text, port); address.family() == family) to.push_back(address);
  if (!options.to.empty()) return to;
  if (family == AF_INET) return transport::broadcast_addresses(port);
  // Where servers themselves are asked there is no group that all of them hear.
  return options.port ? to : transport::portmapper_groups(port);
}

// What a portmapper passes on: the server's port and its results.
Answer unwrapped(const Address& portmapper, xdr::Decoder& in, const xdr::Limits& limits) {
  if (portmapper.family() == AF_INET) {
    const auto result = in.last<portmap::call_result>();
    if (result.port == 0 || result.port > std::numeric_limits<std::uint16_t>::max()) throw Error(errc::bad_reply, "");
    return {portmapper.with_port(static_cast<std::uint16_t>(result.port)), result.res, limits};
  }
  const auto result = in.last<rpcbind::rpcb_rmtcallres>();
  const auto server = binding::from_universal("udp6", result.addr);
  if (!server) throw Error(errc::bad_reply, "");
  return {portmapper.with_port(server->port()), result.results, limits};
}

}  // namespace

struct Broadcast::State {
  void ask();
  // Waits until something has come, or it is time to ask again or to end.
  void wait();
  // The next answer among what has come to one socket.
  std::optional<Answer> listen(std::size_t socket);
  std::optional<Answer> read(const Question& question, const BroadcastSocket::Received& received);
  bool is_new(const Address& who) { return heard.insert(who.text()).second; }

  BroadcastOptions options;
  std::vector<Question> questions;
  std::vector<BroadcastSocket> sockets;  // one for each question
  TimePoint end;
  TimePoint ask_again{};
  std::chrono::milliseconds repeat_after;
  std::set<std::string> heard;
};

Broadcast::Broadcast(const Procedure& procedure, xdr::EncodeRef arguments, BroadcastOptions options)
    : state_(std::make_unique<State>()) {
  const xdr::Bytes bytes = encoded(arguments);
  std::uint32_t xid = first_xid();
  for (const sa_family_t family : {sa_family_t{AF_INET}, sa_family_t{AF_INET6}}) {
    std::vector<Address> to = destinations(family, options);
    if (to.empty()) continue;
    state_->sockets.emplace_back(family);
    state_->questions.push_back(
        {family, ++xid, !options.port, question(procedure, bytes, family, xid, options), std::move(to)});
  }
  const ClientOptions times =
      within_range(ClientOptions{.timeout = options.duration, .retransmit_after = options.repeat_after});
  state_->end = Clock::now() + times.timeout;
  state_->repeat_after = times.retransmit_after;
  state_->options = std::move(options);
}

Broadcast::Broadcast(Broadcast&&) noexcept = default;
Broadcast& Broadcast::operator=(Broadcast&&) noexcept = default;
Broadcast::~Broadcast() = default;

std::optional<Answer> Broadcast::next() {
  State& state = *state_;
  while (Clock::now() < state.end && state.heard.size() < state.options.max_answers) {
    state.ask();
    for (std::size_t i = 0; i < state.sockets.size(); ++i)
      if (auto answer = state.listen(i)) return answer;
    state.wait();
  }
  return std::nullopt;
}

void Broadcast::State::ask() {
  if (Clock::now() < ask_again) return;
  for (std::size_t i = 0; i < sockets.size(); ++i)
    for (const Address& to : questions[i].to) sockets[i].send(questions[i].message, to);
  ask_again = Clock::now() + repeat_after;
  repeat_after = std::min(2 * repeat_after, longest_repeat_wait);
}

void Broadcast::State::wait() {
  std::array<pollfd, 2> arriving{};
  for (std::size_t i = 0; i < sockets.size(); ++i) arriving[i] = {sockets[i].descriptor(), POLLIN, 0};
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::min(ask_again, end) - Clock::now()).count();
  ::poll(arriving.data(), sockets.size(), static_cast<int>(std::max<decltype(left)>(left, 0)));
}

std::optional<Answer> Broadcast::State::read(const Question& question, const BroadcastSocket::Received& received) try {
  if (peek_reply_xid(received.message) != question.xid) return std::nullopt;
  xdr::Decoder in(received.message, options.decoding);
  if (decode_reply(in).failure) return std::nullopt;
  xdr::Decoder results(in.rest(), options.decoding);
  if (question.forwarded) return unwrapped(received.from, results, options.decoding);
  return Answer(received.from, in.rest(), options.decoding);
} catch (const std::system_error&) {
  return std::nullopt;
}

// A few at a time: a flood must not keep the clock from being looked at.
std::optional<Answer> Broadcast::State::listen(std::size_t socket) {
  for (int i = 0; i < datagrams_at_once; ++i) {
    const auto received = sockets[socket].receive();
    if (!received) return std::nullopt;
    // One host is one answer, whatever ports it makes up: it speaks from the port that was asked.
    if (received->from.port() != questions[socket].to.front().port()) continue;
    if (auto answer = read(questions[socket], *received); answer && is_new(received->from)) return answer;
  }
  return std::nullopt;
}

}  // namespace onc::rpc
