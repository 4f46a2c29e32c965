#include <onc/message/message.h>

#include "rpc_message.x.h"

namespace onc::rpc {

using namespace rpc_message;

void encode_call(xdr::Encoder& out, std::uint32_t xid, const Procedure& procedure, const Credential& credential) {
  // A call_header and the parts of call_body one by one: making one would copy the credential for every call.
  auto run = out.run(28);
  run.u32(xid);
  run.i32(static_cast<std::int32_t>(msg_type::CALL));
  run.u32(RPC_VERSION);
  run.u32(procedure.program.number);
  run.u32(procedure.program.version);
  run.u32(procedure.number);
  run.i32(credential.flavor());
  out.opaque(credential.body(), MAX_AUTH_BYTES);
  out.fields(auth_flavor::none, 0);  // the verifier, and its length
}

namespace {

// What comes before the credential's body, in bytes.
constexpr std::size_t fixed_part = 32;

// The body of an opaque_auth, left where it is. False where it breaks the RFC's bound or is not padded with zeros.
bool read_body(xdr::Decoder& in, std::uint32_t size, xdr::BytesView& body) {
  if (size == 0) return true;
  if (size > MAX_AUTH_BYTES) return false;
  try {
    body = in.raw(size);
  } catch (const xdr::Error& error) {
    if (error.code() != xdr::errc::nonzero_padding) throw;
    return false;
  }
  return true;
}

bool read_verifier(xdr::Decoder& in) {
  auto run = in.run(8);
  run.u32();  // its flavor: no server of ours asks for one
  xdr::BytesView body;
  return read_body(in, run.u32(), body);
}

bool is_call(std::int32_t type) { return type == static_cast<std::int32_t>(msg_type::CALL); }

// No call of our version, or not all of one.
void decode_short_call(xdr::Decoder& in, CallHeader& call) {
  call.xid = in.u32();
  call.is_call = is_call(in.i32());
  if (!call.is_call) return;
  call.rpc_version = in.u32();
  if (call.rpc_version == RPC_VERSION) in.run(fixed_part);  // throws
}

}  // namespace

void decode_call(xdr::Decoder& in, CallHeader& call) {
  if (in.rest().size() < fixed_part) return decode_short_call(in, call);
  auto run = in.run(fixed_part);
  call.xid = run.u32();
  call.is_call = is_call(run.i32());
  call.rpc_version = run.u32();
  if (!call.is_call || call.rpc_version != RPC_VERSION) return;
  call.program = run.u32();
  call.version = run.u32();
  call.procedure = run.u32();
  call.flavor = run.i32();
  if (!read_body(in, run.u32(), call.credential))
    call.refused = AuthStatus::bad_credential;
  else if (!read_verifier(in))
    call.refused = AuthStatus::bad_verifier;
}

}  // namespace onc::rpc
