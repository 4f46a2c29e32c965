// Ours, as a peer of the benchmark: the stock blocking client and the stock server, on stubs from peer.x.
// The protocol is in ../README.md and ../common.h.
#include "common.h"
#include "peer.x.h"

#include <onc/server/server.h>

#include <functional>
#include <map>
#include <numeric>
#include <thread>

namespace {

using Client = peer::PEER::PEER_V1::Client;

class PeerServer : public peer::PEER::PEER_V1::Server {
 public:
  void PNULL(const onc::rpc::Caller&) override {}
  std::int32_t ADD(peer::addargs args, const onc::rpc::Caller&) override { return args.a + args.b; }
  peer::rec ECHO(peer::rec rec, const onc::rpc::Caller&) override { return rec; }
  std::int32_t WRITE(peer::blob blob, const onc::rpc::Caller&) override {
    return static_cast<std::int32_t>(blob.size());
  }
  peer::blob READ(std::int32_t size, const onc::rpc::Caller&) override {
    return peer::blob(static_cast<std::size_t>(size), std::byte{7});
  }
  void ONEWAY(peer::addargs, const onc::rpc::Caller&) override { throw onc::rpc::NoReply(); }
};

std::string uri(const char* scheme, int port) { return scheme + std::string("://127.0.0.1:") + std::to_string(port); }

int serve(int port) {
  pb::server_setup();
  PeerServer service;
  onc::rpc::Server server;
  server.add(service);
  server.listen(uri("tcp", port));
  server.listen(uri("udp", port));
  server.run();
  return 0;
}

void must(bool done, const char* what) {
  if (!done) pb::die(what);
}

void null_calls(const std::string& at, double seconds) {
  Client client(at);
  pb::pingpong(seconds, [&] {
    client.PNULL();
    return std::size_t{0};
  });
}

void add(int port, double seconds) {
  Client client(uri("tcp", port));
  pb::pingpong(seconds, [&] {
    must(client.ADD({3, 4}) == 7, "add");
    return std::size_t{0};
  });
}

void echo(int port, double seconds) {
  Client client(uri("tcp", port));
  peer::rec rec;
  rec.id = 5;
  rec.t = 6;
  rec.name.assign(pb::ECHO_NAME, 'n');
  rec.payload.assign(pb::ECHO_PAYLOAD, std::byte{9});
  rec.values.assign(pb::ECHO_DOUBLES, 1.0);
  pb::pingpong(seconds, [&] {
    must(client.ECHO(rec).id == 5, "echo");
    return std::size_t{0};
  });
}

void bulk_write(int port, double seconds) {
  Client client(uri("tcp", port));
  const peer::blob blob(pb::BULK, std::byte{7});
  pb::pingpong(seconds, [&] {
    must(client.WRITE(blob) == static_cast<std::int32_t>(pb::BULK), "write");
    return std::size_t{pb::BULK};
  });
}

void bulk_read(int port, double seconds) {
  Client client(uri("tcp", port));
  pb::pingpong(seconds, [&] {
    must(client.READ(pb::BULK).size() == pb::BULK, "read");
    return std::size_t{pb::BULK};
  });
}

// 64 blocking clients, a thread each, as libtirpc's peer has them.
void null_64(int port, double seconds) {
  std::vector<std::vector<std::uint32_t>> latencies(pb::CONNS);
  const std::uint64_t begin = pb::now() + 80'000'000U;
  const std::uint64_t end = begin + static_cast<std::uint64_t>(seconds * 1e9);
  std::vector<std::thread> threads;
  for (auto& mine : latencies)
    threads.emplace_back([&mine, port, begin, end] {
      Client client(uri("tcp", port));
      for (std::uint64_t before = pb::now(); before < end;) {
        client.PNULL();
        const std::uint64_t after = pb::now();
        if (after > begin) mine.push_back(static_cast<std::uint32_t>(after - before));
        before = after;
      }
    });
  while (pb::now() < begin) ::usleep(1000);
  pb::Meter meter;
  meter.start();
  for (auto& thread : threads) thread.join();
  for (const auto& mine : latencies) meter.lat.insert(meter.lat.end(), mine.begin(), mine.end());
  meter.calls = meter.lat.size();
  meter.report();
}

const std::map<std::string, std::function<void(int, double)>> works = {
    {"null_sync", [](int port, double seconds) { null_calls(uri("tcp", port), seconds); }},
    {"udp_sync", [](int port, double seconds) { null_calls(uri("udp", port), seconds); }},
    {"add_sync", add},
    {"echo_sync", echo},
    {"null_64", null_64},
    {"bulk_write", bulk_write},
    {"bulk_read", bulk_read},
};

std::string names_of_works() {
  std::string names;
  for (const auto& [name, work] : works) names += name + " ";
  return names;
}

int run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 1 && arguments[0] == "works") return std::puts(names_of_works().c_str()), 0;
  if (arguments.size() == 1 && arguments[0] == "onc") return std::puts("yes"), 0;
  if (arguments.size() == 2 && arguments[0] == "server") return serve(std::stoi(arguments[1]));
  if (arguments.size() != 4 || arguments[0] != "client" || !works.contains(arguments[2])) return 2;
  works.at(arguments[2])(std::stoi(arguments[1]), std::stod(arguments[3]));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer: %s\n", error.what());
    return 1;
  }
}
