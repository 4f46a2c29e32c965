// AUTH_SHORT from end to end (RFC 5531 §8.2).
#include <onc/rpc/observer.h>
#include <onc/server/server.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "tests/runtime/async_adder.h"

namespace {

using namespace onc;

// Notes of each call how long it was: with a short hand it is shorter than with an AUTH_SYS of a long name.
class Lengths : public rpc::Observer {
 public:
  void started(const rpc::ObservedCall& call) override { all.push_back(call.bytes); }
  std::vector<std::size_t> all;
};

constexpr std::size_t in_short = 40 + 16;
constexpr std::size_t in_full = 40 + 4 * 5 + 200;
constexpr std::size_t arguments = 8;

rpc::Credential user(std::uint32_t uid) {
  return rpc::Credential::sys({.machine_name = std::string(200, 'm'), .uid = uid});
}

class Serving {
 public:
  explicit Serving(std::size_t short_hands, const std::string& endpoint = "tcp://127.0.0.1:0")
      : server_(with(short_hands)) {
    server_.add(adder);
    server_.observe(lengths);
    at = server_.listen(endpoint).text();
    running_ = std::thread([this] { server_.run(); });
  }
  ~Serving() {
    server_.stop();
    running_.join();
  }

  adder::Server adder;
  Lengths lengths;
  std::string at;

 private:
  static rpc::ServerOptions with(std::size_t short_hands) {
    rpc::ServerOptions options;
    options.short_hands = short_hands;
    return options;
  }

  rpc::Server server_;
  std::thread running_;
};

using Sizes = std::vector<std::size_t>;

TEST(short_hand, is_said_from_the_second_call_on) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    Serving serving(10, endpoint);
    adder::Client client(serving.at);
    client.set_credential(user(1000));
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(client.add(i, 1), i + 1);
      EXPECT_EQ(serving.adder.last_sys->uid, 1000U);
      EXPECT_EQ(serving.adder.last_sys->machine_name.size(), 200U);
    }
    EXPECT_EQ(serving.lengths.all, (Sizes{in_full + arguments, in_short + arguments, in_short + arguments}))
        << endpoint;
  }
}

TEST(short_hand, is_not_said_where_none_is_given) {
  Serving serving(0);
  adder::Client client(serving.at);
  client.set_credential(user(1000));
  client.add(1, 1);
  client.add(1, 1);
  EXPECT_EQ(serving.lengths.all, (Sizes{in_full + arguments, in_full + arguments}));
}

TEST(short_hand, of_one_user_is_not_said_for_another) {
  Serving serving(10);
  adder::Client client(serving.at);
  client.as(user(1000)).add(1, 1);
  client.as(user(1001)).add(1, 1);
  EXPECT_EQ(serving.adder.last_sys->uid, 1001U);
  client.add(1, 1);
  EXPECT_FALSE(serving.adder.last_sys);
}

TEST(short_hand, that_the_server_has_forgotten_is_said_in_full) {
  Serving serving(1);
  adder::Client client(serving.at);
  adder::Client other(serving.at);
  client.set_credential(user(1000));
  other.set_credential(user(1001));
  client.add(1, 1);
  other.add(1, 1);
  serving.lengths.all.clear();
  EXPECT_EQ(client.add(2, 3), 5);
  EXPECT_EQ(serving.adder.last_sys->uid, 1000U);
  EXPECT_EQ(serving.lengths.all, (Sizes{in_short + arguments, in_full + arguments}));
}

// Another reason than that the server has forgotten it: the call may have done something by then.
TEST(short_hand, of_who_is_refused_is_not_said_in_full) {
  Serving serving(10);
  adder::Client client(serving.at);
  client.set_credential(user(1000));
  client.add(1, 1);
  serving.adder.calls = 0;
  EXPECT_THROW(client.call(adder::procedures::refuse, [](xdr::Encoder&) {}, {}), rpc::Error);
  EXPECT_EQ(serving.adder.calls, 1);
  client.add(1, 1);
  EXPECT_EQ(serving.lengths.all.back(), in_short + arguments);
}

TEST(short_hand, is_not_said_in_calls_that_nobody_answers) {
  Serving serving(10);
  adder::Client client(serving.at);
  client.set_credential(user(1000));
  client.add(1, 1);
  client.one_way().note(7);
  client.add(1, 1);
  EXPECT_EQ(serving.lengths.all, (Sizes{in_full + arguments, in_full + 4, in_short + arguments}));
}

TEST(short_hand, of_coroutines_is_said_and_forgotten_alike) {
  Serving serving(1);
  asio::io_context context;
  adder::AsyncClient client(context, serving.at);
  client.set_credential(user(1000));
  const auto sum = [&] {
    auto result = asio::co_spawn(context, client.add(2, 3), asio::use_future);
    context.restart();
    context.run();
    return result.get();
  };
  EXPECT_EQ(sum(), 5);
  EXPECT_EQ(sum(), 5);
  adder::Client other(serving.at);
  other.set_credential(user(1001));
  other.add(1, 1);
  EXPECT_EQ(sum(), 5);
  EXPECT_EQ(serving.adder.last_sys->uid, 1000U);
  EXPECT_EQ(serving.lengths.all, (Sizes{in_full + arguments, in_short + arguments, in_full + arguments,
                                        in_short + arguments, in_full + arguments}));
}

}  // namespace
