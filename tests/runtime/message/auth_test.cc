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

// Pre-authentication heap overflows elsewhere: a count that is believed.
TEST(auth_sys, beyond_the_bounds_of_the_rfc_is_refused) {
  const auto groups = [](const char* count, std::size_t present) {
    std::string hex = std::string("00000000 00000000 00000000 00000000 ") + count;
    for (std::size_t i = 0; i < present; ++i) hex += " 00000007";
    return hex;
  };
  EXPECT_EQ(refusal_of(groups("00000000", 0)), std::nullopt);
  EXPECT_EQ(refusal_of(groups("00000010", 16)), std::nullopt);
  for (const char* count : {"00000011", "10000000", "40000000", "7fffffff", "80000000", "ffffffff"})
    for (const std::size_t present : {0U, 1U, 16U, 17U, 100U})
      EXPECT_EQ(refusal_of(groups(count, present)), AuthStatus::bad_credential) << count << ", " << present;
  EXPECT_EQ(refusal_of(groups("00000010", 15)), AuthStatus::bad_credential) << "fewer than it says";
  EXPECT_EQ(refusal_of(groups("00000010", 17)), AuthStatus::bad_credential) << "more than it says";
  EXPECT_EQ(refusal_of(groups("00000000", 1)), AuthStatus::bad_credential) << "bytes left over";
}

TEST(auth_sys, of_a_machine_name_beyond_its_bound_is_refused) {
  const std::string ids_and_no_groups = "00000000 00000000 00000000";
  const auto machine = [&](const char* size, std::size_t present) {
    return std::string("00000000 ") + size + std::string(2 * present, '6') + ids_and_no_groups;
  };
  EXPECT_EQ(refusal_of(machine("000000fc", 252)), std::nullopt);
  EXPECT_EQ(refusal_of(machine("00000100", 256)), AuthStatus::bad_credential);
  for (const char* size : {"00000104", "70000000", "80000000", "fffffffc", "ffffffff"})
    for (const std::size_t present : {0U, 256U, 380U})
      EXPECT_EQ(refusal_of(machine(size, present)), AuthStatus::bad_credential) << size << ", " << present;
}

TEST(auth_sys, shorter_than_its_fields_is_refused) {
  const std::string whole = to_hex(Credential::sys({9, "hi", 1000, 100, {101, 102}}).body());
  const auto bytes = from_hex(whole);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(check_credential(auth_flavor::sys, {bytes.data(), size}).refused, AuthStatus::bad_credential) << size;
}

TEST(auth_sys, cannot_be_made_beyond_them_either) {
  EXPECT_THROW(Credential::sys({.machine_name = std::string(256, 'x')}), onc::xdr::Error);
  EXPECT_THROW(Credential::sys({.gids = std::vector<std::uint32_t>(17)}), onc::xdr::Error);
  EXPECT_NO_THROW(Credential::sys_of_this_process());
}

}  // namespace
