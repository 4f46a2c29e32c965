// Services called without a network: what who writes one tests it with.
#include <onc/rpc/error.h>
#include <onc/server/in_memory.h>
#include <onc/transport/endpoint.h>

#include <gtest/gtest.h>

#include <chrono>

#include "tests/runtime/async_adder.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

std::error_code code_of(auto&& call) {
  try {
    call();
    return {};
  } catch (const rpc::Error& error) {
    return error.code();
  }
}

TEST(in_memory, a_call_is_served_by_what_was_added) {
  adder::Server adder;
  rpc::InMemory network;
  network.add(adder);
  adder::Client client(network.connect());
  EXPECT_EQ(client.add(2, 3), 5);
  EXPECT_EQ(client.add(20, 3), 23);
  EXPECT_EQ(adder.calls, 2);
}

TEST(in_memory, clients_are_told_what_a_network_would_tell_them) {
  adder::Server adder;
  rpc::InMemory network;
  network.add(adder);
  adder::Client client(network.connect());
  const auto call = [&](const rpc::Procedure& procedure) { return code_of([&] { client.call(procedure, {}, {}); }); };
  EXPECT_EQ(call(adder::procedures::fail), rpc::errc::system_error);
  EXPECT_EQ(call(adder::procedures::refuse), rpc::errc::authentication_error);
  EXPECT_EQ(call(adder::procedures::add), rpc::errc::garbage_arguments);
  EXPECT_EQ(call({adder::program, 99, "none"}), rpc::errc::procedure_unavailable);
  EXPECT_EQ(call({{1, 1, "NOBODY", "v1"}, 0, "null"}), rpc::errc::program_unavailable);
  EXPECT_EQ(client.add(2, 3), 5);
}

TEST(in_memory, a_call_without_a_reply_times_out_at_once) {
  adder::Server adder;
  rpc::InMemory network;
  network.add(adder);
  for (const auto protocol : {transport::Protocol::tcp, transport::Protocol::udp}) {
    adder::Client client(network.connect(protocol), {.timeout = std::chrono::hours(24)});
    EXPECT_EQ(code_of([&] { client.call(adder::procedures::stay_silent, {}, {}); }), rpc::errc::timed_out);
    EXPECT_EQ(adder::Client(network.connect(protocol)).add(2, 3), 5);
  }
}

TEST(in_memory, handlers_that_are_coroutines_run_until_they_answer) {
  adder::AsyncServer adder;
  rpc::InMemory network;
  network.add(adder);
  adder::Client client(network.connect());
  EXPECT_EQ(client.add(2, 3), 5);
  EXPECT_EQ(client.long_reply(100'000).size(), 100'000u);
  EXPECT_EQ(code_of([&] { client.call(adder::procedures::fail, {}, {}); }), rpc::errc::system_error);
  EXPECT_EQ(client.add(20, 3), 23);
  EXPECT_EQ(code_of([&] { client.call(adder::procedures::stay_silent, {}, {}); }), rpc::errc::timed_out);
}

TEST(in_memory, one_way_calls_are_run_and_not_answered) {
  adder::Server adder;
  rpc::InMemory network;
  network.add(adder, {.one_way = {adder::procedures::note.number}});
  adder::Client client(network.connect());
  client.one_way().note(1);
  client.one_way().note(2);
  EXPECT_EQ(client.add(2, 3), 5);
  EXPECT_EQ(adder.noted, (std::vector<std::int32_t>{1, 2}));
  EXPECT_EQ(code_of([&] { client.note(3); }), rpc::errc::timed_out) << "a client that waits, waits in vain";
}

TEST(in_memory, one_way_handlers_that_are_coroutines_run_too) {
  class Noting : public rpc::AsyncService {
   public:
    Noting() : AsyncService(adder::program) {}
    int calls = 0;
    asio::awaitable<void> dispatch(std::uint32_t, xdr::Decoder& arguments, xdr::Encoder&, const rpc::Caller&) override {
      arguments.i32();
      arguments.finish();
      return note();
    }
    asio::awaitable<void> note() {
      ++calls;
      co_return;
    }
  } noting;
  rpc::InMemory network;
  network.add(noting, {.one_way = {adder::procedures::note.number}});
  adder::Client client(network.connect());
  client.one_way().note(1);
  client.flush();
  EXPECT_EQ(noting.calls, 1);
}

TEST(in_memory, handlers_see_the_caller_that_the_test_chose) {
  class Doorman : public adder::Server {
   public:
    std::string seen;
    void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                  const rpc::Caller& caller) override {
      seen = std::string(transport::name(caller.protocol)) + " " + caller.peer.text();
      adder::Server::dispatch(procedure, arguments, results, caller);
    }
  } doorman;
  rpc::InMemory network;
  network.add(doorman);
  adder::Client client(network.connect(transport::Protocol::udp, transport::Address::ip("192.0.2.7", 700)));
  client.set_credential(rpc::Credential::sys({.machine_name = "far", .uid = 1000, .gid = 100, .gids = {}}));
  client.null();
  EXPECT_EQ(doorman.seen, "udp 192.0.2.7:700");
  ASSERT_TRUE(doorman.last_sys);
  EXPECT_EQ(doorman.last_sys->uid, 1000u);
}

}  // namespace
