// SET and UNSET in all versions: who may, and what becomes of it.
#include "tests/portmapper/caller.h"

namespace portmapper::test {
namespace {

using onc::portmap::IPPROTO_TCP;
using onc::portmap::IPPROTO_UDP;

constexpr std::uint32_t program = 7;

TEST_F(Portmapping, an_owner_is_who_the_kernel_says) {
  struct Row {
    From from;
    const char* owner;
  };
  const std::vector<Row> rows = {
      {over_local(0), "superuser"},
      {over_local(1000), "1000"},
      {over_local(4'294'967'294), "4294967294"},
      {over_tcp("127.0.0.1", 1023, "127.0.0.1"), "superuser"},
      {over_tcp("127.0.0.1", 1024, "127.0.0.1"), "unknown"},
      {over_udp("127.0.0.2", 600, "127.0.0.1"), "superuser"},
      {over_udp("::1", 50'000, "::1"), "unknown"},
  };
  std::uint32_t version = 0;
  for (const Row& row : rows) {
    const std::string begin = std::to_string(program) + " " + std::to_string(++version) + " ";
    EXPECT_TRUE(set(3, {program, version, "tcp", "0.0.0.0.4.1", "superuser"}, row.from));
    EXPECT_EQ(table().back(), begin + "tcp 0.0.0.0.4.1 " + row.owner);
    EXPECT_TRUE(set(4, {program, version, "tcp6", "::.4.1", "0"}, row.from));
    EXPECT_EQ(table().back(), begin + "tcp6 ::.4.1 " + row.owner);
    EXPECT_TRUE(set_port({program, version, IPPROTO_UDP, 1025}, row.from));
    EXPECT_EQ(table().back(), begin + "udp 0.0.0.0.4.1 " + row.owner);
  }
}

TEST_F(Portmapping, only_this_host_registers_and_unregisters) {
  set(4, {program, 1, "tcp", "0.0.0.0.4.1", ""});
  const Table before = table();
  const std::vector<From> strangers = {
      over_tcp("10.99.0.2", 50'000, "10.99.0.1"), over_tcp("10.99.0.2", 600, "10.99.0.1"),
      over_udp("10.99.0.1", 600, "10.99.0.1"),    over_udp("fd99::2", 600, "fd99::1"),
      over_tcp("10.99.0.2", 600, "127.0.0.1"),    over_local(std::nullopt)};
  const auto map = arguments_of(onc::rpcbind::rpcb{program, 1, "tcp", "0.0.0.0.4.1", "superuser"});
  const auto mapping = arguments_of(onc::portmap::mapping{program, 1, IPPROTO_TCP, 1025});
  for (const From& from : strangers)
    for (const std::uint32_t procedure : {1U, 2U})
      for (const std::uint32_t version : {2U, 3U, 4U}) {
        const Reply reply = call(version, procedure, from, version == 2 ? mapping : map);
        EXPECT_EQ(reply.failure, errc::authentication_error);
        EXPECT_EQ(reply.why_refused, static_cast<int>(AuthStatus::too_weak));
      }
  EXPECT_EQ(table(), before);
}

TEST_F(Portmapping, what_another_user_registered_stays) {
  set(4, {program, 1, "tcp", "0.0.0.0.4.1", ""}, over_local(1000));
  const std::vector<From> others = {over_local(1001), over_tcp("127.0.0.1", 50'000, "127.0.0.1")};
  for (const From& other : others) {
    EXPECT_FALSE(unset(3, {program, 1, "tcp", "0.0.0.0.4.1", "1000"}, other));
    EXPECT_FALSE(unset(4, {program, 1, "", "", "1000"}, other));
    EXPECT_FALSE(unset_port({program, 1, IPPROTO_TCP, 1025}, other));
    EXPECT_EQ(table().size(), 1U);
  }
  EXPECT_TRUE(unset(3, {program, 1, "", "", ""}, over_tcp("127.0.0.1", 600, "127.0.0.1")));
  EXPECT_TRUE(table().empty());
}

TEST_F(Portmapping, unset_says_whether_something_was_there) {
  set(4, {program, 1, "tcp", "0.0.0.0.4.1", ""});
  set(4, {program, 1, "tcp6", "::.4.1", ""});
  EXPECT_FALSE(unset(4, {program, 2, "", "", ""}));
  EXPECT_FALSE(unset(4, {program, 1, "udp", "", ""}));
  EXPECT_TRUE(unset(4, {program, 1, "", "", ""}));
  EXPECT_FALSE(unset(4, {program, 1, "", "", ""}));
  EXPECT_FALSE(unset_port({program, 1, IPPROTO_TCP, 0}));
}

TEST_F(Portmapping, version_2_registers_tcp_and_udp_at_ports_that_there_are) {
  struct Row {
    std::uint32_t protocol;
    std::uint32_t port;
    bool done;
  };
  for (const Row& row : std::vector<Row>{{IPPROTO_TCP, 1, true},
                                         {IPPROTO_UDP, 65'535, true},
                                         {IPPROTO_TCP, 0, false},
                                         {IPPROTO_UDP, 65'536, false},
                                         {IPPROTO_UDP, 65'536 + 1025, false},
                                         {IPPROTO_UDP, 0xffffffff, false},
                                         {0, 1025, false},
                                         {99, 1025, false},
                                         {256 + 6, 1025, false}}) {
    Registry& registry = portmapper_.registry();
    EXPECT_EQ(set_port({program, 1, row.protocol, row.port}), row.done) << row.protocol << " " << row.port;
    registry.unset(program, 1, {}, superuser);
  }
}

TEST_F(Portmapping, version_2_unsets_tcp_and_udp_whatever_protocol_it_names) {
  set(4, {program, 1, "tcp", "0.0.0.0.4.1", ""});
  set(4, {program, 1, "udp", "0.0.0.0.4.2", ""});
  set(4, {program, 1, "udp6", "::.4.2", ""});
  EXPECT_TRUE(unset_port({program, 1, 99, 0xffffffff}));
  EXPECT_EQ(table(), Table{"7 1 udp6 ::.4.2 superuser"});
}

TEST_F(Portmapping, a_rejected_address_leaves_no_entry) {
  for (const std::string& address : {std::string(), std::string("zzz"), std::string("0.0.0.0.300.1"),
                                     std::string(65'536, 'x'), std::string("0.0.0.0.4.1 ")})
    EXPECT_FALSE(set(4, {program, 1, "tcp", address, ""}));
  EXPECT_FALSE(set(4, {program, 1, std::string(65'536, 't'), "0.0.0.0.4.1", ""}));
  EXPECT_FALSE(set(4, {program, 1, "", "0.0.0.0.4.1", ""}));
  EXPECT_TRUE(table().empty());
}

TEST_F(Portmapping, whatever_is_cut_off_a_call_it_registers_nothing) {
  const From from = root();
  const onc::rpcbind::rpcb map{program, 1, "tcp", "0.0.0.0.4.1", "superuser"};
  const auto whole = message(4, 1, arguments_of(map));
  for (std::size_t size = 0; size < whole.size(); ++size) send(onc::xdr::BytesView(whole).first(size), from);
  EXPECT_TRUE(table().empty());
  send(whole, from);
  EXPECT_EQ(table().size(), 1U);
}

TEST_F(Portmapping, a_length_that_is_a_lie_is_garbage) {
  for (const std::uint32_t length : {0x70000000U, 0x80000000U, 0xffffffffU}) {
    const Reply reply = call(3, 1, root(), [&](Encoder& out) {
      out.u32(program);
      out.u32(1);
      out.u32(length);
    });
    EXPECT_EQ(reply.failure, errc::garbage_arguments);
  }
}

}  // namespace
}  // namespace portmapper::test
