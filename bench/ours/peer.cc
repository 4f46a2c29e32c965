// Ours, as a peer of the benchmark: the stock server and both stock clients, on stubs from peer.x.
// The protocol is in ../README.md and ../common.h.
#include "server.h"
#include "works.h"

#include <vector>

namespace {

int serve(int port) {
  pb::server_setup();
  PeerServer service;
  onc::rpc::Server server;
  server.add(service, peer_options());
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
