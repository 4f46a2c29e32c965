// Everything but SET and UNSET, in all versions.
#include "tests/portmapper/caller.h"

#include <algorithm>
#include <ctime>

namespace portmapper::test {
namespace {

using onc::portmap::IPPROTO_TCP;
using onc::portmap::IPPROTO_UDP;

constexpr std::uint32_t program = 7;
constexpr std::uint32_t getaddr = 3, dump = 4, callit = 5, gettime = 6, uaddr2taddr = 7, taddr2uaddr = 8,
                        getversaddr = 9, indirect = 10, getaddrlist = 11, getstat = 12;

class Asking : public Portmapping {
 protected:
  Asking() {
    set(3, {program, 1, "tcp", "0.0.0.0.4.1", ""});
    set(3, {program, 1, "udp", "0.0.0.0.4.2", ""});
    set(3, {program, 2, "tcp6", "::.4.3", ""});
    set(3, {program, 1, "local", "/run/x.sock", ""});
    set(3, {program, 3, "tcp", "127.0.0.1.4.4", ""}, over_local(1000));
  }
};

TEST_F(Asking, an_address_is_told_for_the_transport_of_the_call) {
  struct Row {
    std::uint32_t version;
    From from;
    const char* address;
    const char* of_version;  // GETVERSADDR
  };
  const std::vector<Row> rows = {
      {1, over_tcp("10.99.0.2", 50'000, "10.99.0.1"), "10.99.0.1.4.1", "10.99.0.1.4.1"},
      {1, over_udp("10.99.0.2", 50'000, "10.99.0.1"), "10.99.0.1.4.2", "10.99.0.1.4.2"},
      {1, over_udp("127.0.0.1", 50'000, "127.0.0.1"), "127.0.0.1.4.2", "127.0.0.1.4.2"},
      {2, over_tcp("fd99::2", 50'000, "fd99::1"), "fd99::1.4.3", "fd99::1.4.3"},
      {1, over_local(1000), "/run/x.sock", "/run/x.sock"},
      {3, over_tcp("10.99.0.2", 50'000, "10.99.0.1"), "127.0.0.1.4.4", "127.0.0.1.4.4"},
      // Another version's, which GETVERSADDR does not tell.
      {0, over_tcp("10.99.0.2", 50'000, "10.99.0.1"), "10.99.0.1.4.1", ""},
      {1, over_tcp("fd99::2", 50'000, "fd99::1"), "fd99::1.4.3", ""},
      {9, over_local(1000), "/run/x.sock", ""},
      // Not on this transport at all.
      {1, over_udp("fd99::2", 50'000, "fd99::1"), "", ""},
  };
  for (const Row& row : rows) {
    const onc::rpcbind::rpcb wanted{program, row.version, "udp", "1.2.3.4.5.6", "someone"};
    EXPECT_EQ(address(3, getaddr, wanted, row.from), row.address) << row.from.local.text();
    EXPECT_EQ(address(4, getaddr, wanted, row.from), row.address) << row.from.local.text();
    EXPECT_EQ(address(4, getversaddr, wanted, row.from), row.of_version) << row.from.local.text();
  }
  EXPECT_EQ(address(4, getaddr, {program + 1, 1, "", "", ""}, From()), "");
}

TEST_F(Asking, a_port_is_told_for_the_protocol_of_the_argument) {
  struct Row {
    std::uint32_t version;
    std::uint32_t protocol;
    std::uint32_t port;
  };
  for (const Row& row : std::vector<Row>{{1, IPPROTO_TCP, 1025},
                                         {1, IPPROTO_UDP, 1026},
                                         {3, IPPROTO_TCP, 1028},
                                         {3, IPPROTO_UDP, 1026},
                                         {9, IPPROTO_TCP, 1025},
                                         {1, 99, 0},
                                         {1, 0, 0}})
    EXPECT_EQ(port({program, row.version, row.protocol, 0xffffffff}), row.port) << row.version << " " << row.protocol;
  EXPECT_EQ(port({program + 1, 1, IPPROTO_TCP, 0}), 0U);
}

TEST_F(Asking, a_dump_is_the_whole_table) {
  for (const std::uint32_t version : {3U, 4U}) {
    onc::rpcbind::rpcblist_ptr list;
    const Reply reply = call(version, dump, From());
    Decoder in = reply.decoder();
    in.list(list, [&](onc::rpcbind::rp__list& item) { decode(in, item); });
    Table lines;
    for (const auto& [map] : list)
      lines.push_back(std::to_string(map.r_prog) + " " + std::to_string(map.r_vers) + " " + map.r_netid + " " +
                      map.r_addr + " " + map.r_owner);
    EXPECT_EQ(lines, table());
  }
}

TEST_F(Asking, a_dump_in_version_2_is_what_is_on_tcp_and_udp_over_ip4) {
  onc::portmap::pmaplist list;
  const Reply reply = call(2, dump, over_local(1000));
  Decoder in = reply.decoder();
  in.list(list, [&](onc::portmap::pmap& item) { decode(in, item); });
  EXPECT_EQ(list, (onc::portmap::pmaplist{{{program, 1, IPPROTO_TCP, 1025}},
                                          {{program, 1, IPPROTO_UDP, 1026}},
                                          {{program, 3, IPPROTO_TCP, 1028}}}));
}

TEST_F(Asking, the_address_list_describes_the_transports_of_the_callers_family) {
  struct Row {
    std::uint32_t version;
    From from;
    onc::rpcbind::rpcb_entry_list_ptr list;
  };
  const std::vector<Row> rows = {
      {1,
       over_tcp("10.99.0.2", 50'000, "10.99.0.1"),
       {{{"10.99.0.1.4.1", "tcp", 3, "inet", "tcp"}}, {{"10.99.0.1.4.2", "udp", 1, "inet", "udp"}}}},
      {2, over_tcp("fd99::2", 50'000, "fd99::1"), {{{"fd99::1.4.3", "tcp6", 3, "inet6", "tcp"}}}},
      {1, over_local(1000), {{{"/run/x.sock", "local", 3, "loopback", "-"}}}},
      {2, over_tcp("10.99.0.2", 50'000, "10.99.0.1"), {}},
      {9, over_tcp("10.99.0.2", 50'000, "10.99.0.1"), {}},
  };
  for (const Row& row : rows) {
    const Reply reply =
        call(4, getaddrlist, row.from, arguments_of(onc::rpcbind::rpcb{program, row.version, "", "", ""}));
    onc::rpcbind::rpcb_entry_list_ptr list;
    Decoder in = reply.decoder();
    in.list(list, [&](onc::rpcbind::rpcb_entry_list& item) { decode(in, item); });
    EXPECT_EQ(list, row.list);
  }
}

TEST_F(Asking, every_version_has_its_null_procedure_and_others_are_a_mismatch) {
  for (const std::uint32_t version : {2U, 3U, 4U}) EXPECT_FALSE(call(version, 0, From()).failure);
  for (const std::uint32_t version : {0U, 1U, 5U, 0xffffffffU}) {
    const Reply reply = call(version, 0, From());
    EXPECT_EQ(reply.failure, errc::version_mismatch);
    EXPECT_EQ(reply.versions.low, 2U);
    EXPECT_EQ(reply.versions.high, 4U);
  }
  struct Row {
    std::uint32_t version;
    std::uint32_t first;
  };
  for (const Row& row : std::vector<Row>{{2, 6}, {3, 9}, {4, 13}, {4, 0xffffffff}})
    EXPECT_EQ(call(row.version, row.first, From()).failure, errc::procedure_unavailable);
}

TEST_F(Asking, calls_for_others_are_met_with_silence_and_indirect_ones_with_an_error) {
  const auto call_of = [](std::uint32_t to) {
    return [to](Encoder& out) { encode(out, onc::rpcbind::rpcb_rmtcallargs{to, 1, 0, {}}); };
  };
  for (const std::uint32_t to : {program, program + 1, own_program}) {
    for (const std::uint32_t version : {2U, 3U, 4U}) EXPECT_TRUE(call(version, callit, From(), call_of(to)).silent());
    EXPECT_EQ(call(4, indirect, From(), call_of(to)).failure, errc::system_error);
  }
}

TEST_F(Asking, the_time_is_now) {
  const auto before = static_cast<std::uint32_t>(std::time(nullptr));
  for (const std::uint32_t version : {3U, 4U}) {
    const std::uint32_t told = call(version, gettime, From()).decoder().u32();
    EXPECT_GE(told, before);
    EXPECT_LE(told, before + 60);
  }
}

TEST_F(Asking, addresses_convert_there_and_back) {
  for (const std::string universal : {"10.99.0.1.4.1", "zzz", ""}) {
    onc::rpcbind::netbuf buffer;
    const Reply reply = call(4, uaddr2taddr, From(), [&](Encoder& out) { out.string(universal, onc::xdr::unbounded); });
    Decoder in = reply.decoder();
    decode(in, buffer);
    const bool is_address = universal.size() > 3;
    EXPECT_EQ(buffer.buf.size(), is_address ? 16U : 0U);
    EXPECT_EQ(buffer.maxlen, buffer.buf.size());
    buffer.maxlen = 0xffffffff;  // what the caller says of its own buffer, which is not to be believed
    std::string back;
    call(3, taddr2uaddr, From(), [&](Encoder& out) { encode(out, buffer); })
        .decoder()
        .string(back, onc::xdr::unbounded);
    EXPECT_EQ(back, is_address ? universal : "");
  }
}

TEST_F(Asking, statistics_are_what_happened) {
  address(4, getaddr, {program, 1, "", "", ""}, From());
  address(4, getaddr, {program + 1, 1, "", "", ""}, From());
  port({program, 1, IPPROTO_UDP, 0});
  unset(4, {program, 9, "", "", ""});
  onc::rpcbind::rpcb_stat_byvers statistics;
  const Reply reply = call(4, getstat, From());
  Decoder in = reply.decoder();
  for (auto& of_version : statistics) decode(in, of_version);
  in.finish();
  EXPECT_EQ(statistics[0].info[3], 1);
  EXPECT_EQ(statistics[1].info[1], 5);
  EXPECT_EQ(statistics[1].setinfo, 5);
  EXPECT_EQ(statistics[2].info[getaddr], 2);
  EXPECT_EQ(statistics[2].info[2], 1);
  EXPECT_EQ(statistics[2].unsetinfo, 0);
  EXPECT_EQ(statistics[2].info[getstat], 1);
  EXPECT_EQ(statistics[2].addrinfo,
            (onc::rpcbind::rpcbs_addrlist_ptr{{program, 1, 1, 0, "tcp"}, {program + 1, 1, 0, 1, "tcp"}}));
  EXPECT_EQ(statistics[0].addrinfo, (onc::rpcbind::rpcbs_addrlist_ptr{{program, 1, 1, 0, "udp"}}));
}

class Flooding : public Asking {
 protected:
  Flooding() {
    portmapper_.registry().add_own("tcp", "0.0.0.0.0.111");
    portmapper_.registry().add_own("udp", "0.0.0.0.0.111");
    set(3, {program, 1, "udp6", "::.255.255", ""});
  }

  const std::string long_ip_ = "1111:2222:3333:4444:5555:6666:7777:8888";
};

TEST_F(Flooding, lists_go_over_udp_to_this_host_only) {
  const From stranger = over_udp("10.99.0.2", 50'000, "10.99.0.1");
  struct Row {
    std::uint32_t version;
    std::uint32_t procedure;
    Arguments arguments;
  };
  const auto nothing = [](Encoder&) {};
  for (const Row& row :
       std::vector<Row>{{2, dump, nothing},
                        {3, dump, nothing},
                        {4, dump, nothing},
                        {4, getstat, nothing},
                        {4, getaddrlist, arguments_of(onc::rpcbind::rpcb{own_program, 2, "", "", ""})}}) {
    const Reply refused = call(row.version, row.procedure, stranger, row.arguments);
    EXPECT_EQ(refused.failure, errc::authentication_error) << row.version << " " << row.procedure;
    EXPECT_EQ(refused.why_refused, static_cast<int>(AuthStatus::too_weak));
    for (const From& from :
         std::vector<From>{over_udp("127.0.0.1", 50'000, "127.0.0.1"), over_udp("::1", 50'000, "::1"),
                           over_tcp("10.99.0.2", 50'000, "10.99.0.1"), over_local(1000)})
      EXPECT_FALSE(call(row.version, row.procedure, from, row.arguments).failure);
  }
}

TEST_F(Flooding, what_tells_the_whole_table_is_refused_before_it_runs) {
  class Face : public onc::rpc::Service {
   public:
    explicit Face(std::uint32_t version) : Service({own_program, version, "", ""}) {}
    int ran = 0;

   private:
    void dispatch(std::uint32_t, Decoder&, Encoder&, const onc::rpc::Caller&) override { ++ran; }
  };
  const auto runs = [&](std::uint32_t version, std::uint32_t procedure, const From& from) {
    Face face(version);
    Statistics statistics;
    const Rules rules;
    RateLimit rate(0);
    Gate gate(face, rules, rate, statistics);
    dispatcher_ = onc::rpc::Dispatcher();
    dispatcher_.add(gate);
    call(version, procedure, from);
    return face.ran;
  };
  const From stranger = over_udp("10.99.0.2", 50'000, "10.99.0.1");
  for (const std::uint32_t version : {2U, 3U, 4U}) {
    EXPECT_EQ(runs(version, dump, stranger), 0);
    EXPECT_EQ(runs(version, dump, over_udp("127.0.0.1", 50'000, "127.0.0.1")), 1);
    EXPECT_EQ(runs(version, dump, over_tcp("10.99.0.2", 50'000, "10.99.0.1")), 1);
    EXPECT_EQ(runs(version, getaddr, stranger), 1);
    EXPECT_EQ(runs(version, getstat, stranger), version == 4 ? 0 : 1);
  }
}

TEST_F(Flooding, a_client_without_hints_still_gets_the_longest_address) {
  const From stranger = over_udp("fd99::2", 50'000, long_ip_);
  EXPECT_EQ(address(4, getaddr, {program, 1, "", "", ""}, stranger), long_ip_ + ".255.255");
}

TEST_F(Flooding, no_answer_over_udp_is_of_use_to_who_forges_addresses) {
  const From stranger = over_udp("fd99::2", 50'000, long_ip_);
  const std::vector<Arguments> arguments = {
      [](Encoder&) {},
      arguments_of(onc::rpcbind::rpcb{program, 1, "", "", ""}),
      arguments_of(onc::rpcbind::rpcb{own_program, 4, "", "", ""}),
      arguments_of(onc::portmap::mapping{program, 1, IPPROTO_UDP, 0}),
      [](Encoder& out) { out.string("::.1.1", onc::xdr::unbounded); },
      [](Encoder& out) { out.string("", onc::xdr::unbounded); },
  };
  for (std::uint32_t version = 0; version <= 5; ++version)
    for (std::uint32_t procedure = 0; procedure <= 13; ++procedure)
      for (const Arguments& some : arguments) {
        const auto question = message(version, procedure, some);
        const Reply reply = send(question, stranger);
        EXPECT_LE(reply.bytes.size(), std::max<std::size_t>(question.size(), 76)) << version << " " << procedure;
      }
}

}  // namespace
}  // namespace portmapper::test
