#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <gtest/gtest.h>

namespace {

using namespace onc;
using transport::Address;
using transport::Endpoint;
using transport::Protocol;

TEST(endpoints, are_read_and_written_as_uris) {
  const struct {
    const char* text;
    Endpoint endpoint;
  } rows[] = {
      {"tcp://127.0.0.1:80", {Protocol::tcp, "127.0.0.1", 80}},
      {"udp://host.example:0", {Protocol::udp, "host.example", 0}},
      {"tcp://[::1]:700", {Protocol::tcp, "::1", 700}},
      {"tcp://[fe80::1%eth0]:700", {Protocol::tcp, "fe80::1%eth0", 700}},
      {"udp://host", {Protocol::udp, "host", std::nullopt}},
      {"tcp://[::1]", {Protocol::tcp, "::1", std::nullopt}},
      {"host", {std::nullopt, "host", std::nullopt}},
      {"[::1]", {std::nullopt, "::1", std::nullopt}},
      {"local:///run/x.sock", {Protocol::local, "/run/x.sock", std::nullopt}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(Endpoint::parse(row.text), row.endpoint) << row.text;
    EXPECT_EQ(row.endpoint.text(), row.text);
  }
  EXPECT_EQ(Endpoint::parse("::1").host, "::1") << "no port can follow without brackets";
}

TEST(endpoints, that_are_none_are_refused_with_a_sentence) {
  for (const char* text :
       {"", "tcp://", "tcp://*:80", "tcp://:80", "tcp://host:", "tcp://host:x", "tcp://host:65536", "tcp://host:-1",
        "tcp://[::1", "tcp://[::1]80", "http://host:80", "local://path", "host:80", "tcp://a b:1", "tcp://host/x:1"}) {
    try {
      Endpoint::parse(text);
      ADD_FAILURE() << text;
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), rpc::errc::bad_endpoint);
      EXPECT_NE(std::string(error.what()).find("write tcp://host:port"), std::string::npos) << error.what();
    }
  }
}

TEST(endpoints, that_are_mistyped_are_refused_with_what_is_wrong) {
  const struct {
    const char* text;
    const char* why;
  } rows[] = {
      {"local:/run/x.sock", "three slashes"},
      {"local:x.sock", "three slashes"},
      {"/run/x.sock", "follows local://"},
      {"tcp:127.0.0.1:7", "tcp:// comes before the host"},
      {"tcp:/127.0.0.1:7", "tcp:// comes before the host"},
      {"udp:[::1]:7", "udp:// comes before the host"},
      {"tpc:127.0.0.1:7", "no IPv6 address"},
      {"tcp://127.0.0.1:7:8", "no IPv6 address"},
      {"tcp://::1:7000", "[::1]:7000"},
      {"udp://fe80::1%eth0", "[::1]:7000"},
      {"7000", "127.0.0.1:7000"},
      {"tcp://7000", "127.0.0.1:7000"},
      {"tcp://127.0.0.1:0/", "no '/' follows"},
      {"tcp://[::1]:7/", "no '/' follows"},
      {"tcp://127.0.0.1/", "no '/' follows"},
      {"host/", "no '/' follows"},
  };
  for (const auto& row : rows) {
    try {
      Endpoint::parse(row.text);
      ADD_FAILURE() << row.text;
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), rpc::errc::bad_endpoint);
      EXPECT_NE(std::string(error.what()).find(row.why), std::string::npos) << error.what();
    }
  }
}

TEST(addresses, know_what_they_are) {
  EXPECT_TRUE(Address::ip("127.0.0.1", 1).is_loopback());
  EXPECT_TRUE(Address::ip("127.255.0.1", 1).is_loopback());
  EXPECT_TRUE(Address::ip("::1", 1).is_loopback());
  EXPECT_TRUE(Address::path("/run/x").is_loopback());
  EXPECT_FALSE(Address::ip("128.0.0.1", 1).is_loopback());
  EXPECT_FALSE(Address::ip("::2", 1).is_loopback());
  EXPECT_TRUE(Address::ip("0.0.0.0", 1).is_any());
  EXPECT_TRUE(Address::ip("::", 1).is_any());
  EXPECT_EQ(Address::ip("10.1.2.3", 700).text(), "10.1.2.3:700");
  EXPECT_EQ(Address::ip("::1", 700).text(), "[::1]:700");
  EXPECT_EQ(Address::path("/run/x").text(), "/run/x");
  EXPECT_EQ(Address::ip("::1", 700).with_port(9).port(), 9);
}

TEST(addresses, longer_than_a_socket_can_hold_are_refused) {
  EXPECT_NO_THROW(Address::path("/" + std::string(106, 'x')));
  for (const std::size_t size : {107U, 108U, 4096U})
    EXPECT_THROW(Address::path("/" + std::string(size, 'x')), rpc::Error) << size;
  EXPECT_THROW(Address::path(""), rpc::Error);
  EXPECT_THROW(Address::path(std::string("/a\0b", 4)), rpc::Error);
}

}  // namespace
