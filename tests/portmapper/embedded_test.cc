// A portmapper inside a server, asked over real sockets.
#include <onc/binding/binding.h>
#include <onc/portmapper/embedded.h>
#include <onc/rpc/error.h>
#include <onc/transport/clock.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <thread>

#include "portmap.x.h"
#include "rpcbind.x.h"
#include "tests/runtime/adder.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;
namespace Rpcbind = rpcbind::RPCBPROG::RPCBVERS4;
namespace Portmap = portmap::PMAP_PROG::PMAP_VERS;

class Embedded : public testing::Test {
 protected:
  Embedded() {
    server_.add(adder_);
    at_ = server_.listen("tcp://127.0.0.1:0");
    server_.listen("udp://127.0.0.1:0");
    portmapper_.emplace(server_, std::uint16_t{0});
    thread_ = std::thread([this] { server_.run(); });
  }
  ~Embedded() override {
    server_.stop();
    thread_.join();
  }

  std::string asked_at() const { return "tcp://127.0.0.1:" + std::to_string(*portmapper_->endpoints().front().port); }

  adder::Server adder_;
  std::optional<rpc::EmbeddedPortmapper> portmapper_;
  rpc::Server server_{{.threads = 2}};
  transport::Endpoint at_;
  std::thread thread_;
};

TEST_F(Embedded, tells_where_the_programs_of_its_server_are) {
  Portmap::Client client(asked_at());
  EXPECT_EQ(client.PMAPPROC_GETPORT({adder::program.number, adder::program.version, portmap::IPPROTO_TCP, 0}),
            *at_.port);
  Rpcbind::Client newer(asked_at());
  const auto port = std::to_string(*at_.port / 256) + "." + std::to_string(*at_.port % 256);
  EXPECT_EQ(newer.RPCBPROC_GETADDR({adder::program.number, adder::program.version, "", "", ""}), "127.0.0.1." + port);
  const auto list = newer.RPCBPROC_DUMP();
  const auto is_adder = [](const auto& item) { return item.rpcb_map.r_prog == adder::program.number; };
  EXPECT_EQ(std::count_if(list.begin(), list.end(), is_adder), 2);
  EXPECT_TRUE(std::any_of(list.begin(), list.end(), [](const auto& item) { return item.rpcb_map.r_prog == 100'000; }));
}

TEST_F(Embedded, is_what_a_client_may_find_its_server_by) {
  ::setenv(binding::portmapper_variable, asked_at().c_str(), 1);
  adder::Client client("tcp://127.0.0.1");
  EXPECT_EQ(client.add(2, 3), 5);
  ::unsetenv(binding::portmapper_variable);
}

TEST_F(Embedded, is_changed_by_nobody) {
  Rpcbind::Client client(asked_at());
  EXPECT_FALSE(client.RPCBPROC_SET({600, 1, "tcp", "127.0.0.1.4.1", ""}));
  EXPECT_FALSE(client.RPCBPROC_UNSET({adder::program.number, adder::program.version, "", "", ""}));
  EXPECT_EQ(client.RPCBPROC_GETADDR({600, 1, "", "", ""}), "");
  EXPECT_NE(client.RPCBPROC_GETADDR({adder::program.number, adder::program.version, "", "", ""}), "");
}

TEST_F(Embedded, stands_several_callers_at_once) {
  const auto ask = [this] {
    for (int i = 0; i < 200; ++i) {
      Rpcbind::Client client(asked_at());
      EXPECT_NE(client.RPCBPROC_GETADDR({adder::program.number, adder::program.version, "", "", ""}), "");
      EXPECT_FALSE(client.RPCBPROC_DUMP().empty());
    }
  };
  std::thread other(ask);
  ask();
  other.join();
}

TEST(Embedding, is_refused_where_there_is_one) {
  rpc::Server server;
  const rpc::EmbeddedPortmapper one(server, 0);
  EXPECT_THROW(rpc::EmbeddedPortmapper(server, 0), std::invalid_argument);
}

TEST(Embedding, says_when_its_port_is_taken) {
  rpc::Server server;
  rpc::Server other;
  const auto at = other.listen("tcp://0.0.0.0:0");
  EXPECT_THROW(rpc::EmbeddedPortmapper(server, *at.port), rpc::Error);
  EXPECT_TRUE(server.programs().empty());
}

}  // namespace
