// portmapper: tells where this host's ONC RPC servers are, in the place of rpcbind.
#include "daemon/daemon.h"
#include "portmapper/listen.h"
#include "portmapper/portmapper.h"

#include <CLI/CLI.hpp>

#include <onc/binding/binding.h>
#include <onc/binding/universal_address.h>

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace {

using onc::rpc::Server;
using onc::transport::Endpoint;

constexpr const char* examples = R"(
Examples:
  portmapper                                       in rpcbind's place: port 111 and /run/rpcbind.sock, as root
  portmapper --foreground --port 0 --socket /tmp/portmapper.sock
                                                   without root, at a free port that it tells
  ONC_PORTMAPPER=tcp://127.0.0.1:1111 onc-timed    how a server finds one at port 1111
  rpcinfo                                          what is registered
)";

struct Options {
  std::uint16_t port = onc::binding::portmapper_port;
  std::string socket = "/run/rpcbind.sock";
  bool foreground = false;
  onc::daemon::WatchOptions watch;
};

// SET and UNSET are 1 and 2; the others only ask.
std::set<std::uint32_t> questions(std::uint32_t version) {
  switch (version) {
    case 2: return {3, 4, 5};
    case 3: return {3, 4, 5, 6, 7, 8};
    default: return {3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  }
}

std::unique_ptr<Server> make_server(portmapper::Portmapper& portmapper, onc::daemon::Watch& watch) {
  onc::rpc::ServerOptions options;
  // A full table fits into a reply of this size with the longest addresses there are; questions are far shorter.
  options.max_record = std::size_t{1} << 20;
  options.decoding.memory = std::size_t{1} << 20;
  auto server = std::make_unique<Server>(options);
  onc::daemon::prepare(*server, watch);
  for (onc::rpc::Service* service : portmapper.services())
    server->add(*service, {.idempotent = questions(service->program().version)});
  return server;
}

std::string netid(const Endpoint& endpoint) {
  return std::string(onc::binding::netid(*endpoint.protocol, onc::transport::resolve(endpoint).front()));
}

// In the order rpcbind lists itself, which people know.
void register_own_addresses(portmapper::Registry& registry, const std::vector<Endpoint>& endpoints) {
  for (const std::string_view wanted : {"tcp6", "udp6", "tcp", "udp", "local"})
    for (const Endpoint& endpoint : endpoints)
      if (netid(endpoint) == wanted)
        registry.add_own(std::string(wanted), onc::binding::to_universal(onc::transport::resolve(endpoint).front()));
}

std::string line(const std::vector<Endpoint>& endpoints) {
  std::string text = "portmapper: serving at";
  for (const Endpoint& endpoint : endpoints) text += " " + endpoint.text();
  return text;
}

void serve(const Options& options, const onc::daemon::Ready& ready) {
  portmapper::Portmapper portmapper;
  onc::daemon::Watch watch("portmapper", options.watch, options.foreground);
  const auto server =
      portmapper::listen_everywhere([&] { return make_server(portmapper, watch); }, options.port, options.socket);
  register_own_addresses(portmapper.registry(), server->endpoints());
  ready(line(server->endpoints()) + onc::daemon::metrics_text(watch), "");
  server->run();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Tells ONC RPC clients where this host's servers are: portmap version 2, rpcbind versions 3 and 4.",
               "portmapper");
  Options options;
  app.add_option("--port", options.port, "The port for TCP and UDP; 0 takes a free one")
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--socket", options.socket, "The local socket, whose users the kernel vouches for")
      ->type_name("PATH")
      ->check([](const std::string& path) { return std::string(path.empty() ? "it is empty" : ""); })
      ->capture_default_str();
  onc::daemon::add_foreground_option(app, options.foreground);
  onc::daemon::add_options(app, options.watch);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return *status;
  return onc::daemon::run("portmapper", options.foreground, [&](const onc::daemon::Ready& ready) {
    // A daemon leaves its folder, and clients are told this path.
    options.socket = std::filesystem::absolute(options.socket).lexically_normal();
    serve(options, ready);
  });
}
