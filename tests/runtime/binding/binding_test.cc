// Finding and registering programs, with portmappers that speak more or less of the protocol.
#include <onc/binding/binding.h>
#include <onc/rpc/error.h>
#include <onc/transport/listen.h>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>

#include "portmap.x.h"
#include "rpcbind.x.h"
#include "tests/runtime/adder.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
using binding::Registering;
using transport::Endpoint;

// What all three faces answer from: netid to universal address, of ADDER version 2.
using Table = std::map<std::string, std::string>;

template <class Version, class Rpcb = rpcbind::rpcb>
class Rpcbind : public Version::Server {
 public:
  explicit Rpcbind(Table& table) : table_(table) {}
  int calls = 0;

  bool RPCBPROC_SET(Rpcb map, const rpc::Caller&) override {
    return ++calls, table_.emplace(map.r_netid, map.r_addr).second;
  }
  bool RPCBPROC_UNSET(Rpcb map, const rpc::Caller&) override { return ++calls, table_.erase(map.r_netid) != 0; }
  // As rpcbind does: the netid is that of the transport the call came over.
  std::string RPCBPROC_GETADDR(Rpcb map, const rpc::Caller& caller) override {
    ++calls;
    const auto found = table_.find(caller.protocol == transport::Protocol::udp ? "udp" : "tcp");
    return map.r_prog == adder::program.number && found != table_.end() ? found->second : "";
  }
  rpcbind::rpcblist_ptr RPCBPROC_DUMP(const rpc::Caller&) override {
    ++calls;
    rpcbind::rpcblist_ptr list;
    for (const auto& [netid, address] : table_)
      list.push_back({{adder::program.number, adder::program.version, netid, address, "unknown"}});
    return list;
  }
  std::uint32_t RPCBPROC_GETTIME(const rpc::Caller&) override { return 0; }
  rpcbind::netbuf RPCBPROC_UADDR2TADDR(std::string, const rpc::Caller&) override { return {}; }
  std::string RPCBPROC_TADDR2UADDR(rpcbind::netbuf, const rpc::Caller&) override { return ""; }

 protected:
  Table& table_;
};

struct Version3 {
  using Server = rpcbind::RPCBPROG::RPCBVERS::Server;
};
struct Version4 {
  using Server = rpcbind::RPCBPROG::RPCBVERS4::Server;
};

class Rpcbind3 : public Rpcbind<Version3> {
 public:
  using Rpcbind::Rpcbind;
  rpcbind::rpcb_rmtcallres RPCBPROC_CALLIT(rpcbind::rpcb_rmtcallargs, const rpc::Caller&) override { return {}; }
};

class Rpcbind4 : public Rpcbind<Version4> {
 public:
  using Rpcbind::Rpcbind;
  rpcbind::rpcb_rmtcallres RPCBPROC_BCAST(rpcbind::rpcb_rmtcallargs, const rpc::Caller&) override { return {}; }
  std::string RPCBPROC_GETVERSADDR(rpcbind::rpcb, const rpc::Caller&) override { return ""; }
  rpcbind::rpcb_rmtcallres RPCBPROC_INDIRECT(rpcbind::rpcb_rmtcallargs, const rpc::Caller&) override { return {}; }
  rpcbind::rpcb_entry_list_ptr RPCBPROC_GETADDRLIST(rpcbind::rpcb, const rpc::Caller&) override { return {}; }
  rpcbind::rpcb_stat_byvers RPCBPROC_GETSTAT(const rpc::Caller&) override { return {}; }
};

class Portmap2 : public portmap::PMAP_PROG::PMAP_VERS::Server {
 public:
  explicit Portmap2(Table& table) : table_(table) {}
  int calls = 0;

  void PMAPPROC_NULL(const rpc::Caller&) override {}
  bool PMAPPROC_SET(portmap::mapping map, const rpc::Caller&) override {
    return ++calls, table_
                        .emplace(netid(map),
                                 "127.0.0.1." + std::to_string(map.port / 256) + "." + std::to_string(map.port % 256))
                        .second;
  }
  // The protocol is ignored (RFC 1833 §3.2).
  bool PMAPPROC_UNSET(portmap::mapping, const rpc::Caller&) override {
    return ++calls, table_.erase("tcp") + table_.erase("udp") != 0;
  }
  std::uint32_t PMAPPROC_GETPORT(portmap::mapping map, const rpc::Caller&) override {
    ++calls;
    const auto found = table_.find(netid(map));
    if (found == table_.end()) return 0;
    const auto dot = found->second.rfind('.');
    const auto before = found->second.rfind('.', dot - 1);
    return static_cast<std::uint32_t>(std::stoi(found->second.substr(before + 1)) * 256 +
                                      std::stoi(found->second.substr(dot + 1)));
  }
  portmap::pmaplist PMAPPROC_DUMP(const rpc::Caller&) override { return {}; }
  portmap::call_result PMAPPROC_CALLIT(portmap::call_args, const rpc::Caller&) override { return {}; }

 private:
  static std::string netid(const portmap::mapping& map) { return map.prot == portmap::IPPROTO_UDP ? "udp" : "tcp"; }

  Table& table_;
};

class Binding : public testing::Test {
 protected:
  ~Binding() override { ::unsetenv(binding::portmapper_variable); }

  void serve(std::initializer_list<rpc::Service*> versions) {
    // One port for both transports, as portmappers have.
    for (int attempt = 0; !server_ && attempt < 20; ++attempt) {
      const std::string port = std::to_string(20'000 + (::getpid() * 7 + attempt * 131) % 10'000);
      try {
        server_.emplace(versions, std::initializer_list<const char*>{("tcp://127.0.0.1:" + port).c_str(),
                                                                     ("udp://127.0.0.1:" + port).c_str()});
      } catch (const rpc::Error&) {
      }
    }
    ASSERT_TRUE(server_);
    ::setenv(binding::portmapper_variable, server_->at().c_str(), 1);
  }

  std::string locate(const char* server) {
    return binding::locate(Endpoint::parse(server), adder::program, transport::Clock::now() + 5s).text();
  }

  Table table_{{"tcp", "127.0.0.1.3.9"}, {"udp", "127.0.0.1.3.10"}};
  Portmap2 two_{table_};
  Rpcbind3 three_{table_};
  Rpcbind4 four_{table_};
  std::optional<RunningServer> server_;
};

TEST_F(Binding, what_is_complete_is_left_as_it_is) {
  ::setenv(binding::portmapper_variable, "tcp://127.0.0.1:1", 1);
  for (const char* uri : {"tcp://host.example:7", "udp://[::1]:7", "local:///run/x"}) EXPECT_EQ(locate(uri), uri);
}

TEST_F(Binding, rpcbind_version_4_is_asked_first) {
  serve({&two_, &three_, &four_});
  EXPECT_EQ(locate("tcp://127.0.0.1"), "tcp://127.0.0.1:777");
  EXPECT_EQ(locate("udp://127.0.0.1"), "udp://127.0.0.1:778");
  EXPECT_EQ(four_.calls, 2);
  EXPECT_EQ(three_.calls + two_.calls, 0);
}

TEST_F(Binding, then_version_3) {
  serve({&two_, &three_});
  EXPECT_EQ(locate("udp://127.0.0.1"), "udp://127.0.0.1:778");
  EXPECT_EQ(three_.calls, 1);
  EXPECT_EQ(two_.calls, 0);
}

TEST_F(Binding, then_portmap_version_2) {
  serve({&two_});
  EXPECT_EQ(locate("tcp://127.0.0.1"), "tcp://127.0.0.1:777");
  EXPECT_EQ(locate("udp://127.0.0.1"), "udp://127.0.0.1:778");
}

TEST_F(Binding, a_bare_host_is_asked_for_tcp_and_then_for_udp) {
  serve({&four_});
  EXPECT_EQ(locate("127.0.0.1"), "tcp://127.0.0.1:777");
  table_.erase("tcp");
  EXPECT_EQ(locate("127.0.0.1"), "udp://127.0.0.1:778");
}

TEST_F(Binding, what_is_not_registered_says_so) {
  serve({&two_, &three_, &four_});
  table_.clear();
  try {
    locate("127.0.0.1");
    FAIL();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), rpc::errc::not_registered);
    EXPECT_EQ(error.what(), "ADDER version 2 is not registered with the portmapper at " + server_->at(1) +
                                ": is its server running, and did it register?");
  }
}

TEST_F(Binding, an_address_that_is_none_is_an_error) {
  serve({&four_});
  for (const std::string& lie : {std::string("nonsense"), std::string("127.0.0.1.3.256"), std::string(65'536, '1'),
                                 std::string("\x1b]0;a title\x07\n")}) {
    table_["tcp"] = lie;
    try {
      locate("tcp://127.0.0.1");
      FAIL();
    } catch (const rpc::Error& error) {
      EXPECT_EQ(error.code(), rpc::errc::bad_reply);
      EXPECT_LT(std::string(error.what()).size(), 300U);
      EXPECT_EQ(std::string(error.what()).find_first_of("\x1b\x07\n"), std::string::npos);
    }
  }
}

TEST_F(Binding, a_portmapper_named_by_a_host_name_is_asked_at_each_address_of_it) {
  serve({&four_});
  const std::string port = std::to_string(*server_->endpoint().port);
  ::setenv(binding::portmapper_variable, ("tcp://localhost:" + port).c_str(), 1);
  EXPECT_EQ(locate("tcp://whatever"), "tcp://127.0.0.1:777");
}

TEST_F(Binding, an_address_on_all_interfaces_is_where_the_portmapper_is) {
  serve({&four_});
  table_["tcp"] = "0.0.0.0.3.9";
  EXPECT_EQ(locate("tcp://127.0.0.1"), "tcp://127.0.0.1:777");
}

TEST_F(Binding, a_portmapper_on_a_local_socket_tells_of_every_transport) {
  const std::string uri = "local:///tmp/onc-binding-test-" + std::to_string(::getpid());
  server_.emplace(std::initializer_list<rpc::Service*>{&two_, &three_, &four_},
                  std::initializer_list<const char*>{uri.c_str()});
  ::setenv(binding::portmapper_variable, uri.c_str(), 1);
  table_ = {{"tcp", "0.0.0.0.3.9"}, {"udp6", "::.3.10"}};
  EXPECT_EQ(locate("localhost"), "tcp://127.0.0.1:777");
  EXPECT_EQ(locate("udp://localhost"), "udp://[::1]:778");
}

TEST_F(Binding, without_a_portmapper_a_client_is_told_what_to_do) {
  ::setenv(binding::portmapper_variable, "local:///nonexistent/rpcbind.sock", 1);
  try {
    locate("localhost");
    FAIL();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_STREQ(error.what(),
                 "the portmapper at local:///nonexistent/rpcbind.sock cannot be asked for the port (No such file or "
                 "directory): start it, or write the port, as in tcp://localhost:12345");
  }
}

TEST_F(Binding, registers_with_rpcbind_and_unregisters_in_the_end) {
  serve({&two_, &three_, &four_});
  table_ = {{"tcp", "127.0.0.1.1.1"}};  // left behind by a server that died
  {
    const binding::Registration registration(
        {adder::program}, {Endpoint::parse("tcp://127.0.0.1:777"), Endpoint::parse("udp://[::1]:778")},
        Registering::required);
    EXPECT_TRUE(registration.registered());
    EXPECT_EQ(table_, (Table{{"tcp", "127.0.0.1.3.9"}, {"udp6", "::1.3.10"}}));
  }
  EXPECT_EQ(table_, Table());
}

TEST_F(Binding, registers_with_a_portmapper_of_version_2) {
  serve({&two_});
  {
    const binding::Registration registration(
        {adder::program}, {Endpoint::parse("tcp://127.0.0.1:800"), Endpoint::parse("udp://127.0.0.1:801")},
        Registering::required);
    EXPECT_EQ(table_, (Table{{"tcp", "127.0.0.1.3.32"}, {"udp", "127.0.0.1.3.33"}}));
  }
  EXPECT_EQ(table_, Table());
}

TEST_F(Binding, of_several_endpoints_on_one_transport_the_first_is_registered) {
  serve({&three_});
  table_.clear();
  const binding::Registration registration(
      {adder::program}, {Endpoint::parse("tcp://127.0.0.1:777"), Endpoint::parse("tcp://127.0.0.2:778")},
      Registering::required);
  EXPECT_EQ(table_, (Table{{"tcp", "127.0.0.1.3.9"}}));
}

TEST_F(Binding, a_server_leaves_what_another_registered_in_its_place) {
  const auto replaced = [&](std::initializer_list<rpc::Service*> versions) {
    server_.reset();
    serve(versions);
    table_.clear();
    std::optional<binding::Registration> first(
        std::in_place, std::vector{adder::program},
        std::vector{Endpoint::parse("tcp://127.0.0.1:777"), Endpoint::parse("udp://127.0.0.1:777")},
        Registering::required);
    const binding::Registration second({adder::program},
                                       {Endpoint::parse("tcp://127.0.0.1:778"), Endpoint::parse("udp://127.0.0.1:777")},
                                       Registering::required);
    table_.erase("udp");
    first.reset();
    EXPECT_EQ(table_, (Table{{"tcp", "127.0.0.1.3.10"}}));
  };
  replaced({&two_, &three_, &four_});
  replaced({&two_});
}

TEST_F(Binding, a_portmapper_that_hangs_is_waited_for_once_and_not_at_each_entry) {
  serve({&three_});
  table_.clear();
  std::optional<binding::Registration> registration(
      std::in_place, std::vector{adder::program},
      std::vector{Endpoint::parse("tcp://127.0.0.1:777"), Endpoint::parse("udp://[::1]:778")}, Registering::required);
  const std::string at = server_->at();
  server_.reset();
  transport::Listener silent = transport::listen(Endpoint::parse(at));
  const auto begin = transport::Clock::now();
  registration.reset();
  EXPECT_LT(transport::Clock::now() - begin, 9s);
}

TEST_F(Binding, without_a_portmapper_registering_says_what_to_do_or_does_without) {
  ::setenv(binding::portmapper_variable, "local:///nonexistent/rpcbind.sock", 1);
  const std::vector<Endpoint> endpoints = {Endpoint::parse("tcp://127.0.0.1:777")};
  const std::string why_not =
      "no portmapper answers at local:///nonexistent/rpcbind.sock: start rpcbind or portmapper, name another one by "
      "ONC_PORTMAPPER, or do not register";
  const binding::Registration without({adder::program}, endpoints, Registering::if_available);
  EXPECT_FALSE(without.registered());
  EXPECT_EQ(without.why_not(), why_not);
  const binding::Registration none({adder::program}, endpoints, Registering::no);
  EXPECT_FALSE(none.registered());
  EXPECT_EQ(none.why_not(), "");
  try {
    binding::Registration({adder::program}, endpoints, Registering::required);
    FAIL();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.what(), why_not);
  }
}

TEST_F(Binding, a_portmapper_that_cannot_be_meant_is_an_error_unless_none_is_wanted) {
  const std::vector<Endpoint> endpoints = {Endpoint::parse("tcp://127.0.0.1:777")};
  for (const std::string& malformed :
       {std::string("tpc://127.0.0.1:111"), std::string("127.0.0.1:111"), "local:///" + std::string(200, 'x')}) {
    ::setenv(binding::portmapper_variable, malformed.c_str(), 1);
    for (const Registering registering : {Registering::if_available, Registering::required}) {
      try {
        binding::Registration({adder::program}, endpoints, registering);
        FAIL() << malformed;
      } catch (const rpc::Error& error) {
        EXPECT_EQ(error.code(), rpc::errc::bad_endpoint) << error.what();
      }
    }
    EXPECT_FALSE(binding::Registration({adder::program}, endpoints, Registering::no).registered());
  }
}

TEST_F(Binding, a_client_finds_its_server_by_host_name_alone) {
  adder::Server adder;
  RunningServer served({&adder}, {"tcp://127.0.0.1:0"});
  const unsigned port = *served.endpoint().port;
  serve({&two_, &three_, &four_});
  table_ = {{"tcp", "127.0.0.1." + std::to_string(port / 256) + "." + std::to_string(port % 256)}};
  EXPECT_EQ(adder::Client("localhost").add(2, 3), 5);
}

}  // namespace
