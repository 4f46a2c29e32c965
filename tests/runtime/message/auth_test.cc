#include <onc/auth/auth.h>
#include <onc/xdr/error.h>

#include <gtest/gtest.h>

#include "tests/runtime/hex.h"

namespace {

using namespace onc::rpc;

std::optional<AuthStatus> refusal_of(const std::string& hex) {
  return check_credential(auth_flavor::sys, from_hex(hex)).refused;
}

TEST(auth_sys, has_the_bytes_of_rfc_5531_appendix_a) {
  const SysParameters parameters{9, "hi", 1000, 100, {101}};
  const Credential credential = Credential::sys(parameters);
  EXPECT_EQ(credential.flavor(), 1);
  EXPECT_EQ(to_hex(credential.body()), "00000009 00000002 68690000 000003e8 00000064 00000001 00000065");
  EXPECT_EQ(check_credential(credential.flavor(), credential.body()).sys, parameters);
}

TEST(auth_sys, beyond_the_bounds_of_the_rfc_is_refused) {
  const std::string head = "00000000 00000000 00000000 00000000 ";
  EXPECT_EQ(refusal_of(head + "00000000"), std::nullopt);
  // Pre-authentication heap overflows elsewhere: a count that is believed.
  for (const char* count : {"00000011", "10000000", "ffffffff"})
    EXPECT_EQ(refusal_of(head + count), AuthStatus::bad_credential) << count;
  EXPECT_EQ(refusal_of("00000000 00000100" + std::string(512, '6')), AuthStatus::bad_credential);
  EXPECT_EQ(refusal_of(head + "00000000 00000000"), AuthStatus::bad_credential) << "bytes left over";
  EXPECT_EQ(refusal_of(head), AuthStatus::bad_credential) << "cut off";
}

TEST(auth_sys, cannot_be_made_beyond_them_either) {
  EXPECT_THROW(Credential::sys({.machine_name = std::string(256, 'x')}), onc::xdr::Error);
  EXPECT_THROW(Credential::sys({.gids = std::vector<std::uint32_t>(17)}), onc::xdr::Error);
  EXPECT_NO_THROW(Credential::sys_of_this_process());
}

}  // namespace
