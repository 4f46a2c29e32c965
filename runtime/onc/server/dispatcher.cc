#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/server/async_service.h>
#include <onc/server/dispatcher.h>
#include <onc/transport/late_reply.h>
#include <onc/transport/record.h>

#include <asio/co_spawn.hpp>

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

}  // namespace

void Dispatcher::add(Service& service) { add({.program = service.program(), .service = &service}); }
void Dispatcher::add(AsyncService& service) { add({.program = service.program(), .async_service = &service}); }

void Dispatcher::add(const Served& served) {
  const Program& program = served.program;
  if (find(program.number, program.version))
    throw std::invalid_argument(std::string(program.name) + " version " + std::to_string(program.version) +
                                " is served already");
  served_.push_back(served);
  programs_.push_back(program);
}

const Dispatcher::Served* Dispatcher::find(std::uint32_t program, std::uint32_t version) const {
  for (const Served& served : served_)
    if (served.program.number == program && served.program.version == version) return &served;
  return nullptr;
}

Verdict Dispatcher::answer(xdr::BytesView message, const Arrival& arrival, xdr::Encoder& reply) {
  xdr::Decoder in(message, limits_);
  CallHeader call;
  try {
    call = decode_call(in);
  } catch (const xdr::Error&) {
    return Verdict::drop;  // not even a call's header: the RFC has no answer, for there is no xid to give it
  }
  if (!call.is_call) return Verdict::drop;
  // Whoever forges a sender's address must not get more sent there than it spends itself.
  if (arrival.protocol == transport::Protocol::udp && message.size() < shortest_call) return Verdict::drop;
  if (call.rpc_version != 2)
    encode_rpc_mismatch(reply, call.xid);
  else if (call.refused)
    encode_authentication_error(reply, call.xid, *call.refused);
  else if (const Served* served = find(call.program, call.version))
    serve(*served, call, in, arrival, reply);
  else
    refuse_program(call, reply);
  return Verdict::carry_on;
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

void Dispatcher::serve(const Served& served, const CallHeader& header, xdr::Decoder& arguments, const Arrival& arrival,
                       xdr::Encoder& reply) {
  CheckedCredential checked = check_credential(header.flavor, header.credential);
  if (checked.refused) return encode_authentication_error(reply, header.xid, *checked.refused);
  const Call call{served.program, header.procedure, header.xid, arrival.max_reply};
  if (served.async_service) {
    assert(arrival.later);
    return start(*served.async_service, std::make_unique<LateCall>(*this, call, arrival, std::move(checked.sys)),
                 arguments, *arrival.later, reply);
  }
  const Caller caller{arrival.protocol, arrival.peer, arrival.local, arrival.peer_uid, std::move(checked.sys)};
  run(*served.service, call, arguments, caller, reply);
}

void Dispatcher::run(Service& service, const Call& call, xdr::Decoder& arguments, const Caller& caller,
                     xdr::Encoder& reply) {
  const std::size_t start = reply.size();
  encode_success(reply, call.xid);
  try {
    service.dispatch(call.procedure, arguments, reply, caller);
    succeed(call, start, reply);
  } catch (...) {
    fail(call, std::current_exception(), arguments.finished(), start, reply);
  }
}

// A call whose handler is a coroutine, and all that lives as long.
class Dispatcher::LateCall {
 public:
  LateCall(const Dispatcher& dispatcher, const Call& call, const Arrival& arrival, std::optional<SysParameters> sys)
      : dispatcher_(dispatcher),
        call_(call),
        peer_(arrival.peer),
        local_(arrival.local),
        caller_{arrival.protocol, peer_, local_, arrival.peer_uid, std::move(sys)} {
    reply_.u32(0);  // room for the record mark
    encode_success(reply_, call.xid);
  }

  const Call& call() const { return call_; }
  const Caller& caller() const { return caller_; }
  xdr::Encoder& reply() { return reply_; }
  void reply_by(std::unique_ptr<transport::LateReply> back) { back_ = std::move(back); }

  void finish(std::exception_ptr failure) {
    if (failure)
      dispatcher_.fail(call_, std::move(failure), true, transport::mark_size, reply_);
    else
      dispatcher_.succeed(call_, transport::mark_size, reply_);
    if (reply_.size() != transport::mark_size) back_->send(std::move(reply_));
  }

 private:
  const Dispatcher& dispatcher_;
  Call call_;
  transport::Address peer_;
  transport::Address local_;
  Caller caller_;
  xdr::Encoder reply_;
  std::unique_ptr<transport::LateReply> back_;
};

void Dispatcher::start(AsyncService& service, std::unique_ptr<LateCall> late, xdr::Decoder& arguments,
                       transport::Deferring& later, xdr::Encoder& reply) {
  std::optional<asio::awaitable<void>> handler;
  try {
    handler.emplace(service.dispatch(late->call().procedure, arguments, late->reply(), late->caller()));
  } catch (...) {
    return fail(late->call(), std::current_exception(), arguments.finished(), reply.size(), reply);
  }
  auto back = later.defer();
  const auto executor = back->executor();
  late->reply_by(std::move(back));
  asio::co_spawn(executor, std::move(*handler), [late = std::move(late)](std::exception_ptr failure) {
    try {
      late->finish(std::move(failure));
    } catch (const std::exception&) {  // no memory for the reply: this caller's loss only
    }
  });
}

void Dispatcher::succeed(const Call& call, std::size_t start, xdr::Encoder& reply) const {
  if (reply.size() - start <= call.max_reply) return;
  reply.truncate(start);
  tell(call, "the reply is longer than its transport carries");
  encode_system_error(reply, call.xid);
}

// Each way a handler can end has one answer (RFC 5531 §9). What it had written is forgotten where it failed.
void Dispatcher::fail(const Call& call, std::exception_ptr why, bool arguments_were_read, std::size_t start,
                      xdr::Encoder& reply) const {
  reply.truncate(start);
  try {
    std::rethrow_exception(std::move(why));
  } catch (const NoReply&) {
    return;
  } catch (const Refusal& refusal) {
    return encode_authentication_error(reply, call.xid, refusal.why);
  } catch (const std::system_error& error) {
    // Only until the arguments are read is it the dispatch code that speaks: a handler may be a client itself, and
    // what it is told is not about our arguments or procedures.
    if (!arguments_were_read) {
      if (error.code() == errc::procedure_unavailable) return encode_procedure_unavailable(reply, call.xid);
      if (error.code().category() == xdr::category()) return encode_garbage_arguments(reply, call.xid);
    }
    tell(call, error.what());
  } catch (const std::exception& error) {
    tell(call, error.what());
  } catch (...) {
    tell(call, "it threw what is no std::exception");
  }
  encode_system_error(reply, call.xid);
}

void Dispatcher::tell(const Call& call, const std::string& what) const {
  if (on_failure_) on_failure_(call.program, call.procedure, what);
}

}  // namespace onc::rpc
