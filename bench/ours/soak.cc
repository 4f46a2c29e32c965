// soak [CONNECTIONS [CALLS [SLACK]]]: many connections and many calls, and nothing of them may be left in the end.
//
// CONNECTIONS (10,000) are held while two clients work. Then CALLS (1,000,000) are made by clients that come and go:
// some hang up in the middle of a call, others write what makes the server hang up. Afterwards both processes must have
// the descriptors that they had after a short round of the same, and at most SLACK (4) MiB more of resident memory.
#include "server.h"
#include "works.h"

#include "peer.x.async.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <filesystem>
#include <fstream>
#include <list>
#include <random>
#include <stdexcept>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>

namespace {

using namespace std::chrono_literals;
using peer::PEER::PEER_V1::AsyncClient;

constexpr int comers_and_goers = 64;

struct Holdings {
  std::size_t memory = 0;  // resident, in KiB
  std::ptrdiff_t descriptors = 0;
};

Holdings holdings_of(pid_t process) {
  const std::filesystem::path at = "/proc/" + std::to_string(process);
  Holdings found;
  std::ifstream status(at / "status");
  for (std::string word; status >> word;)
    if (word == "VmRSS:") status >> found.memory;
  found.descriptors = std::distance(std::filesystem::directory_iterator(at / "fd"), {});
  return found;
}

class ServerProcess {
 public:
  explicit ServerProcess(std::size_t connections) {
    int ways[2];
    if (::pipe(ways) != 0) pb::die("pipe");
    process_ = ::fork();
    if (process_ == 0) serve(connections, ways[1]);
    if (::read(ways[0], &port_, sizeof port_) != sizeof port_) throw std::runtime_error("the server does not start");
    ::close(ways[0]);
    ::close(ways[1]);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() { ::kill(process_, SIGKILL); }

  int port() const { return port_; }
  pid_t process() const { return process_; }

  void end() {
    ::kill(process_, SIGTERM);
    int status = 0;
    ::waitpid(process_, &status, 0);
    if (status != 0) throw std::runtime_error("the server ended badly");
  }

 private:
  [[noreturn]] static void serve(std::size_t connections, int tell_port) {
    pb::server_setup();
    PeerServer service;
    onc::rpc::Server server({.max_connections = connections + 2 * comers_and_goers});
    server.add(service, peer_options());
    const int port = *server.listen("tcp://127.0.0.1:0").port;
    server.stop_on({SIGTERM});
    if (::write(tell_port, &port, sizeof port) != sizeof port) pb::die("write");
    server.run();
    std::exit(0);
  }

  pid_t process_ = 0;
  int port_ = 0;
};

class Soak {
 public:
  Soak(int port, int calls) : port_(port), left_(calls) {}

  // By two clients, without a pause.
  void work() {
    for (int i = 0; i < 2; ++i) spawn(call_all_along());
    context_.run();
    context_.restart();
  }

  // By clients that come and go.
  void come_and_go() {
    for (int i = 0; i < comers_and_goers; ++i) spawn(i % 8 == 0 ? provoke() : visit());
    context_.run();
    context_.restart();
  }

 private:
  void spawn(asio::awaitable<void> what) {
    asio::co_spawn(context_, std::move(what), [](std::exception_ptr thrown) {
      if (thrown) std::rethrow_exception(thrown);
    });
  }

  int up_to(int most) { return std::uniform_int_distribution(1, most)(random_); }

  asio::awaitable<void> call_all_along() {
    AsyncClient client(context_, uri("tcp", port_));
    while (left_-- > 0) co_await client.PNULL();
  }

  asio::awaitable<void> visit() {
    while (left_ > 0) {
      AsyncClient client(context_, uri("tcp", port_));
      for (int i = up_to(200); i > 0 && left_-- > 0; --i)
        if (co_await client.ADD({i, 1}) != i + 1) throw std::runtime_error("a wrong sum");
      if (up_to(2) == 1) continue;
      spawn(call_in_vain(client));
      co_await asio::steady_timer(context_, 1ms).async_wait(asio::use_awaitable);
    }
  }

  // Its client hangs up, sooner or later than the reply comes.
  static asio::awaitable<void> call_in_vain(AsyncClient& client) {
    auto call = client.ECHO({1, 2, std::string(1000, 'n'), onc::xdr::Bytes(100'000), {}});
    try {
      co_await std::move(call);
    } catch (const onc::rpc::Error&) {
    }
  }

  // Calls of which the last is none.
  asio::awaitable<void> provoke() {
    std::vector<std::uint8_t> sent;
    for (int i = 0; i < 10; ++i) {
      sent.resize(sent.size() + 44);
      pb::put32(&sent[sent.size() - 44], 0x80000000U | 40);
      pb::call_header(&sent[sent.size() - 40], 1, pb::P_NULL);
    }
    std::fill(sent.end() - 40, sent.end(), std::uint8_t{0xff});
    while (left_ > 0) {
      const int connection = pb::dial(port_);
      pb::send_all(connection, sent.data(), sent.size());
      left_ -= 9;
      for (char replies[4096]; ::recv(connection, replies, sizeof replies, 0) > 0;) continue;
      ::close(connection);
      co_await asio::steady_timer(context_, 1ms).async_wait(asio::use_awaitable);
    }
  }

  asio::io_context context_{1};
  std::mt19937 random_{1};
  int port_;
  int left_;
};

std::vector<int> connect_all(std::size_t count, int port) {
  std::vector<int> connections;
  std::uint8_t call[44], reply[28];
  pb::put32(call, 0x80000000U | 40);
  pb::call_header(call + 4, 1, pb::P_NULL);
  while (connections.size() < count) {
    connections.push_back(pb::dial(port));
    pb::send_all(connections.back(), call, sizeof call);
    pb::recv_all(connections.back(), reply, sizeof reply);
  }
  return connections;
}

void show(const char* when, const Holdings& client, const Holdings& server) {
  std::printf("%-36s %10zu KiB %6td fds %10zu KiB %6td fds\n", when, client.memory, client.descriptors, server.memory,
              server.descriptors);
  std::fflush(stdout);
}

bool is_back(const Holdings& before, const Holdings& now, std::size_t slack) {
  return now.descriptors == before.descriptors && now.memory <= before.memory + slack;
}

void soak(std::size_t connections, int calls, std::size_t slack) {
  ServerProcess server(connections);
  const auto both = [&](const char* when) {
    const std::pair now(holdings_of(::getpid()), holdings_of(server.process()));
    show(when, now.first, now.second);
    return now;
  };
  std::printf("%-36s %21s %21s\n", "", "clients", "server");
  both("at first");
  const auto hold_and_call = [&](int times) {
    const auto held = connect_all(connections, server.port());
    Soak(server.port(), times / 10).work();
    both("with all connections");
    for (const int connection : held) ::close(connection);
    Soak(server.port(), times).come_and_go();
  };
  // Memory of the heap that this many connections once took is kept for as many others.
  hold_and_call(std::max(calls / 20, 20'000));
  std::this_thread::sleep_for(100ms);
  const auto before = both("before");
  hold_and_call(calls);
  auto now = both("after all calls");
  // The server learns last what was closed last.
  const auto over = [&] {
    return is_back(before.first, now.first, slack) && is_back(before.second, now.second, slack);
  };
  for (int i = 0; i < 30 && !over(); ++i) {
    std::this_thread::sleep_for(100ms);
    now = {holdings_of(::getpid()), holdings_of(server.process())};
  }
  show("in the end", now.first, now.second);
  server.end();
  if (!over()) throw std::runtime_error("not all of it was given back");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto argument = [&](std::size_t i, int otherwise) {
      return i < arguments.size() ? std::stoi(arguments[i]) : otherwise;
    };
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    soak(static_cast<std::size_t>(argument(0, 10'000)), argument(1, 1'000'000),
         static_cast<std::size_t>(argument(2, 4)) << 10);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return 1;
  }
}
