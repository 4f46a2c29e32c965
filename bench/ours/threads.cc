// How a server's throughput grows from one thread to two; ../costs runs it. Eight callers, each with a connection of
// its own and one call at a time, in this process; the server in another.
#include "server.h"
#include "works.h"

#include <onc/server/server.h>

#include <algorithm>
#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <sys/wait.h>

namespace {

using peer::PEER::PEER_V1::Client;

constexpr int callers = 8;
constexpr int rounds = 5;
constexpr std::chrono::milliseconds measured{300};

// ADD has so much to do, in turns of a loop.
class Busy : public PeerServer {
 public:
  explicit Busy(int turns) : turns_(turns) {}
  std::int32_t ADD(peer::addargs args, const onc::rpc::Caller&) override {
    for (int turn = 0; turn < turns_; ++turn) asm volatile("" : "+r"(turn));
    return args.a + args.b;
  }

 private:
  int turns_;
};

class Serving {
 public:
  Serving(std::size_t threads, int turns) : service_(turns), server_({.threads = threads}) {
    server_.add(service_);
    port_ = *server_.listen("tcp://127.0.0.1:0").port;
    process_ = ::fork();
    if (process_ < 0) throw std::runtime_error("cannot fork");
    if (process_ != 0) return;
    pb::server_setup();
    server_.run();
    ::_exit(0);
  }
  Serving(const Serving&) = delete;
  Serving& operator=(const Serving&) = delete;
  ~Serving() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }

  int port() const { return port_; }

 private:
  Busy service_;
  onc::rpc::Server server_;  // lives as long as the other process, with which it shares its sockets
  int port_ = 0;
  pid_t process_ = 0;
};

double calls_per_second(std::size_t threads, int turns) {
  const Serving server(threads, turns);
  std::atomic<bool> over = false;
  std::atomic<std::uint64_t> calls = 0;
  std::vector<std::thread> all;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < callers; ++i)
    all.emplace_back([&] {
      Client client(uri("tcp", server.port()));
      while (!over) {
        client.ADD({3, 4});
        ++calls;
      }
    });
  std::this_thread::sleep_for(measured);
  const auto made = calls.load();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  over = true;
  for (std::thread& caller : all) caller.join();
  return static_cast<double>(made) / took.count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + rounds / 2, values.end());
  return values[rounds / 2];
}

void compare(const char* what, int turns) {
  std::vector<double> one, two, growth;
  for (int round = 0; round < rounds; ++round) {
    one.push_back(calls_per_second(1, turns));
    two.push_back(calls_per_second(2, turns));
    growth.push_back(two.back() / one.back());
  }
  std::printf("%-22s %9.0f %9.0f %7.2f\n", what, median(one), median(two), median(growth));
}

}  // namespace

int main() {
  try {
    std::printf("%-22s %9s %9s %7s   (%u processors for server and callers)\n", "calls/s with threads", "1", "2",
                "growth", std::thread::hardware_concurrency());
    compare("nothing to do", 0);
    compare("some 25 us to do", 50'000);
    compare("some 250 us to do", 500'000);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "threads: %s\n", error.what());
    return 1;
  }
}
