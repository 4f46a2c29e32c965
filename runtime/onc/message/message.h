// Call and reply headers (RFC 5531 §9), on stubs that idlc makes from idl/rpc_message.x.
#pragma once

#include <onc/auth/auth.h>
#include <onc/rpc/error.h>
#include <onc/rpc/program.h>
#include <onc/xdr/decoder.h>
#include <onc/xdr/encoder.h>

#include <cstdint>
#include <optional>
#include <string>

namespace onc::rpc {

// The versions a server has, for PROG_MISMATCH and RPC_MISMATCH.
struct VersionRange {
  std::uint32_t low = 0;
  std::uint32_t high = 0;
};

// Writes a call up to its arguments. The verifier is AUTH_NONE.
void encode_call(xdr::Encoder& out, std::uint32_t xid, const Procedure& procedure, const Credential& credential);

// What a call's header says.
struct CallHeader {
  std::uint32_t xid = 0;
  bool is_call = false;           // else none of the rest was read
  std::uint32_t rpc_version = 0;  // other than 2: none of the rest was read
  // The credential or verifier is over 400 bytes (RFC 5531 §8.2) or badly padded: none of the rest was read.
  std::optional<AuthStatus> refused;
  std::uint32_t program = 0;
  std::uint32_t version = 0;
  std::uint32_t procedure = 0;
  std::int32_t flavor = 0;
  xdr::BytesView credential;  // lies in the decoder's bytes
};

// Reads a call up to its arguments into `call`, a new one. Throws xdr::Error where it is not even that.
void decode_call(xdr::Decoder& in, CallHeader& call);

// Each writes a whole reply; results follow the first.
void encode_success(xdr::Encoder& out, std::uint32_t xid);
// With a verifier of AUTH_SHORT: what the caller may say of itself from now on, at most 400 bytes (RFC 5531 §8.2).
void encode_success(xdr::Encoder& out, std::uint32_t xid, xdr::BytesView short_hand);
void encode_program_unavailable(xdr::Encoder& out, std::uint32_t xid);
void encode_program_mismatch(xdr::Encoder& out, std::uint32_t xid, VersionRange versions);
void encode_procedure_unavailable(xdr::Encoder& out, std::uint32_t xid);
void encode_garbage_arguments(xdr::Encoder& out, std::uint32_t xid);
void encode_system_error(xdr::Encoder& out, std::uint32_t xid);
void encode_rpc_mismatch(xdr::Encoder& out, std::uint32_t xid);
void encode_authentication_error(xdr::Encoder& out, std::uint32_t xid, AuthStatus why);

// What a reply's header says.
struct ReplyHeader {
  std::optional<errc> failure;   // nothing: the results follow
  VersionRange versions;         // with version_mismatch and rpc_mismatch
  std::int32_t why_refused = 0;  // with authentication_error: auth_stat
  std::int32_t verifier_flavor = 0;
  xdr::Bytes verifier = {};  // its body
};

// Why the call was not served, where it was not: "the server refused the credential (AUTH_TOOWEAK)".
std::string why_not_served(const ReplyHeader& reply);

// Only the xid, to tell a late reply to another call. Nothing where the bytes are no reply.
std::optional<std::uint32_t> peek_reply_xid(xdr::BytesView message);

// Reads a reply up to its results. Throws xdr::Error where it is not one.
ReplyHeader decode_reply(xdr::Decoder& in);

}  // namespace onc::rpc
