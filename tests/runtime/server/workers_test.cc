// Handlers that block, on threads of their own.
#include <onc/message/message.h>
#include <onc/rpc/error.h>
#include <onc/server/dispatcher.h>
#include <onc/server/server.h>
#include <onc/transport/late_reply.h>

#include <gtest/gtest.h>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <barrier>
#include <cstdio>
#include <future>
#include <thread>

#include <sys/resource.h>
#include <unistd.h>

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

// Ends with 0 where a server says that it cannot have its workers.
void want_more_threads_than_there_may_be() {
  const uid_t nobody_else = 1'000'000'000U + static_cast<uid_t>(::getpid());
  const rlimit few{.rlim_cur = 5, .rlim_max = 5};
  if (::setresuid(nobody_else, nobody_else, nobody_else) != 0 || ::setrlimit(RLIMIT_NPROC, &few) != 0) ::_exit(2);
  Meeting meeting(1);
  rpc::Server server({.workers = 16});
  try {
    server.add(meeting, {.on_workers = true});
  } catch (const rpc::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    ::_exit(0);
  }
  ::_exit(1);
}

TEST(workers, that_cannot_all_be_had_are_an_error) {
  if (::getuid() != 0) GTEST_SKIP() << "another user's limit needs root";
  EXPECT_EXIT(want_more_threads_than_there_may_be(), testing::ExitedWithCode(0),
              "cannot begin 16 worker threads: .*; allow this process more of them");
}

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

// Where one datagram comes from and its reply goes to, without a network.
class OneArrival : public transport::Deferring {
 public:
  transport::Arrival arrival() { return {transport::Protocol::tcp, address_, address_, std::nullopt, 1 << 20, this}; }
  // The reply that has come, once the context ran.
  std::optional<xdr::Bytes> reply() {
    context_.poll();
    return reply_;
  }
  bool came_in_pieces() const { return came_in_pieces_; }

 private:
  class Late : public transport::LateReply {
   public:
    explicit Late(OneArrival& from) : from_(from) {}
    asio::any_io_executor executor() override { return from_.context_.get_executor(); }
    void send(xdr::Encoder reply) override {
      from_.came_in_pieces_ = reply.has_large();
      reply.gather();
      from_.reply_ = xdr::to_bytes(reply.bytes().subspan(4));
    }

   private:
    OneArrival& from_;
  };

  std::unique_ptr<transport::LateReply> defer() override { return std::make_unique<Late>(*this); }

  asio::io_context context_;
  transport::Address address_ = transport::Address::ip("127.0.0.1", 1);
  std::optional<xdr::Bytes> reply_;
  bool came_in_pieces_ = false;
};

TEST(workers, do_not_begin_what_nobody_waits_for_any_more) {
  const auto call_with_patience = [](std::chrono::seconds patience, int& calls) {
    adder::Server adder;
    std::function<void()> work;
    OneArrival network;
    rpc::Dispatcher dispatcher({}, {}, patience);
    dispatcher.use_workers([&](std::function<void()> given) { work = std::move(given); });
    dispatcher.add(adder, {.on_workers = true});
    xdr::Encoder message;
    rpc::encode_call(message, 7, adder::procedures::null, rpc::Credential::none());
    xdr::Encoder nothing;
    dispatcher.answer(message.bytes(), network.arrival(), nothing);
    work();
    const xdr::Bytes answer = network.reply().value();
    xdr::Decoder reply(answer);
    calls = adder.calls;
    return rpc::decode_reply(reply).failure;
  };
  int calls = 0;
  EXPECT_EQ(call_with_patience(60s, calls), std::nullopt);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(call_with_patience(-1s, calls), rpc::errc::system_error);
  EXPECT_EQ(calls, 0);
}

class Watching : public rpc::Observer {
 public:
  std::size_t bytes = 0;

  void ended(const rpc::ObservedCall&, const rpc::ObservedEnd& end) override { bytes = end.results.size(); }
};

TEST(workers, do_not_copy_large_results_but_for_who_looks_at_them) {
  constexpr std::uint32_t large = 64 << 10;
  xdr::Encoder message;
  rpc::encode_call(message, 7, adder::procedures::long_reply, rpc::Credential::none());
  message.u32(large);
  for (const bool in_pieces : {true, false})
    for (const bool is_watched : {true, false}) {
      adder::Server adder;
      OneArrival network;
      Watching watching;
      rpc::Dispatcher dispatcher;
      dispatcher.use_workers([](const std::function<void()>& work) { work(); });
      dispatcher.add(adder, {.on_workers = true});
      if (is_watched) dispatcher.observe(watching);
      xdr::Encoder nothing;
      if (in_pieces) nothing.keep_large(large);
      dispatcher.answer(message.bytes(), network.arrival(), nothing);
      EXPECT_EQ(network.reply().value().size(), 24 + 4 + large);
      EXPECT_EQ(network.came_in_pieces(), in_pieces && !is_watched);
      EXPECT_EQ(watching.bytes, is_watched ? 4 + large : 0);
    }
}

// Tells how long its caller waits.
class Asked : public adder::Server {
 public:
  std::chrono::steady_clock::time_point until;

  void dispatch(std::uint32_t procedure, xdr::Decoder& arguments, xdr::Encoder& results,
                const rpc::Caller& caller) override {
    until = caller.until;
    Server::dispatch(procedure, arguments, results, caller);
  }
};

TEST(workers, and_other_handlers_know_until_when_an_answer_is_of_use) {
  for (const bool on_workers : {false, true}) {
    Asked asked;
    rpc::ServerOptions options;
    options.patience = 1000s;
    rpc::Server server(options);
    server.add(asked, {.on_workers = on_workers});
    const std::string at = server.listen("tcp://127.0.0.1:0").text();
    std::thread running([&] { server.run(); });
    adder::Client(at).add(2, 3);
    server.stop();
    running.join();
    const auto left = asked.until - std::chrono::steady_clock::now();
    EXPECT_GT(left, 900s);
    EXPECT_LE(left, 1000s);
  }
}

TEST(workers, are_not_for_coroutines) {
  adder::AsyncServer adder;
  rpc::Server server;
  try {
    server.add(adder, {.on_workers = true});
    ADD_FAILURE() << "they are";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "ServiceOptions::on_workers is for handlers that block, and those of ADDER, an AsyncServer, are "
                 "coroutines: leave it out, or derive from Server");
  }
}

}  // namespace
