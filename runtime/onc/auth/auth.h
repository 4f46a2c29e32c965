// Credentials and verifiers (RFC 5531 §8.2, §10).
#pragma once

#include <onc/xdr/bytes.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace onc::rpc {

// RFC 5531 §8.2. An int on the wire: an unknown flavor is to be answered, not refused as garbage.
namespace auth_flavor {
inline constexpr std::int32_t none = 0;
inline constexpr std::int32_t sys = 1;
inline constexpr std::int32_t short_hand = 2;
}  // namespace auth_flavor

// Why a call is refused with AUTH_ERROR (RFC 5531 §9).
enum class AuthStatus : std::int32_t {
  bad_credential = 1,
  rejected_credential = 2,
  bad_verifier = 3,
  rejected_verifier = 4,
  too_weak = 5,
  invalid_response = 6,
  failed = 7,
};
const char* name(AuthStatus);

// Who the caller says it is, by AUTH_SYS (RFC 5531 appendix A). Nobody has checked it.
struct SysParameters {
  std::uint32_t stamp = 0;        // arbitrary, for the caller's own use
  std::string machine_name = {};  // at most 255 bytes
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::vector<std::uint32_t> gids = {};  // at most 16

  bool operator==(const SysParameters&) const = default;
};

// A credential as it goes on the wire.
class Credential {
 public:
  static Credential none() { return {}; }
  // Throws xdr::Error(too_long) where the RFC's bounds are exceeded.
  static Credential sys(const SysParameters& parameters);
  // What a server gave in place of one before, at most 400 bytes of its own (RFC 5531 §8.2).
  static Credential short_hand(xdr::Bytes body);
  // This process's own user, group and host name.
  static Credential sys_of_this_process();

  std::int32_t flavor() const { return flavor_; }
  const xdr::Bytes& body() const { return body_; }

 private:
  std::int32_t flavor_ = auth_flavor::none;
  xdr::Bytes body_;  // at most 400 bytes
};

// What a server makes of a credential: nothing for AUTH_NONE, the parameters for AUTH_SYS.
// Otherwise the reason to refuse the call with.
struct CheckedCredential {
  std::optional<AuthStatus> refused = {};
  std::optional<SysParameters> sys = {};
  // Who the caller is, where a check of the server's own has proof of it.
  std::string principal = {};
};
// What servers do unless they are given a check of their own.
CheckedCredential check_credential(std::int32_t flavor, xdr::BytesView body);

}  // namespace onc::rpc
