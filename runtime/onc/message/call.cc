#include <onc/message/message.h>

#include "rpc_message.x.h"

namespace onc::rpc {

using namespace rpc_message;

void encode_call(xdr::Encoder& out, std::uint32_t xid, const Procedure& procedure, const Credential& credential) {
  encode(out, call_header{xid, msg_type::CALL, RPC_VERSION});
  auto run = out.run(12);
  run.u32(procedure.program.number);
  run.u32(procedure.program.version);
  run.u32(procedure.number);
  // The parts of call_body one by one: making one would copy the credential for every call.
  out.i32(credential.flavor());
  out.opaque(credential.body(), MAX_AUTH_BYTES);
  encode(out, opaque_auth{});
}

namespace {

// An opaque_auth left where it is. False where it breaks the RFC's bound or is not padded with zeros.
bool read_auth(xdr::Decoder& in, std::int32_t& flavor, xdr::BytesView& body) {
  auto run = in.run(8);
  flavor = run.i32();
  const std::uint32_t size = run.u32();
  if (size > MAX_AUTH_BYTES) return false;
  try {
    body = in.raw(size);
  } catch (const xdr::Error& error) {
    if (error.code() != xdr::errc::nonzero_padding) throw;
    return false;
  }
  return true;
}

}  // namespace

void decode_call(xdr::Decoder& in, CallHeader& call) {
  call.xid = in.u32();
  call.is_call = in.i32() == static_cast<std::int32_t>(msg_type::CALL);
  if (!call.is_call) return;
  call.rpc_version = in.u32();
  if (call.rpc_version != RPC_VERSION) return;
  auto run = in.run(12);
  call.program = run.u32();
  call.version = run.u32();
  call.procedure = run.u32();
  std::int32_t verifier_flavor = 0;
  xdr::BytesView verifier;
  if (!read_auth(in, call.flavor, call.credential))
    call.refused = AuthStatus::bad_credential;
  else if (!read_auth(in, verifier_flavor, verifier))
    call.refused = AuthStatus::bad_verifier;
}

}  // namespace onc::rpc
