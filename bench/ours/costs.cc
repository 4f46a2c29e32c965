// What a call costs besides time; ../costs runs it. Three verbs:
//   costs calls PORT KIND N    makes N calls of that kind, under strace
//   costs allocations          heap allocations per call, of client and server
//   costs connections N        resident memory per connection that has called once and is silent now
#include "counting_new.h"
#include "peer.x.async.h"
#include "server.h"
#include "works.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/wait.h>

namespace {

using peer::PEER::PEER_V1::AsyncClient;
using peer::PEER::PEER_V1::Client;

class Caller {
 public:
  virtual ~Caller() = default;
  virtual void call(int times) = 0;
};

class Blocking : public Caller {
 public:
  explicit Blocking(const std::string& at) : client_(at) {
    rec_.name.assign(pb::ECHO_NAME, 'n');
    rec_.payload.assign(pb::ECHO_PAYLOAD, std::byte{9});
    rec_.values.assign(pb::ECHO_DOUBLES, 1.0);
  }

 protected:
  Client client_;
  peer::rec rec_;
};

struct Null : Blocking {
  using Blocking::Blocking;
  void call(int times) override {
    for (int i = 0; i < times; ++i) client_.PNULL();
  }
};

struct Echo : Blocking {
  using Blocking::Blocking;
  void call(int times) override {
    for (int i = 0; i < times; ++i) client_.ECHO(rec_);
  }
};

struct OneWay : Blocking {
  using Blocking::Blocking;
  void call(int times) override {
    Client quiet = client_.one_way();
    for (int i = 0; i < times; ++i) quiet.ONEWAY({3, 4});
    client_.PNULL();
  }
};

class Pipelined : public Caller {
 public:
  explicit Pipelined(const std::string& at) : client_(context_, at) {}
  void call(int times) override {
    left_ = times;
    for (int i = 0; i < pb::WINDOW; ++i)
      asio::co_spawn(context_, call_again_and_again(), [](std::exception_ptr thrown) {
        if (thrown) std::rethrow_exception(thrown);
      });
    context_.run();
    context_.restart();
  }

 private:
  asio::awaitable<void> call_again_and_again() {
    while (left_-- > 0) co_await client_.PNULL();
  }

  asio::io_context context_{1};
  AsyncClient client_;
  int left_ = 0;
};

std::unique_ptr<Caller> caller(const std::string& kind, int port) {
  if (kind == "null") return std::make_unique<Null>(uri("tcp", port));
  if (kind == "null_udp") return std::make_unique<Null>(uri("udp", port));
  if (kind == "echo") return std::make_unique<Echo>(uri("tcp", port));
  if (kind == "oneway") return std::make_unique<OneWay>(uri("tcp", port));
  if (kind == "pipelined") return std::make_unique<Pipelined>(uri("tcp", port));
  throw std::invalid_argument("no such kind of call: " + kind);
}

struct Serving {
  explicit Serving(onc::rpc::ServerOptions options = {}) : server(options) {
    server.add(service, peer_options());
    port = *server.listen("tcp://127.0.0.1:0").port;
    server.listen(uri("udp", port));
  }

  PeerServer service;
  onc::rpc::Server server;
  int port = 0;
};

void count_allocations() {
  Serving here;
  std::thread thread([&] {
    serving = true;
    here.server.run();
  });
  constexpr int calls = 12'800;
  for (const char* kind : {"null", "null_udp", "echo", "oneway", "pipelined"}) {
    const auto calling = caller(kind, here.port);
    calling->call(calls);  // until all buffers have their sizes
    const std::size_t client = client_allocations;
    const std::size_t server = server_allocations;
    calling->call(calls);
    std::printf("%-12s %8.2f %8.2f\n", kind, static_cast<double>(client_allocations - client) / calls,
                static_cast<double>(server_allocations - server) / calls);
  }
  here.server.stop();
  thread.join();
}

std::size_t resident_kib(pid_t process) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:" && status >> word) return std::stoul(word);
  throw std::runtime_error("no VmRSS of process " + std::to_string(process));
}

void allow_descriptors(std::size_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max<rlim_t>(limit.rlim_cur, count);
  limit.rlim_max = std::max(limit.rlim_max, limit.rlim_cur);
  if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) throw std::runtime_error("not so many descriptors here: ulimit -n");
}

void measure_connections(std::size_t count) {
  allow_descriptors(count + 100);
  Serving here({.max_connections = count + 10});
  const pid_t server = ::fork();
  if (server == 0) {
    pb::server_setup();
    here.server.run();
    ::_exit(0);
  }
  Client first(uri("tcp", here.port));
  first.PNULL();
  const std::size_t before = resident_kib(server);
  auto call = std::vector<std::uint8_t>(44);
  pb::put32(call.data(), 0x80000000U | 40);
  pb::call_header(call.data() + 4, 1, pb::P_NULL);
  for (std::size_t i = 0; i < count; ++i) {
    const int connection = pb::dial(here.port);
    std::uint8_t reply[28];
    pb::send_all(connection, call.data(), call.size());
    pb::recv_all(connection, reply, sizeof reply);
  }
  const std::size_t after = resident_kib(server);
  std::printf("%zu connections: %.0f bytes each\n", count,
              static_cast<double>((after - before) * 1024) / static_cast<double>(count));
  ::kill(server, SIGKILL);
  ::waitpid(server, nullptr, 0);
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 4 && arguments[0] == "calls")
    caller(arguments[2], std::stoi(arguments[1]))->call(std::stoi(arguments[3]));
  else if (arguments.size() == 1 && arguments[0] == "allocations")
    count_allocations();
  else if (arguments.size() == 2 && arguments[0] == "connections")
    measure_connections(std::stoul(arguments[1]));
  else
    return 2;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "costs: %s\n", error.what());
    return 1;
  }
}
