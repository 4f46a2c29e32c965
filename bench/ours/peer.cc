// Ours, as a peer of the benchmark: the stock server and both stock clients, on stubs from peer.x.
// The protocol is in ../README.md and ../common.h.
#include "peer.x.h"
#include "works.h"

#include <onc/server/server.h>

#include <vector>

namespace {

using peer::PEER::PEER_V1::procedures::ONEWAY;

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
  void ONEWAY(peer::addargs, const onc::rpc::Caller&) override {}
};

int serve(int port) {
  pb::server_setup();
  PeerServer service;
  onc::rpc::Server server;
  server.add(service, {.one_way = {ONEWAY.number}});
  server.listen(uri("tcp", port));
  server.listen(uri("udp", port));
  server.run();
  return 0;
}

Works all_works() {
  Works works = blocking_works();
  works.merge(asynchronous_works());
  return works;
}

int run(const std::vector<std::string>& arguments) {
  const Works works = all_works();
  if (arguments.size() == 1 && arguments[0] == "works") {
    for (const auto& [name, work] : works) std::printf("%s ", name.c_str());
    return std::puts(""), 0;
  }
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
