#include <onc/binding/universal_address.h>

#include <gtest/gtest.h>

namespace {

using namespace onc;
using namespace onc::binding;
using transport::Address;
using transport::Protocol;

TEST(universal_addresses, are_those_of_rfc_5665) {
  const struct {
    const char* netid;
    const char* text;
    Address address;
  } rows[] = {
      {"tcp", "127.0.0.1.3.9", Address::ip("127.0.0.1", 777)},
      {"udp", "0.0.0.0.0.111", Address::ip("0.0.0.0", 111)},
      {"tcp", "255.255.255.255.255.255", Address::ip("255.255.255.255", 65535)},
      {"tcp6", "::1.3.9", Address::ip("::1", 777)},
      {"udp6", "::.0.111", Address::ip("::", 111)},
      {"local", "/run/rpcbind.sock", Address::path("/run/rpcbind.sock")},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(to_universal(row.address), row.text);
    EXPECT_EQ(from_universal(row.netid, row.text), row.address) << row.text;
  }
}

TEST(universal_addresses, that_are_none_are_nothing) {
  for (const std::string& text :
       {std::string(""), std::string("."), std::string(".."), std::string("1.2"), std::string("127.0.0.1"),
        std::string("127.0.0.1.3"), std::string("127.0.0.1.3.256"), std::string("127.0.0.1.256.3"),
        std::string("127.0.0.1.3.-1"), std::string("127.0.0.1.3."), std::string("127.0.0.1..3"),
        std::string("256.0.0.1.3.9"), std::string("127.0.0.1.0003.9"), std::string("127.0.0.1.3.9 "),
        std::string("::1.3.9"), std::string("127.0.0.1\0.3.9", 14), std::string(20, '.'), std::string(65536, '1'),
        std::string("1.2.3.4.5.6.7.8")})
    EXPECT_EQ(from_universal("tcp", text), std::nullopt) << text.substr(0, 40);
  EXPECT_EQ(from_universal("tcp6", "127.0.0.1.3.9"), std::nullopt);
  EXPECT_EQ(from_universal("carrier-pigeon", "127.0.0.1.3.9"), std::nullopt);
  EXPECT_EQ(from_universal("local", "/" + std::string(4096, 'x')), std::nullopt);
}

TEST(netids, name_protocol_and_family) {
  EXPECT_EQ(netid(Protocol::tcp, Address::ip("127.0.0.1", 1)), "tcp");
  EXPECT_EQ(netid(Protocol::udp, Address::ip("::1", 1)), "udp6");
  EXPECT_EQ(netid(Protocol::local, Address::path("/x")), "local");
  EXPECT_EQ(protocol_of("udp6"), Protocol::udp);
  EXPECT_EQ(protocol_of("sctp"), std::nullopt);
}

}  // namespace
