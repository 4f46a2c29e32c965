#include <onc/auth/auth.h>
#include <onc/xdr/decoder.h>
#include <onc/xdr/encoder.h>

#include "rpc_message.x.h"

#include <algorithm>

#include <unistd.h>

namespace onc::rpc {

using rpc_message::authsys_parms;

const char* name(AuthStatus status) {
  switch (status) {
    case AuthStatus::bad_credential: return "AUTH_BADCRED";
    case AuthStatus::rejected_credential: return "AUTH_REJECTEDCRED";
    case AuthStatus::bad_verifier: return "AUTH_BADVERF";
    case AuthStatus::rejected_verifier: return "AUTH_REJECTEDVERF";
    case AuthStatus::too_weak: return "AUTH_TOOWEAK";
    case AuthStatus::invalid_response: return "AUTH_INVALIDRESP";
    case AuthStatus::failed: return "AUTH_FAILED";
  }
  return "an auth_stat of another flavor";
}

Credential Credential::sys(const SysParameters& parameters) {
  xdr::Encoder out;
  encode(out,
         authsys_parms{parameters.stamp, parameters.machine_name, parameters.uid, parameters.gid, parameters.gids});
  Credential credential;
  credential.flavor_ = auth_flavor::sys;
  credential.body_ = xdr::to_bytes(out.bytes());
  return credential;
}

Credential Credential::short_hand(xdr::Bytes body) {
  Credential credential;
  credential.flavor_ = auth_flavor::short_hand;
  credential.body_ = std::move(body);
  return credential;
}

Credential Credential::sys_of_this_process() {
  SysParameters parameters;
  char host[256] = "";
  ::gethostname(host, sizeof host - 1);
  parameters.machine_name = host;
  parameters.uid = ::geteuid();
  parameters.gid = ::getegid();
  const int count = std::max(::getgroups(0, nullptr), 0);
  parameters.gids.resize(static_cast<std::size_t>(count));
  if (::getgroups(count, parameters.gids.data()) < 0) parameters.gids.clear();
  // AUTH_SYS has room for no more (RFC 5531 appendix A); servers that need the rest look them up by uid.
  if (parameters.gids.size() > 16) parameters.gids.resize(16);
  return sys(parameters);
}

namespace {

CheckedCredential check_sys(xdr::BytesView body) {
  try {
    authsys_parms parms;
    xdr::Decoder in(body);
    decode(in, parms);
    in.finish();
    return {std::nullopt,
            SysParameters{parms.stamp, std::move(parms.machinename), parms.uid, parms.gid, std::move(parms.gids)}};
  } catch (const xdr::Error&) {
    return {AuthStatus::bad_credential, std::nullopt};
  }
}

}  // namespace

CheckedCredential check_credential(std::int32_t flavor, xdr::BytesView body) {
  CheckedCredential checked;
  if (flavor == auth_flavor::sys)
    checked = check_sys(body);
  else if (flavor != auth_flavor::none)
    checked.refused = AuthStatus::rejected_credential;
  return checked;
}

}  // namespace onc::rpc
