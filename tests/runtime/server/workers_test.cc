// Handlers that block, on threads of their own.
#include <onc/rpc/error.h>
#include <onc/server/server.h>

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>

#include <barrier>
#include <future>
#include <thread>

#include "tests/runtime/async_adder.h"

namespace {

using namespace onc;
using namespace std::chrono_literals;

// Each of its calls waits until as many as `together` have come.
class Meeting : public adder::Server {
 public:
  explicit Meeting(std::ptrdiff_t together) : all_(together) {}

  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    if (procedure != adder::procedures::add.number) return Server::dispatch(procedure, arguments, results, caller);
    const std::int32_t sum = arguments.i32() + arguments.i32();
    arguments.finish();
    all_.arrive_and_wait();
    results.i32(sum);
  }

 private:
  std::barrier<> all_;
};

struct Serving {
  Serving(rpc::Service& service, const char* endpoint, rpc::ServerOptions options = {}) : server(options) {
    server.add(service, {.one_way = {adder::procedures::note.number}, .on_workers = true});
    at = server.listen(endpoint).text();
    running = std::thread([this] { server.run(); });
  }
  ~Serving() {
    server.stop();
    running.join();
  }

  rpc::Server server;
  std::string at;
  std::thread running;
};

TEST(workers, handlers_that_block_run_at_the_same_time) {
  for (const char* endpoint : {"tcp://127.0.0.1:0", "udp://127.0.0.1:0"}) {
    Meeting meeting(4);
    Serving serving(meeting, endpoint);
    std::vector<std::future<std::int32_t>> sums;
    for (int i = 0; i < 4; ++i)
      sums.push_back(std::async(std::launch::async, [&, i] { return adder::Client(serving.at).add(i, 1); }));
    for (int i = 0; i < 4; ++i) EXPECT_EQ(sums[static_cast<std::size_t>(i)].get(), i + 1);
  }
}

TEST(workers, calls_of_one_connection_run_at_the_same_time_too) {
  Meeting meeting(2);
  Serving serving(meeting, "tcp://127.0.0.1:0");
  asio::io_context context(1);
  adder::AsyncClient client(context, serving.at);
  int sum = 0;
  for (int i = 1; i <= 2; ++i)
    asio::co_spawn(context, client.add(i, 10), [&](std::exception_ptr failure, std::int32_t one) {
      EXPECT_FALSE(failure);
      sum += one;
    });
  context.run();
  EXPECT_EQ(sum, 11 + 12);
}

TEST(workers, callers_are_told_what_they_would_be_without) {
  adder::Server adder;
  std::string told;
  {
    Serving serving(adder, "tcp://127.0.0.1:0", {.workers = 1});
    serving.server.on_failure([&](const rpc::Program&, std::uint32_t, const std::string& what) { told = what; });
    adder::Client client(serving.at, {.timeout = 20s});
    const auto code_of = [&](const rpc::Procedure& procedure) {
      try {
        client.call(procedure, {}, {});
      } catch (const rpc::Error& error) {
        return error.code();
      }
      return std::error_code();
    };
    EXPECT_EQ(code_of(adder::procedures::fail), rpc::errc::system_error);
    EXPECT_EQ(code_of(adder::procedures::refuse), rpc::errc::authentication_error);
    EXPECT_EQ(code_of(adder::procedures::add), rpc::errc::garbage_arguments);
    EXPECT_EQ(code_of({adder::program, 99, "none"}), rpc::errc::procedure_unavailable);
    EXPECT_EQ(client.add(2, 3), 5);
    client.one_way().note(7);
    EXPECT_EQ(client.add(2, 3), 5);
  }
  EXPECT_EQ(told, "out of luck");
  EXPECT_EQ(adder.noted, std::vector<std::int32_t>{7});
}

TEST(workers, are_not_for_coroutines) {
  adder::AsyncServer adder;
  rpc::Server server;
  EXPECT_THROW(server.add(adder, {.on_workers = true}), std::invalid_argument);
}

}  // namespace
