// What a server gives its callers to say in place of AUTH_SYS.
#include <onc/server/short_hands.h>

#include <gtest/gtest.h>

namespace {

using namespace onc;
using transport::Address;

const Address host = Address::ip("192.0.2.1", 700);
const Address other_host = Address::ip("192.0.2.2", 700);

xdr::Bytes sys(std::byte uid) { return xdr::Bytes(20, uid); }
const xdr::Bytes alice = sys(std::byte{1});
const xdr::Bytes bob = sys(std::byte{2});
const xdr::Bytes carol = sys(std::byte{3});

std::optional<xdr::Bytes> found(rpc::ShortHands& given, const Address& by, xdr::BytesView short_hand) {
  const auto sys = given.find(by, short_hand);
  return sys ? std::optional(xdr::to_bytes(*sys)) : std::nullopt;
}

TEST(short_hands, stand_for_what_they_were_given_for) {
  rpc::ShortHands given(10);
  const xdr::Bytes of_alice = xdr::to_bytes(given.give(host, alice));
  const xdr::Bytes of_bob = xdr::to_bytes(given.give(host, bob));
  EXPECT_EQ(of_alice.size(), 16U);
  EXPECT_NE(of_alice, of_bob);
  EXPECT_EQ(found(given, host, of_alice), alice);
  EXPECT_EQ(found(given, host, of_bob), bob);
}

TEST(short_hands, are_the_same_each_time_and_from_every_port) {
  rpc::ShortHands given(10);
  const xdr::Bytes first = xdr::to_bytes(given.give(host, alice));
  EXPECT_EQ(xdr::to_bytes(given.give(host.with_port(800), alice)), first);
}

TEST(short_hands, are_of_no_use_to_another_host) {
  rpc::ShortHands given(10);
  const xdr::Bytes of_alice = xdr::to_bytes(given.give(host, alice));
  EXPECT_EQ(found(given, other_host, of_alice), std::nullopt);
  EXPECT_NE(xdr::to_bytes(given.give(other_host, alice)), of_alice);
}

TEST(short_hands, that_nobody_gave_stand_for_nothing) {
  rpc::ShortHands given(10);
  given.give(host, alice);
  EXPECT_EQ(found(given, host, {}), std::nullopt);
  EXPECT_EQ(found(given, host, xdr::Bytes(16)), std::nullopt);
  EXPECT_EQ(found(given, host, alice), std::nullopt);
}

TEST(short_hands, used_longest_ago_are_forgotten_first) {
  rpc::ShortHands given(2);
  const xdr::Bytes of_alice = xdr::to_bytes(given.give(host, alice));
  const xdr::Bytes of_bob = xdr::to_bytes(given.give(host, bob));
  EXPECT_TRUE(found(given, host, of_alice));
  given.give(host, carol);
  EXPECT_TRUE(found(given, host, of_alice));
  EXPECT_FALSE(found(given, host, of_bob));
}

}  // namespace
