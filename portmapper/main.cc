// portmapper: tells where this host's ONC RPC servers are, in the place of rpcbind.
#include "daemon/daemon.h"
#include "portmapper/forward.h"
#include "portmapper/liveness.h"
#include "portmapper/options.h"
#include "portmapper/portmapper.h"
#include "portmapper/privilege.h"
#include "portmapper/state.h"
#include "portmapper/wrappers.h"

#include <onc/binding/universal_address.h>
#include <onc/server/executor.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <set>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

namespace {

using onc::rpc::Server;
using onc::transport::Endpoint;
using portmapper::Options;

// SET and UNSET are 1 and 2; the others only ask, but for those that call others where calls are forwarded.
std::set<std::uint32_t> questions(std::uint32_t version) {
  switch (version) {
    case 2: return {3, 4, 5};
    case 3: return {3, 4, 5, 6, 7, 8};
    default: return {3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  }
}

// A broadcaster repeats itself while the server it called is still waited for.
std::set<std::uint32_t> questions_alone(std::uint32_t version) {
  std::set<std::uint32_t> alone = questions(version);
  for (const std::uint32_t forwarded : {5U, 10U}) alone.erase(forwarded);
  return alone;
}

// Hosts may let everybody have some of the ports that are root's elsewhere; containers often do.
std::uint16_t reserved_ports() {
  std::ifstream setting("/proc/sys/net/ipv4/ip_unprivileged_port_start");
  std::uint16_t first = IPPORT_RESERVED;
  if (!(setting >> first)) return IPPORT_RESERVED;
  return std::min<std::uint16_t>(first, IPPORT_RESERVED);
}

portmapper::Rules rules_of(const Options& options, portmapper::Wrappers& wrappers, onc::daemon::Watch& watch) {
  portmapper::Rules rules;
  rules.insecure = options.insecure;
  rules.reserved_ports = reserved_ports();
  rules.calls_per_second = options.rate;
  rules.admits = [&](const onc::transport::Address& peer) { return wrappers.admits(peer); };
  rules.refused = [&](const std::string& peer, const std::string& why) { watch.refused(peer, why); };
  if (options.logs_calls)
    rules.called = [&](const std::string& who, const std::string& what) { watch.note(who + " calls " + what); };
  return rules;
}

// The gates, and where calls are forwarded those before them.
class Doors {
 public:
  Doors(portmapper::Portmapper& portmapper, bool forwards) : portmapper_(portmapper) {
    if (!forwards) return;
    for (portmapper::Gate* gate : portmapper.gates())
      forwarding_.push_back(std::make_unique<portmapper::ForwardingGate>(*gate, portmapper, all_));
  }

  void add_to(Server& server) {
    for (const auto& door : forwarding_) server.add(*door, {.idempotent = questions_alone(door->program().version)});
    if (!forwarding_.empty()) return;
    for (portmapper::Gate* gate : portmapper_.gates())
      server.add(*gate, {.idempotent = questions(gate->program().version)});
  }

 private:
  portmapper::Portmapper& portmapper_;
  portmapper::Forwarding all_;
  std::vector<std::unique_ptr<portmapper::ForwardingGate>> forwarding_;
};

std::unique_ptr<Server> make_server(Doors& doors, onc::daemon::Watch& watch) {
  onc::rpc::ServerOptions options;
  // Questions are far shorter, and answers may be longer: they are made in pieces.
  options.max_record = std::size_t{64} << 10;
  options.decoding.memory = std::size_t{1} << 20;
  auto server = std::make_unique<Server>(options);
  onc::daemon::prepare(*server, watch);
  doors.add_to(*server);
  return server;
}

std::string netid(const Endpoint& endpoint) {
  return std::string(onc::binding::netid(*endpoint.protocol, onc::transport::resolve(endpoint).front()));
}

// In the order rpcbind lists itself, which people know.
void register_own_addresses(portmapper::Registry& registry, const std::vector<Endpoint>& endpoints) {
  for (const std::string_view wanted : {"tcp6", "udp6", "tcp", "udp", "local"})
    for (const Endpoint& endpoint : endpoints)
      if (netid(endpoint) == wanted && !registry.find(portmapper::own_program, 4, wanted))
        registry.add_own(std::string(wanted), onc::binding::to_universal(onc::transport::resolve(endpoint).front()));
}

// What the files held, as far as it still can be. What cannot is told, and returned for the terminal.
std::string restore(const portmapper::StateFiles& files, portmapper::Registry& registry, onc::daemon::Watch& watch) {
  constexpr std::size_t most_told = 10;
  const auto loaded = files.load();
  std::string remarks;
  for (const std::string& remark : loaded.remarks) {
    watch.warn(remark);
    remarks += (remarks.empty() ? "portmapper: " : "\nportmapper: ") + remark;
  }
  std::size_t refused = 0;
  for (const portmapper::Entry& entry : loaded.entries)
    if (entry.program != portmapper::own_program && !registry.set(entry) && ++refused <= most_told)
      watch.warn("program " + std::to_string(entry.program) + " version " + std::to_string(entry.version) + " at " +
                 entry.netid + " '" + entry.address + "', in a state file, is not registered again");
  if (refused > most_told) watch.warn("nor are " + std::to_string(refused - most_told) + " others");
  return remarks;
}

// For as many connections as the server takes there are descriptors, and some for files and calls that are handed on.
void have_descriptors() {
  constexpr rlim_t wanted = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

portmapper::User user_of(const Options& options) {
  if (!options.user.empty()) return portmapper::user_named(options.user);
  return portmapper::user_named(::getpwnam("_rpc") ? "_rpc" : "daemon");
}

void give_up_root(const Options& options) {
  if (::geteuid() != 0) return;
  const portmapper::User user = user_of(options);
  if (options.warm_start) portmapper::hand_over(options.state_dir, user);
  portmapper::become(user);
}

std::string line(const std::vector<Endpoint>& endpoints) {
  std::string text = "portmapper: serving at";
  for (const Endpoint& endpoint : endpoints) text += " " + endpoint.text();
  return text;
}

// Some administrators' habits, which rpcbind survives.
void ignore_signals() {
  for (const int signal : {SIGHUP, SIGUSR1, SIGUSR2}) std::signal(signal, SIG_IGN);
}

void serve(const Options& options, const onc::daemon::Ready& ready) {
  ignore_signals();
  have_descriptors();
  std::optional<portmapper::Lock> lock;
  if (options.listening.socket == portmapper::default_socket) lock.emplace("/run/rpcbind.lock");
  portmapper::Wrappers wrappers;
  onc::daemon::Watch watch("portmapper", options.watch, options.foreground);
  portmapper::Portmapper portmapper(rules_of(options, wrappers, watch));
  Doors doors(portmapper, options.forwards);
  const auto server = portmapper::listen_everywhere([&] { return make_server(doors, watch); }, options.listening);
  portmapper::Registry& registry = portmapper.registry();
  register_own_addresses(registry, server->endpoints());
  give_up_root(options);
  const auto executor = onc::rpc::executor_of(*server);
  std::optional<onc::transport::Socket> state;
  std::optional<portmapper::StateKeeper> keeper;
  std::string remarks;
  if (options.warm_start) {
    const portmapper::StateFiles files(options.state_dir);
    state = portmapper::lock_folder(options.state_dir);
    remarks = restore(files, registry, watch);
    keeper.emplace(files, registry, executor, [&](const std::string& what) { watch.warn(what); });
  }
  portmapper::CheckAlive check_alive(registry, std::chrono::seconds(options.check_alive));
  check_alive.on_removed([&](const portmapper::Entry& entry) {
    watch.warn("program " + std::to_string(entry.program) + " version " + std::to_string(entry.version) + " at " +
               entry.netid + " " + entry.address + " is gone, and is registered no more");
  });
  if (options.check_alive != 0) check_alive.start(executor);
  // In the foreground the log has told them there.
  ready(line(server->endpoints()) + onc::daemon::metrics_text(watch), options.foreground ? "" : remarks);
  server->run();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const auto status = portmapper::parse(options, argc, argv)) return *status;
  return onc::daemon::run("portmapper", options.foreground, [&](const onc::daemon::Ready& ready) {
    try {
      serve(options, ready);
    } catch (const std::exception& error) {
      if (!options.debug || !options.aborts) throw;
      std::cerr << "portmapper: " << error.what() << std::endl;
      std::abort();
    }
  });
}
