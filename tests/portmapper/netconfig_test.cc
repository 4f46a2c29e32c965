#include "portmapper/netconfig.h"

#include <gtest/gtest.h>

#include <cstring>
#include <initializer_list>

#include <netinet/in.h>
#include <sys/un.h>

namespace portmapper {
namespace {

using onc::transport::Address;
using onc::xdr::Bytes;

TEST(Netconfig, knows_what_a_universal_address_with_a_port_is) {
  struct Row {
    const char* netid;
    std::string address;
    bool valid;
  };
  for (const Row& row : std::vector<Row>{{"tcp", "0.0.0.0.0.111", true},
                                         {"udp", "127.0.0.1.255.255", true},
                                         {"tcp6", "::.8.1", true},
                                         {"udp6", "fd99::1.8.1", true},
                                         {"local", "/run/x.sock", true},
                                         {"tcp", "127.0.0.1.256.1", false},
                                         {"tcp", "127.0.0.256.1.1", false},
                                         {"tcp", "127.0.0.1.0.0", false},
                                         {"tcp", "127.0.0.1.-1.1", false},
                                         {"tcp", "127.0.0.1.1.1 ", false},
                                         {"tcp", "1.2.3.4.5.6.7.8.9.10.11.12.13.14.15.16.17.18.19.20", false},
                                         {"tcp", "fd99::1.8.1", false},
                                         {"udp6", "127.0.0.1.8.1", false},
                                         {"tcp", "localhost.8.1", false},
                                         {"tcp", std::string(65'536, '1'), false},
                                         {"tcp", std::string("0.0.0.0.0.111\0", 14), false},
                                         {"local", "x.sock", false},
                                         {"local", "/run/\x1b[2J", false},
                                         {"local", std::string("/run/\0x", 7), false},
                                         {"local", "/" + std::string(107, 'x'), false},
                                         {"local", "/" + std::string(106, 'x'), true},
                                         {"ticlts", "/run/x.sock", false},
                                         {"", "0.0.0.0.0.111", false}})
    EXPECT_EQ(is_address_of(row.netid, row.address), row.valid) << row.netid << " " << row.address.substr(0, 60);
}

TEST(Netconfig, an_address_on_all_interfaces_becomes_the_one_that_was_used) {
  struct Row {
    const char* netid;
    const char* registered;
    Address used;
    const char* told;
  };
  for (const Row& row : std::vector<Row>{{"tcp", "0.0.0.0.8.1", Address::ip("10.99.0.5", 111), "10.99.0.5.8.1"},
                                         {"udp", "0.0.0.0.8.1", Address::ip("127.0.0.1", 111), "127.0.0.1.8.1"},
                                         {"tcp6", "::.8.1", Address::ip("fd99::5", 111), "fd99::5.8.1"},
                                         {"tcp6", "::.8.1", Address::ip("fe80::5%lo", 111), "fe80::5.8.1"},
                                         {"tcp", "127.0.0.1.8.1", Address::ip("10.99.0.5", 111), "127.0.0.1.8.1"},
                                         {"tcp6", "fd99::7.8.1", Address::ip("fd99::5", 111), "fd99::7.8.1"},
                                         {"local", "/run/x.sock", Address::path("/run/rpcbind.sock"), "/run/x.sock"},
                                         {"tcp", "0.0.0.0.8.1", Address::path("/run/rpcbind.sock"), "0.0.0.0.8.1"}})
    EXPECT_EQ(merge_address(row.netid, row.registered, row.used), row.told);
}

TEST(Netconfig, transport_addresses_and_universal_ones_convert_both_ways) {
  struct Row {
    const char* netid;
    const char* universal;
    std::size_t size;
  };
  for (const Row& row : std::vector<Row>{{"tcp", "127.0.0.1.0.111", sizeof(sockaddr_in)},
                                         {"udp6", "fd99::1.8.1", sizeof(sockaddr_in6)},
                                         {"local", "/run/x.sock", offsetof(sockaddr_un, sun_path) + 12}}) {
    const Bytes bytes = to_sockaddr(row.netid, row.universal);
    EXPECT_EQ(bytes.size(), row.size) << row.universal;
    EXPECT_EQ(to_universal(bytes), row.universal);
  }
  const Bytes bytes = to_sockaddr("tcp", "127.0.0.1.8.1");
  sockaddr_in address{};
  ASSERT_EQ(bytes.size(), sizeof address);
  std::memcpy(&address, bytes.data(), sizeof address);
  EXPECT_EQ(address.sin_family, AF_INET);
  EXPECT_EQ(ntohs(address.sin_port), 2049);
  EXPECT_EQ(ntohl(address.sin_addr.s_addr), 0x7f000001U);
}

TEST(Netconfig, garbage_converts_to_nothing) {
  for (const char* universal : {"", "zzz", "1.2.3.4.5", "1.2.3.4.5.256", "::1.0.1"})
    EXPECT_TRUE(to_sockaddr("tcp", universal).empty()) << universal;
  for (const sa_family_t family :
       std::initializer_list<sa_family_t>{AF_UNSPEC, AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, 65535})
    for (std::size_t size = 0; size <= 200; ++size) {
      Bytes bytes(size, std::byte{0xff});
      if (size != 0) std::memcpy(bytes.data(), &family, std::min(size, sizeof family));
      const std::string universal = to_universal(bytes);
      const bool whole = (family == AF_INET && size == sizeof(sockaddr_in)) ||
                         (family == AF_INET6 && size == sizeof(sockaddr_in6)) ||
                         (family == AF_UNIX && size >= 3 && size <= sizeof(sockaddr_un));
      EXPECT_EQ(!universal.empty(), whole) << family << " with " << size << " bytes";
    }
}

TEST(Netconfig, describes_the_transports_that_there_are) {
  struct Row {
    const char* netid;
    std::uint32_t semantics;
    const char* family;
    const char* protocol;
  };
  for (const Row& row : std::vector<Row>{{"tcp", 3, "inet", "tcp"},
                                         {"udp", 1, "inet", "udp"},
                                         {"tcp6", 3, "inet6", "tcp"},
                                         {"udp6", 1, "inet6", "udp"},
                                         {"local", 3, "loopback", "-"}}) {
    const Netconfig* found = find_netconfig(row.netid);
    ASSERT_TRUE(found) << row.netid;
    EXPECT_EQ(found->semantics, row.semantics);
    EXPECT_EQ(found->protocol_family, row.family);
    EXPECT_EQ(found->protocol, row.protocol);
  }
  EXPECT_FALSE(find_netconfig("rawip"));
}

}  // namespace
}  // namespace portmapper
