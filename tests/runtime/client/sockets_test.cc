// A client before servers that are dead, silent or lying, over real sockets.
#include <onc/rpc/error.h>
#include <onc/transport/connect.h>
#include <onc/transport/listen.h>
#include <onc/transport/socket_channel.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "tests/runtime/adder.h"
#include "tests/runtime/client/liar.h"
#include "tests/runtime/hex.h"
#include "tests/runtime/running_server.h"
#include "tests/runtime/small_stack.h"

#include <poll.h>

namespace {

using namespace onc;
using namespace std::chrono_literals;
using transport::Clock;
using transport::Endpoint;
using transport::Socket;

constexpr auto short_time = 300ms;

rpc::Error error_of(adder::Client& client) {
  try {
    client.add(2, 3);
  } catch (const rpc::Error& error) {
    return error;
  }
  ADD_FAILURE() << "the call succeeded";
  return {rpc::errc::timed_out, ""};
}

// Whatever has come of a call; its length depends on who makes it.
xdr::Bytes read_some(int connection) {
  xdr::Bytes call(4096);
  const ssize_t size = ::recv(connection, call.data(), call.size(), 0);
  call.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return call;
}

TEST(client, before_a_port_nobody_listens_on_fails_at_once) {
  std::string tcp, udp;
  {
    tcp = transport::listen(Endpoint::parse("tcp://127.0.0.1:0")).endpoint.text();
    udp = transport::listen(Endpoint::parse("udp://127.0.0.1:0")).endpoint.text();
  }
  for (const std::string& uri : {tcp, udp}) {
    adder::Client client(uri);
    const auto begin = Clock::now();
    const rpc::Error error = error_of(client);
    EXPECT_LT(Clock::now() - begin, 5s);
    EXPECT_EQ(error.code(), std::errc::connection_refused);
    EXPECT_FALSE(error.maybe_executed());
    EXPECT_EQ(std::string(error.what()),
              "ADDER.add version 2 at " + uri + ": nobody listens there (connection refused); it did not run");
  }
}

TEST(client, before_a_local_path_without_a_server_fails_at_once) {
  adder::Client client("local:///nonexistent/socket");
  EXPECT_EQ(error_of(client).code(), std::errc::no_such_file_or_directory);
}

TEST(client, before_a_host_without_an_address_says_so) {
  adder::Client client("tcp://no-such-host.invalid:1");
  const rpc::Error error = error_of(client);
  EXPECT_EQ(error.code(), rpc::errc::unknown_host);
  EXPECT_NE(std::string(error.what()).find("the host 'no-such-host.invalid' has no address"), std::string::npos);
}

TEST(client, before_a_silent_server_keeps_its_deadline) {
  const auto tcp = transport::listen(Endpoint::parse("tcp://127.0.0.1:0"));  // accepted by the kernel, never answered
  const auto udp = transport::listen(Endpoint::parse("udp://127.0.0.1:0"));
  for (const auto& silent : {tcp.endpoint, udp.endpoint}) {
    adder::Client client(silent.text(), {.timeout = short_time});
    for (int i = 0; i < 2; ++i) {
      const auto begin = Clock::now();
      const rpc::Error error = error_of(client);
      EXPECT_EQ(error.code(), rpc::errc::timed_out);
      EXPECT_TRUE(error.maybe_executed());
      EXPECT_GE(Clock::now() - begin, short_time - 5ms);
      EXPECT_LT(Clock::now() - begin, 5s);
    }
  }
}

TEST(client, is_not_kept_past_its_deadline_by_a_trickle) {
  Liar trickler([](int connection) {
    read_some(connection);
    const timeval pause{.tv_sec = 0, .tv_usec = 20'000};  // between bytes; reading ends it when the client leaves
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
    const std::byte zero{};
    for (std::byte got{}; ::send(connection, &zero, 1, MSG_NOSIGNAL) == 1 && ::recv(connection, &got, 1, 0) != 0;) {
    }
  });
  adder::Client client(trickler.at(), {.timeout = short_time});
  const auto begin = Clock::now();
  EXPECT_EQ(error_of(client).code(), rpc::errc::timed_out);
  EXPECT_LT(Clock::now() - begin, 5s);
}

TEST(client, learns_when_the_connection_breaks_before_the_reply) {
  Liar closer([](int connection) { read_some(connection); });
  adder::Client client(closer.at());
  for (int i = 0; i < 2; ++i) {
    const rpc::Error error = error_of(client);
    EXPECT_EQ(error.code(), rpc::errc::connection_lost);
    EXPECT_TRUE(error.maybe_executed());
  }
}

TEST(client, says_which_limit_a_message_is_over) {
  adder::Server adder;
  const RunningServer server({&adder}, {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"});
  adder::Client careful(server.at(0), {.max_reply = 1'000});
  EXPECT_EQ(careful.long_reply(500).size(), 500U);
  try {
    careful.long_reply(2'000);
    ADD_FAILURE();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), rpc::errc::record_too_long);
    EXPECT_NE(std::string(error.what()).find("max_reply (ClientOptions)"), std::string::npos) << error.what();
  }
  adder::Client datagrams(server.at(1));
  const xdr::Bytes much(70'000);
  try {
    datagrams.call(adder::procedures::null, [&](xdr::Encoder& out) { out.opaque(much, xdr::unbounded); }, {});
    ADD_FAILURE();
  } catch (const rpc::Error& error) {
    EXPECT_EQ(error.code(), std::errc::message_size);
    EXPECT_NE(std::string(error.what()).find("call over TCP"), std::string::npos) << error.what();
    EXPECT_FALSE(error.maybe_executed());
  }
}

TEST(client, survives_every_lie_of_a_server) {
  const std::string answer = "00000001 00000000 00000000 00000000 00000000 0000002a";
  const struct {
    std::string reply;  // XID stands for the call's
    std::error_code code;
  } rows[] = {
      {"ffffffff 00000000", rpc::errc::record_too_long},
      {"7fffffff 00000000", rpc::errc::record_too_long},
      {"48545450 2f312e31 20323030", rpc::errc::record_too_long},
      {"80000000", rpc::errc::bad_reply},
      {"80000004 00000000", rpc::errc::bad_reply},
      {"80000008 XID 00000000", rpc::errc::bad_reply},  // a call
      {"80000008 XID 00000001", rpc::errc::bad_reply},  // ends there
      {"8000000c XID 00000001 00000007", rpc::errc::bad_reply},
      {"80000014 XID 00000001 00000000 00000000 ffffffff", rpc::errc::bad_reply},  // a verifier of 4 GB
      {"80000014 XID 00000001 00000000 00000000 00000191", rpc::errc::bad_reply},  // or of one byte more than may be
      {"80000018 XID 00000001 00000000 00000000 ffffffff", rpc::errc::timed_out},  // and more is owed
      {"80000018 XID 00000001 00000000 00000000 00000000 00000000", rpc::errc::undecodable_reply},
      {"80000018 XID 00000001 00000000 00000000 00000000 00000005", rpc::errc::system_error},
      {"80000018 XID 00000001 00000000 00000000 00000000 00000063", rpc::errc::bad_reply},
      {"80000014 XID 00000001 00000001 00000001 00000005", rpc::errc::authentication_error},
      {"8000001c 00000000 " + answer, rpc::errc::timed_out},  // another's, if to anybody
      {"8000001c 00000000 " + answer + "8000001c XID " + answer, {}},
  };
  for (const auto& row : rows) {
    Liar liar([&](int connection) {
      std::string reply = row.reply;
      const xdr::Bytes call = read_some(connection);
      if (const auto place = reply.find("XID"); place != std::string::npos)
        reply.replace(place, 3, to_hex({call.data() + 4, 4}));
      send_hex(connection, reply);
      wait_for_the_end(connection);
    });
    adder::Client client(liar.at(), {.timeout = row.code == rpc::errc::timed_out ? short_time : 5'000ms});
    if (row.code) {
      EXPECT_EQ(error_of(client).code(), row.code) << row.reply;
    } else {
      EXPECT_EQ(client.add(2, 3), 42);
    }
  }
}

TEST(client, connects_again_after_a_failure) {
  int connections = 0;
  Liar moody([&](int connection) {
    const xdr::Bytes call = read_some(connection);
    if (++connections == 1) return;
    send_hex(connection,
             "8000001c" + to_hex({call.data() + 4, 4}) + "00000001 00000000 00000000 00000000 00000000 0000002a");
    wait_for_the_end(connection);
  });
  adder::Client client(moody.at());
  EXPECT_EQ(error_of(client).code(), rpc::errc::connection_lost);
  EXPECT_EQ(client.add(2, 3), 42);
}

TEST(client, connects_again_when_the_server_has_hung_up_meanwhile) {
  adder::Server adder;
  std::optional<RunningServer> server(std::in_place, std::initializer_list<rpc::Service*>{&adder},
                                      std::initializer_list<const char*>{"tcp://127.0.0.1:0"});
  const std::string uri = server->at();
  // A clock would have to be turned: the client looks at connections that it has not used for a second.
  auto channel = transport::connect(Endpoint::parse(uri), Clock::now() + 5s, 1000);
  EXPECT_FALSE(channel->is_hung_up());
  adder::Client client(uri);
  EXPECT_EQ(client.add(2, 3), 5);
  const auto used = Clock::now();
  server.reset();
  server.emplace(std::initializer_list<rpc::Service*>{&adder}, std::initializer_list<const char*>{uri.c_str()});
  while (Clock::now() - used < 1100ms) EXPECT_TRUE(channel->is_hung_up());
  EXPECT_EQ(client.add(2, 4), 6);
}

TEST(client, over_udp_tries_every_address_of_the_host) {
  // Where a host has both, ::1 comes first, and here nobody listens there.
  adder::Server adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  const transport::Address nobody = transport::Address::ip("127.0.0.99", *server.endpoint().port);
  Socket socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(socket.get(), nobody.data(), nobody.size()), 0);
  adder::Client client(std::make_unique<transport::DatagramChannel>(std::move(socket), "udp://two-addresses",
                                                                    transport::resolve(server.endpoint())));
  EXPECT_EQ(client.add(2, 3), 5);
  EXPECT_EQ(client.add(2, 4), 6);
}

// CVE-2016-4429: each "port unreachable" cost a piece of the stack.
TEST(client, over_udp_outlives_any_number_of_ports_unreachable) {
  adder::Server adder;
  RunningServer server({&adder}, {"udp://127.0.0.1:0"});
  const std::uint16_t port = *server.endpoint().port;
  std::vector<transport::Address> addresses;
  for (int i = 0; i < 5000; ++i)
    addresses.push_back(
        transport::Address::ip("127.1." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1), port));
  addresses.push_back(transport::resolve(server.endpoint()).front());
  Socket socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(socket.get(), addresses.front().data(), addresses.front().size()), 0);
  on_a_small_stack(
      [&] {
        adder::Client client(std::make_unique<transport::DatagramChannel>(std::move(socket), "udp://many", addresses));
        EXPECT_EQ(client.add(2, 3), 5);
      },
      256 << 10);
  // And where nobody else is to be asked, each call says so.
  adder::Client client("udp://127.1.0.1:" + std::to_string(port));
  for (int i = 0; i < 5000; ++i) ASSERT_EQ(error_of(client).code(), std::errc::connection_refused) << i;
}

TEST(client, refuses_what_is_no_endpoint_when_it_is_made) {
  EXPECT_THROW(adder::Client("tcp://host:port"), rpc::Error);
}

// Answers with the size of what it is given, and how many bytes are as its last.
class Measurer : public rpc::Service {
 public:
  Measurer() : Service(adder::program) {}
  void dispatch(std::uint32_t, xdr::Decoder& arguments, xdr::Encoder& results, const rpc::Caller&) override {
    xdr::Bytes value;
    arguments.opaque(value, xdr::unbounded);
    arguments.finish();
    results.u32(static_cast<std::uint32_t>(value.size()));
    results.u32(static_cast<std::uint32_t>(std::count(value.begin(), value.end(), value.back())));
  }
};

// As idlc writes one.
class MeasuringClient : public rpc::Client {
 public:
  using Client::Client;
  std::pair<std::uint32_t, std::uint32_t> measure(const xdr::Bytes& value) {
    begin_call({adder::program, 1, "measure"}).opaque(value, xdr::unbounded);
    xdr::Decoder& in = end_call();
    const std::uint32_t size = in.u32();
    return {size, in.u32()};
  }
};

TEST(client, sends_large_opaques_whole) {
  Measurer measurer;
  RunningServer server({&measurer}, {"tcp://127.0.0.1:0"});
  MeasuringClient client(server.at());
  for (const std::uint32_t size : {65'535U, 65'536U, 65'537U, 9U << 20, 3U})
    EXPECT_EQ(client.measure(xdr::Bytes(size, std::byte{7})), std::pair(size, size));
}

// Sends back what it gets, and says whether that stayed where it had arrived.
class Echoer : public rpc::Service {
 public:
  Echoer() : Service(adder::program) {}
  void dispatch(std::uint32_t, xdr::Decoder& arguments, xdr::Encoder& results, const rpc::Caller&) override {
    const std::byte* const place = arguments.rest().data() + 4;
    xdr::Bytes value;
    arguments.opaque(value, xdr::unbounded);
    arguments.finish();
    results.boolean(value.data() == place);
    results.opaque(std::move(value), xdr::unbounded);
  }
};

class EchoClient : public rpc::Client {
 public:
  using Client::Client;

  bool stayed_at_server = false;
  bool stayed_here = false;

  xdr::Bytes echo(const xdr::Bytes& value) {
    begin_call({adder::program, 1, "echo"}).opaque(value, xdr::unbounded);
    xdr::Decoder& in = end_call();
    stayed_at_server = in.boolean();
    const std::byte* const place = in.rest().data() + 4;
    xdr::Bytes back;
    in.opaque(back, xdr::unbounded);
    stayed_here = back.data() == place;
    return back;
  }
};

TEST(client, and_server_leave_large_opaques_where_they_arrive) {
  for (const bool on_workers : {false, true}) {
    Echoer echoer;
    RunningServer server({&echoer}, {"tcp://127.0.0.1:0"}, {}, {.on_workers = on_workers});
    EchoClient client(server.at());
    std::vector<xdr::Bytes> kept;
    for (unsigned char i = 0; i < 5; ++i) {
      kept.push_back(client.echo(xdr::Bytes(1 << 20, std::byte{i})));
      EXPECT_TRUE(client.stayed_at_server);
      EXPECT_TRUE(client.stayed_here);
    }
    EXPECT_EQ(client.echo(xdr::Bytes(1000)).size(), 1000U);
    EXPECT_FALSE(client.stayed_at_server);
    EXPECT_FALSE(client.stayed_here);
    for (unsigned char i = 0; i < 5; ++i) EXPECT_EQ(kept[i], xdr::Bytes(1 << 20, std::byte{i}));
  }
}

}  // namespace
