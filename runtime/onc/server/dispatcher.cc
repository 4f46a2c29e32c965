#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/server/dispatcher.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace onc::rpc {

using transport::Arrival;
using transport::Verdict;

namespace {

// Of RPC version 2: six words and two empty opaque_auth (RFC 5531 §9), in bytes.
constexpr std::size_t shortest_call = 40;

}  // namespace

void Dispatcher::add(Service& service) {
  const Program& program = service.program();
  if (find(program.number, program.version))
    throw std::invalid_argument(std::string(program.name) + " version " + std::to_string(program.version) +
                                " is served already");
  services_.push_back(&service);
  programs_.push_back(program);
}

Service* Dispatcher::find(std::uint32_t program, std::uint32_t version) const {
  for (Service* service : services_)
    if (service->program().number == program && service->program().version == version) return service;
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
  else if (Service* service = find(call.program, call.version))
    serve(*service, call, in, arrival, reply);
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

void Dispatcher::serve(Service& service, const CallHeader& call, xdr::Decoder& arguments, const Arrival& arrival,
                       xdr::Encoder& reply) {
  CheckedCredential checked = check_credential(call.flavor, call.credential);
  if (checked.refused) return encode_authentication_error(reply, call.xid, *checked.refused);
  const Caller caller{arrival.protocol, arrival.peer, arrival.local, arrival.peer_uid, std::move(checked.sys)};
  const std::size_t start = reply.size();
  run(service, call, arguments, caller, reply);
  if (reply.size() - start <= arrival.max_reply) return;
  reply.truncate(start);
  failed(service, call, "the reply is longer than its transport carries");
  encode_system_error(reply, call.xid);
}

// Each way a handler can end has one answer (RFC 5531 §9). What it had written is forgotten where it failed.
void Dispatcher::run(Service& service, const CallHeader& call, xdr::Decoder& arguments, const Caller& caller,
                     xdr::Encoder& reply) {
  const std::size_t start = reply.size();
  encode_success(reply, call.xid);
  try {
    service.dispatch(call.procedure, arguments, reply, caller);
    return;
  } catch (const NoReply&) {
    reply.truncate(start);
    return;
  } catch (const Refusal& refusal) {
    reply.truncate(start);
    return encode_authentication_error(reply, call.xid, refusal.why);
  } catch (const std::system_error& error) {
    reply.truncate(start);
    // Only until the arguments are read is it the dispatch code that speaks: a handler may be a client itself, and
    // what it is told is not about our arguments or procedures.
    if (!arguments.finished()) {
      if (error.code() == errc::procedure_unavailable) return encode_procedure_unavailable(reply, call.xid);
      if (error.code().category() == xdr::category()) return encode_garbage_arguments(reply, call.xid);
    }
    failed(service, call, error.what());
  } catch (const std::exception& error) {
    reply.truncate(start);
    failed(service, call, error.what());
  } catch (...) {
    reply.truncate(start);
    failed(service, call, "it threw what is no std::exception");
  }
  encode_system_error(reply, call.xid);
}

void Dispatcher::failed(const Service& service, const CallHeader& call, const std::string& what) const {
  if (on_failure_) on_failure_(service.program(), call.procedure, what);
}

}  // namespace onc::rpc
