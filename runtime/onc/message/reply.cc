#include <onc/message/message.h>

#include "rpc_message.x.h"

namespace onc::rpc {

using namespace rpc_message;

namespace {

void encode_reply(xdr::Encoder& out, std::uint32_t xid, reply_body body) {
  encode(out, reply_message{xid, msg_type::REPLY, std::move(body)});
}

void encode_accepted(xdr::Encoder& out, std::uint32_t xid, accepted_data data) {
  encode_reply(out, xid, reply_body::with_areply({opaque_auth{}, std::move(data)}));
}

errc failure_of(accept_stat stat) {
  switch (stat) {
    case accept_stat::PROG_UNAVAIL: return errc::program_unavailable;
    case accept_stat::PROG_MISMATCH: return errc::version_mismatch;
    case accept_stat::PROC_UNAVAIL: return errc::procedure_unavailable;
    case accept_stat::GARBAGE_ARGS: return errc::garbage_arguments;
    case accept_stat::SUCCESS:
    case accept_stat::SYSTEM_ERR: break;
  }
  return errc::system_error;
}

ReplyHeader accepted(accepted_reply accepted) {
  ReplyHeader reply;
  reply.verifier_flavor = accepted.verf.flavor;
  reply.verifier = std::move(accepted.verf.body);
  const accepted_data& data = accepted.reply_data;
  if (data.stat() == accept_stat::SUCCESS) return reply;
  reply.failure = failure_of(data.stat());
  if (data.stat() == accept_stat::PROG_MISMATCH) reply.versions = {data.mismatch_info().low, data.mismatch_info().high};
  return reply;
}

ReplyHeader denied(const rejected_reply& rejected) {
  ReplyHeader reply;
  if (rejected.stat() == reject_stat::RPC_MISMATCH) {
    reply.failure = errc::rpc_mismatch;
    reply.versions = {rejected.mismatch_info().low, rejected.mismatch_info().high};
  } else {
    reply.failure = errc::authentication_error;
    reply.why_refused = rejected.why();
  }
  return reply;
}

std::string range(VersionRange versions) {
  if (versions.low == versions.high) return "version " + std::to_string(versions.low);
  return "versions " + std::to_string(versions.low) + " to " + std::to_string(versions.high);
}

std::string detail(const ReplyHeader& reply) {
  switch (*reply.failure) {
    case errc::version_mismatch: return ", but " + range(reply.versions);
    case errc::rpc_mismatch: return ", but " + range(reply.versions);
    case errc::authentication_error: return std::string(" (") + name(static_cast<AuthStatus>(reply.why_refused)) + ")";
    default: return "";
  }
}

}  // namespace

std::string why_not_served(const ReplyHeader& reply) {
  if (!reply.failure) return "";
  return category().message(static_cast<int>(*reply.failure)) + detail(reply);
}

void encode_success(xdr::Encoder& out, std::uint32_t xid) { encode_accepted(out, xid, accept_stat::SUCCESS); }

void encode_success(xdr::Encoder& out, std::uint32_t xid, xdr::BytesView short_hand) {
  opaque_auth verifier{auth_flavor::short_hand, xdr::to_bytes(short_hand)};
  encode_reply(out, xid, reply_body::with_areply({std::move(verifier), accept_stat::SUCCESS}));
}

void encode_program_unavailable(xdr::Encoder& out, std::uint32_t xid) {
  encode_accepted(out, xid, accept_stat::PROG_UNAVAIL);
}

void encode_program_mismatch(xdr::Encoder& out, std::uint32_t xid, VersionRange versions) {
  encode_accepted(out, xid, accepted_data::with_mismatch_info({versions.low, versions.high}));
}

void encode_procedure_unavailable(xdr::Encoder& out, std::uint32_t xid) {
  encode_accepted(out, xid, accept_stat::PROC_UNAVAIL);
}

void encode_garbage_arguments(xdr::Encoder& out, std::uint32_t xid) {
  encode_accepted(out, xid, accept_stat::GARBAGE_ARGS);
}

void encode_system_error(xdr::Encoder& out, std::uint32_t xid) { encode_accepted(out, xid, accept_stat::SYSTEM_ERR); }

void encode_rpc_mismatch(xdr::Encoder& out, std::uint32_t xid) {
  encode_reply(out, xid, reply_body::with_rreply(rejected_reply::with_mismatch_info({RPC_VERSION, RPC_VERSION})));
}

void encode_authentication_error(xdr::Encoder& out, std::uint32_t xid, AuthStatus why) {
  encode_reply(out, xid, reply_body::with_rreply(rejected_reply::with_why(static_cast<std::int32_t>(why))));
}

std::optional<std::uint32_t> peek_reply_xid(xdr::BytesView message) {
  if (message.size() < 8) return std::nullopt;
  xdr::Decoder in(message);
  const std::uint32_t xid = in.u32();
  if (in.i32() != static_cast<std::int32_t>(msg_type::REPLY)) return std::nullopt;
  return xid;
}

ReplyHeader decode_reply(xdr::Decoder& in) {
  reply_message reply;
  decode(in, reply);
  if (reply.mtype != msg_type::REPLY) throw xdr::Error(xdr::errc::no_such_enumerator, "msg_type", 4);
  if (reply.body.stat() == reply_stat::MSG_ACCEPTED) return accepted(reply.body.areply());
  return denied(reply.body.rreply());
}

}  // namespace onc::rpc
