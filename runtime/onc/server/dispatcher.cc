#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/server/async_service.h>
#include <onc/server/dispatcher.h>
#include <onc/server/handler_failure.h>
#include <onc/server/observation.h>
#include <onc/transport/endpoint.h>

#include <algorithm>
#include <cassert>
#include <optional>
#include <stdexcept>

namespace onc::rpc {

using transport::Arrival;
using transport::Verdict;

namespace {

// Of RPC version 2: six words and two empty opaque_auth (RFC 5531 §9), in bytes.
constexpr std::size_t shortest_call = 40;

void check_numbers(const Program& program, const char* option, const std::set<std::uint32_t>& procedures) {
  for (const std::uint32_t procedure : procedures)
    if (program.prints && procedure != 0 && !program.prints->find(procedure))
      throw std::invalid_argument("ServiceOptions::" + std::string(option) + " names procedure " +
                                  std::to_string(procedure) + ", which " + program.name + " version " +
                                  std::to_string(program.version) + " has not");
}

// Their callers would wait until their time is up.
void check_have_no_results(const Program& program, const std::set<std::uint32_t>& one_way) {
  for (const std::uint32_t procedure : one_way) {
    const CallPrint* print = program.prints ? program.prints->find(procedure) : nullptr;
    if (print && print->results)
      throw std::invalid_argument("ServiceOptions::one_way names procedure " + std::to_string(procedure) + ", " +
                                  print->name + " of " + program.name + " version " + std::to_string(program.version) +
                                  ", which has a result: leave it out, or make that void in the .x");
  }
}

// False where it is refused.
bool take(CheckedCredential checked, Caller& caller, AuthStatus& why) {
  if (checked.refused) why = *checked.refused;
  caller.sys = std::move(checked.sys);
  caller.principal = std::move(checked.principal);
  return !checked.refused;
}

}  // namespace

void Dispatcher::add(Service& service, ServiceOptions options) {
  add({.program = service.program(), .service = &service, .options = std::move(options)});
}
void Dispatcher::add(AsyncService& service, ServiceOptions options) {
  if (options.on_workers)
    throw std::invalid_argument("ServiceOptions::on_workers is for handlers that block, and those of " +
                                std::string(service.program().name) +
                                ", an AsyncServer, are coroutines: leave it out, or derive from Server");
  add({.program = service.program(), .async_service = &service, .options = std::move(options)});
}

void Dispatcher::add(Served served) {
  const Program& program = served.program;
  if (find(program.number, program.version))
    throw std::invalid_argument(std::string(program.name) + " version " + std::to_string(program.version) +
                                " is served already");
  check_numbers(program, "idempotent", served.options.idempotent);
  check_numbers(program, "one_way", served.options.one_way);
  check_have_no_results(program, served.options.one_way);
  programs_.push_back(program);
  // Whoever looks whether there is a server calls procedure 0 (RFC 5531 §12.1).
  served.options.idempotent.insert(0);
  served.options.one_way.erase(0);
  served_.push_back(std::move(served));
}

const Dispatcher::Served* Dispatcher::find(std::uint32_t program, std::uint32_t version) const {
  for (const Served& served : served_)
    if (served.program.number == program && served.program.version == version) return &served;
  return nullptr;
}

Verdict Dispatcher::answer(xdr::BytesView message, const Arrival& arrival, xdr::Encoder& reply) {
  xdr::Decoder in(message, limits_);
  in.may_take(arrival.memory);
  CallHeader call;
  try {
    decode_call(in, call);
  } catch (const xdr::Error&) {
    // The RFC has no answer, for there is no xid to give it.
    return drop(arrival, "its message is too short for the header of a call (RFC 5531 §9)");
  }
  if (!call.is_call) return drop(arrival, "its message is not a call (RFC 5531 §9)");
  // Whoever forges a sender's address must not get more sent there than it spends itself.
  if (arrival.protocol == transport::Protocol::udp && message.size() < shortest_call)
    return drop(arrival, "its datagram is shorter than any call (RFC 5531 §9)");
  const Served* served = call.rpc_version == 2 && !call.refused ? find(call.program, call.version) : nullptr;
  if (observers_.any())
    answer_seen(served, {message, call, arrival}, in, reply);
  else
    answer(served, {message, call, arrival}, in, reply);
  return Verdict::carry_on;
}

void Dispatcher::answer(const Served* served, const Received& received, xdr::Decoder& arguments, xdr::Encoder& reply) {
  const CallHeader& call = received.header;
  if (call.rpc_version != 2)
    encode_rpc_mismatch(reply, call.xid);
  else if (call.refused)
    encode_authentication_error(reply, call.xid, *call.refused);
  else if (served)
    serve(*served, received, arguments, reply);
  else
    refuse_program(call, reply);
}

void Dispatcher::answer_seen(const Served* served, Received received, xdr::Decoder& arguments, xdr::Encoder& reply) {
  const std::size_t start = reply.size();
  std::optional<Observation> seen;
  seen.emplace(observers_, received.header, served ? &served->program : nullptr, received.message, arguments.rest(),
               received.arrival);
  received.seen = &seen;
  answer(served, received, arguments, reply);
  if (!seen) return;  // it ends later
  reply.gather();     // for them to look at
  seen->end(reply.bytes().subspan(start));
}

Verdict Dispatcher::drop(const Arrival& arrival, const char* why) const {
  if (!observers_.none()) observers_.refused(transport::Endpoint::at(arrival.protocol, arrival.peer).text(), why);
  return Verdict::drop;
}

void Dispatcher::refuse_program(const CallHeader& call, xdr::Encoder& reply) const {
  std::optional<VersionRange> versions;
  for (const Program& program : programs_) {
    if (program.number != call.program) continue;
    if (!versions) versions = VersionRange{program.version, program.version};
    versions->low = std::min(versions->low, program.version);
    versions->high = std::max(versions->high, program.version);
  }
  if (versions)
    encode_program_mismatch(reply, call.xid, *versions);
  else
    encode_program_unavailable(reply, call.xid);
}

Dispatcher::Call::Call(const Served& served, const Received& received)
    : program(served.program),
      procedure(received.header.procedure),
      xid(received.header.xid),
      max_reply(received.arrival.max_reply),
      one_way(served.options.one_way.contains(procedure)),
      later(received.arrival.later),
      seen(received.seen) {}

void Dispatcher::serve(const Served& served, const Received& received, xdr::Decoder& arguments, xdr::Encoder& reply) {
  const auto& header = received.header;
  const auto& arrival = received.arrival;
  Call call(served, received);
  if (call.one_way) stay_silent(call, "it is one-way");
  Caller caller(arrival.protocol, arrival.peer, arrival.local, arrival.peer_uid);
  caller.until = (arrival.came ? *arrival.came : transport::about_now()) + patience_;
  AuthStatus why{};
  if (!check(call, header, caller, why)) return refuse(call, why, reply);
  if (is_repeat(call, served, received, reply)) return;
  if (served.async_service || (served.options.on_workers && workers_))
    return start(served, std::move(call), std::move(caller), received, arguments, reply);
  run(*served.service, call, arguments, caller, reply);
}

bool Dispatcher::is_repeat(Call& call, const Served& served, const Received& received, xdr::Encoder& reply) {
  const transport::Protocol protocol = received.arrival.protocol;
  const bool over_udp = protocol == transport::Protocol::udp && !replies_.is_off();
  const bool over_tcp = protocol == transport::Protocol::tcp && served.options.once_across_connections &&
                        across_connections_ && !across_connections_->is_off();
  if ((!over_udp && !over_tcp) || served.options.idempotent.contains(call.procedure)) return false;
  return over_udp ? is_repeated_datagram(call, received, reply) : is_repeated_over_tcp(call, received, reply);
}

bool Dispatcher::is_repeated_datagram(Call& call, const Received& received, xdr::Encoder& reply) {
  call.remembered_as = replies_.identify(received.arrival.peer, received.message);
  const auto first = replies_.find(*call.remembered_as, transport::Clock::now());
  if (!first) return false;
  reply.raw(first->reply);
  tell_again(call, first->state, reply);
  return true;
}

bool Dispatcher::is_repeated_over_tcp(Call& call, const Received& received, xdr::Encoder& reply) {
  assert(received.arrival.later);
  const ReplyCache::Call same = across_connections_->identify(received.arrival.peer, received.message);
  const auto first = across_connections_->find(same, {*received.arrival.later, received.seen}, reply);
  if (!first) {
    call.across_connections.emplace(*across_connections_, same);
    return false;
  }
  tell_again(call, *first, reply);
  return true;
}

// Its caller is to know at once that there is nothing to wait for.
void Dispatcher::tell_again(const Call& call, ReplyCache::First::State first, xdr::Encoder& reply) const {
  using State = ReplyCache::First::State;
  if (first == State::running) stay_silent(call, "it is repeated while it still runs");
  if (first == State::answered) stay_silent(call, "it is repeated, and was not answered before either");
  if (first != State::answer_lost) return;
  explain(call, "it is repeated, and its reply was too long to be remembered");
  encode_system_error(reply, call.xid);
}

bool Dispatcher::check(Call& call, const CallHeader& header, Caller& caller, AuthStatus& why) {
  if (!check_) return check_known_flavors(call, header, caller, why);
  why = AuthStatus::failed;
  try {
    return take(check_({call.program, call.procedure, header.flavor, header.credential, caller.protocol, caller.peer,
                        caller.peer_uid}),
                caller, why);
  } catch (const Refusal& refusal) {
    why = refusal.why;
  } catch (const std::exception& error) {
    explain(call, error.what());
  } catch (...) {
    explain(call, "the check of its credential threw what is no std::exception");
  }
  return false;
}

bool Dispatcher::check_known_flavors(Call& call, const CallHeader& header, Caller& caller, AuthStatus& why) {
  if (header.flavor == auth_flavor::none) return true;
  if (header.flavor == auth_flavor::short_hand)
    if (const auto sys = short_hands_.find(caller.peer, header.credential))
      return take(check_credential(auth_flavor::sys, *sys), caller, why);
  const bool is_served = take(check_credential(header.flavor, header.credential), caller, why);
  if (caller.sys && !short_hands_.is_off()) call.short_hand = short_hands_.give(caller.peer, header.credential);
  return is_served;
}

void Dispatcher::begin_success(const Call& call, xdr::Encoder& reply) {
  if (call.one_way) return;
  if (call.short_hand.empty())
    encode_success(reply, call.xid);
  else
    encode_success(reply, call.xid, call.short_hand);
}

void Dispatcher::run(Service& service, Call& call, xdr::Decoder& arguments, const Caller& caller, xdr::Encoder& reply) {
  const std::size_t start = reply.size();
  begin_success(call, reply);
  try {
    service.dispatch(call.procedure, arguments, reply, caller);
    succeed(call, start, reply);
  } catch (...) {
    fail(call, HandlerFailure::of(std::current_exception(), arguments.finished()), start, reply);
  }
  if (call.across_connections) reply.gather();
  remember(call, reply.bytes().subspan(start), arguments.finished());
}

void Dispatcher::remember(Call& call, xdr::BytesView reply, bool has_run) {
  if (call.remembered_as && has_run) replies_.finish(*call.remembered_as, reply, transport::Clock::now());
  if (!call.across_connections) return;
  if (has_run)
    call.across_connections->finish(reply);
  else
    call.across_connections->refuse(reply);
}

void Dispatcher::succeed(const Call& call, std::size_t start, xdr::Encoder& reply) const {
  if (call.one_way) return reply.truncate(start);
  if (reply.size() - start <= call.max_reply) return;
  reply.truncate(start);
  explain(call, "the reply is longer than the " + std::to_string(call.max_reply) +
                    " bytes that its transport carries (ServerOptions::max_record; over UDP 65507)");
  encode_system_error(reply, call.xid);
}

// What it had written is forgotten where it failed.
void Dispatcher::fail(const Call& call, const HandlerFailure& failure, std::size_t start, xdr::Encoder& reply) const {
  reply.truncate(start);
  write(call, failure, reply);
  if (call.one_way) reply.truncate(start);
  if (!call.seen || !*call.seen) return;
  if (call.one_way) (*call.seen)->fails(failure.code());
  const bool says_more = failure.answer != HandlerFailure::Answer::procedure_unavailable && !failure.what.empty();
  if (says_more) (*call.seen)->because(failure.what);
}

void Dispatcher::write(const Call& call, const HandlerFailure& failure, xdr::Encoder& reply) const {
  using Answer = HandlerFailure::Answer;
  const bool is_told = failure.answer == Answer::system_error || call.one_way;
  if (is_told && !failure.what.empty()) tell(call, failure.what);
  switch (failure.answer) {
    case Answer::none: return stay_silent(call, "its handler chose to send no reply");
    case Answer::pieces: return write_in_pieces(call, failure.more, reply);
    case Answer::refusal: return refuse(call, failure.why, reply);
    case Answer::procedure_unavailable: return encode_procedure_unavailable(reply, call.xid);
    case Answer::garbage_arguments: return encode_garbage_arguments(reply, call.xid);
    case Answer::system_error: return encode_system_error(reply, call.xid);
  }
}

// Where the first piece is all there is, the reply is like any other.
void Dispatcher::write_in_pieces(const Call& call, const MoreResults& more, xdr::Encoder& reply) const {
  if (call.one_way) return;
  const std::size_t start = reply.size();
  begin_success(call, reply);
  try {
    bool is_more = more(reply);
    if (is_more && call.later && !call.across_connections && call.later->go_on_with(more)) return;
    while (is_more && reply.size() - start <= call.max_reply) is_more = more(reply);
    succeed(call, start, reply);
  } catch (...) {
    reply.truncate(start);
    write(call, HandlerFailure::of(std::current_exception(), true), reply);
  }
}

void Dispatcher::refuse(const Call& call, AuthStatus why, xdr::Encoder& reply) const {
  if (!call.one_way) return encode_authentication_error(reply, call.xid, why);
  if (call.seen && *call.seen) {
    (*call.seen)->fails(errc::authentication_error);
    (*call.seen)->because(name(why));
  }
  tell(call, std::string("its caller is refused: ") + name(why));
}

void Dispatcher::stay_silent(const Call& call, const char* why) {
  if (call.seen && *call.seen) (*call.seen)->stays_silent(why);
}

void Dispatcher::explain(const Call& call, const std::string& what) const {
  if (call.seen && *call.seen) (*call.seen)->because(what);
  tell(call, what);
}

void Dispatcher::tell(const Call& call, const std::string& what) const {
  if (!on_failure_) return;
  try {
    on_failure_(call.program, call.procedure, what);
  } catch (...) {  // the caller is to have its answer
  }
}

}  // namespace onc::rpc
