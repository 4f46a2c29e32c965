// The hash against its authors' own vectors.
#include <onc/server/siphash.h>

#include <gtest/gtest.h>

namespace {

using namespace onc;
using rpc::SipHash;

// Theirs: the bytes 00, 01, 02, ... of key and message.
constexpr SipHash::Key key{0x0706050403020100, 0x0f0e0d0c0b0a0908};

xdr::Bytes counting(std::size_t size) {
  xdr::Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i);
  return bytes;
}

TEST(siphash, is_that_of_its_paper) {
  EXPECT_EQ(SipHash(key).finish({}), 0x726fdb47dd0e0e31U);
  EXPECT_EQ(SipHash(key).finish(counting(8)), 0x93f5f5799a932462U);
  EXPECT_EQ(SipHash(key).finish(counting(15)), 0xa129ca6149be45e5U);
}

TEST(siphash, takes_words_before_bytes) {
  SipHash hash(key);
  hash.word(0x0706050403020100);
  EXPECT_EQ(hash.finish(xdr::BytesView(counting(15)).subspan(8)), 0xa129ca6149be45e5U);
}

TEST(siphash, has_another_key_each_time) {
  const auto hash = [] { return SipHash(SipHash::Key::random()).finish({}); };
  EXPECT_NE(hash(), hash());
}

}  // namespace
