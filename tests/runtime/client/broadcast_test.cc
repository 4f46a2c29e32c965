// One question, many answers: servers of this host's, at addresses of their own.
#include <onc/client/broadcast.h>
#include <onc/transport/listen.h>

#include <gtest/gtest.h>

#include <set>
#include "portmap.x.h"
#include "tests/runtime/adder.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/running_server.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

const auto two_and_three = [](xdr::Encoder& out) {
  out.i32(2);
  out.i32(3);
};

// A portmapper that passes calls on to the adder, or says nothing, as rpcbind does for what it has not.
class Forwarding : public portmap::PMAP_PROG::PMAP_VERS::Server {
 public:
  explicit Forwarding(unsigned port, bool has_it = true) : port_(port), has_it_(has_it) {}

  bool PMAPPROC_SET(portmap::mapping, const rpc::Caller&) override { return false; }
  void PMAPPROC_NULL(const rpc::Caller&) override {}
  bool PMAPPROC_UNSET(portmap::mapping, const rpc::Caller&) override { return false; }
  std::uint32_t PMAPPROC_GETPORT(portmap::mapping, const rpc::Caller&) override { return 0; }
  portmap::pmaplist PMAPPROC_DUMP(const rpc::Caller&) override { return {}; }
  portmap::call_result PMAPPROC_CALLIT(portmap::call_args call, const rpc::Caller&) override {
    if (!has_it_) throw rpc::NoReply();
    EXPECT_EQ(call.prog, adder::program.number);
    xdr::Decoder in(call.args);
    xdr::Encoder out;
    out.i32(in.i32() + in.i32());
    return {port_, xdr::to_bytes(out.bytes())};
  }

 private:
  unsigned port_;
  bool has_it_;
};

rpc::BroadcastOptions to(const RunningServer& server, std::vector<std::string> addresses) {
  return {.duration = 400ms, .repeat_after = 50ms, .port = *server.endpoint().port, .to = std::move(addresses)};
}

TEST(broadcast, yields_each_servers_answer_once_with_its_sender) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://0.0.0.0:0"});
  rpc::Broadcast asked(adder::procedures::add, two_and_three, to(server, {"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
  std::multiset<std::string> senders;
  while (const auto answer = asked.next()) {
    EXPECT_EQ(answer->results().i32(), 5);
    EXPECT_EQ(answer->from().port(), *server.endpoint().port);
    senders.insert(answer->from().host());
  }
  EXPECT_EQ(senders, (std::multiset<std::string>{"127.0.0.1", "127.0.0.2", "127.0.0.3"}));
}

TEST(broadcast, reaches_ipv6_too) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://[::1]:0"});
  rpc::Broadcast asked(adder::procedures::add, two_and_three, to(server, {"::1"}));
  const auto answer = asked.next();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->from().host(), "::1");
  EXPECT_EQ(answer->results().i32(), 5);
}

TEST(broadcast, through_portmappers_names_the_server_itself) {
  Forwarding portmapper(4711);
  RunningServer server({&portmapper}, {"udp://127.0.0.1:0"});
  rpc::Broadcast asked(adder::procedures::add, two_and_three,
                       {.duration = 5s, .to = {"127.0.0.1"}, .portmapper_port = *server.endpoint().port});
  const auto answer = asked.next();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->from().text(), "127.0.0.1:4711");
  EXPECT_EQ(answer->results().i32(), 5);
}

TEST(broadcast, passes_over_refusals_and_silence) {
  adder::Server adder;
  Forwarding without_it(0, false);
  RunningServer server({&adder, &without_it}, {"udp://127.0.0.1:0"});
  rpc::Broadcast refused(adder::procedures::refuse, {}, to(server, {"127.0.0.1"}));
  EXPECT_FALSE(refused.next());
  rpc::Broadcast unheard(adder::procedures::add, two_and_three,
                         {.duration = 100ms, .to = {"127.0.0.1"}, .portmapper_port = *server.endpoint().port});
  EXPECT_FALSE(unheard.next());
}

TEST(broadcast, repeats_the_question_while_it_waits) {
  const transport::Listener nobody = transport::listen(transport::Endpoint::parse("udp://127.0.0.1:0"));
  rpc::Broadcast asked(adder::procedures::null, {},
                       {.duration = 200ms, .repeat_after = 10ms, .port = *nobody.endpoint.port, .to = {"127.0.0.1"}});
  EXPECT_FALSE(asked.next());
  std::vector<std::string> questions;
  xdr::Bytes bytes(1'000);
  for (ssize_t size; (size = ::recv(nobody.socket.get(), bytes.data(), bytes.size(), 0)) > 0;)
    questions.push_back(to_hex(xdr::BytesView(bytes).first(static_cast<std::size_t>(size))));
  EXPECT_GT(questions.size(), 1U);
  EXPECT_LE(questions.size(), 5U) << "after 10, 20, 40 and 80 ms";
  EXPECT_EQ(std::set(questions.begin(), questions.end()).size(), 1U);
}

TEST(broadcast, hears_no_more_servers_than_it_was_told_to) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://0.0.0.0:0"});
  auto options = to(server, {"127.0.0.1", "127.0.0.2", "127.0.0.3"});
  options.max_answers = 2;
  rpc::Broadcast asked(adder::procedures::add, two_and_three, options);
  EXPECT_TRUE(asked.next());
  EXPECT_TRUE(asked.next());
  EXPECT_FALSE(asked.next());
}

TEST(broadcast, refuses_what_no_packet_carries) {
  const auto much = [](xdr::Encoder& out) { out.opaque(xdr::Bytes(2'000), xdr::unbounded); };
  EXPECT_THROW(rpc::Broadcast(adder::procedures::add, much), rpc::Error);
  EXPECT_THROW(rpc::Broadcast(adder::procedures::add, {}, {.to = {"nonsense"}}), rpc::Error);
}

}  // namespace
