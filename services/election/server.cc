// onc-electiond: serves idl/election.x, as one of the nodes that elect a coordinator.
#include "daemon/daemon.h"
#include "daemon/ending.h"
#include "services/election/distinct.h"
#include "services/election/nodes.h"
#include "services/election/on_zookeeper.h"
#include "services/election/participant.h"
#include "services/election/service.h"
#include "services/election/state_file.h"
#include "services/zookeeper/choice.h"
#include "services/zookeeper/ensemble.h"

#include <onc/rpc/error.h>
#include <onc/server/executor.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <map>
#include <sstream>
#include <stdexcept>

namespace {

using namespace services::elections;

constexpr const char* name = "onc-electiond";

constexpr const char* examples = R"(
Examples, the same list on each of three hosts:
  onc-electiond --id 1 --node 1=tcp://one:7411 --node 2=tcp://two:7411 --node 3=tcp://three:7411
  onc-electiond --id 2 --node 1=tcp://one:7411 --node 2=tcp://two:7411 --node 3=tcp://three:7411
  onc-electiond --id 3 --node 1=tcp://one:7411 --node 2=tcp://two:7411 --node 3=tcp://three:7411
Three on one host, for a try, who leads, and their end:
  nodes="--node 1=tcp://127.0.0.1:7411 --node 2=tcp://127.0.0.1:7412 --node 3=tcp://127.0.0.1:7413"
  for id in 1 2 3; do onc-electiond --state-dir ~/trial-election --register no --id $id $nodes; done
  onc-election status --server tcp://127.0.0.1:7411
  pkill -f trial-election
As many nodes as one likes, where an ensemble of ZooKeeper decides; each knows only itself:
  onc-electiond --backend zookeeper --ensemble zk1:2181,zk2:2181,zk3:2181 --id 1 --node 1=tcp://one:7411
)";

struct Options {
  onc::daemon::Options daemon;
  Id id = nobody;
  std::vector<std::string> nodes;  // ID=URI
  std::string algorithm = "ring";
  double lease = 2;  // seconds
  std::string state_dir = "/var/lib/onc-electiond";
  services::zookeeper::Choice choice;
  std::string group = "default";
};

// Empty where the text is good.
std::string is_id(const std::string& text) {
  return id_of(text).value_or(nobody) != nobody ? "" : "'" + text + "' is no ID: it is a number from 1 to 4294967295";
}

std::string is_lease(const std::string& text) {
  std::istringstream in(text);
  double seconds = 0;
  const bool is_good = in >> seconds && in.eof() && seconds >= 0.05 && seconds <= 3600;
  return is_good ? "" : "'" + text + "' is no lease: it lasts from 0.05 to 3600 seconds";
}

std::string is_folder(const std::string& text) { return text.empty() ? "a folder has a name: write one" : ""; }

// Empty where the text is good.
std::string is_algorithm(const std::string& text) {
  return text == "ring" || text == "bully" ? "" : "'" + text + "' is no algorithm: it is ring or bully";
}

// Of one node in ZooKeeper.
std::string is_group(const std::string& text) {
  const bool is_good =
      !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == std::string::npos;
  return is_good ? "" : "'" + text + "' is no group's name: it is letters, digits, '-', '_' and '.'";
}

void add_options(CLI::App& app, Options& options) {
  // By itself CLI11 takes 010 for 8.
  app.add_option_function<std::string>(
         "--id", [&](const std::string& text) { options.id = id_of(text).value_or(nobody); },
         "Which of the nodes this is; from 1")
      ->type_name("ID")
      ->check(is_id)
      ->required();
  app.add_option(
         "--node", options.nodes,
         "A node and where it serves, tcp://host:port or udp://host:port; repeated, the same list on every node "
         "and this one in it; with ZooKeeper this one is enough")
      ->type_name("ID=URI")
      ->required();
  app.add_option("--algorithm", options.algorithm, "How is found who stands: ring or bully; the same on every node")
      ->type_name("HOW")
      ->check(is_algorithm)
      ->capture_default_str();
  app.add_option("--lease", options.lease,
                 "How long a coordinator that fell silent stays in office, in seconds; the same on every node")
      ->type_name("SECONDS")
      ->check(is_lease)
      ->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "Where the node keeps what it must not forget")
      ->type_name("FOLDER")
      ->check(is_folder)
      ->capture_default_str();
  auto* const ensemble = services::zookeeper::add_options(app, options.choice);
  app.add_option("--group", options.group, "In ZooKeeper, the name of those that elect one of them together")
      ->type_name("NAME")
      ->check(is_group)
      ->needs(ensemble)
      ->capture_default_str();
  onc::daemon::add_options(app, options.daemon);
}

std::chrono::milliseconds lease_of(const Options& options) {
  return std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(options.lease));
}

Group group_of(const Options& options, const std::map<Id, std::string>& uris) {
  std::vector<Id> ids;
  for (const auto& [id, uri] : uris) ids.push_back(id);
  const Algorithm algorithm = options.algorithm == "ring" ? Algorithm::RING : Algorithm::BULLY;
  const Group group(ids, algorithm, lease_of(options));
  if (!group.place_of(options.id))
    throw std::invalid_argument("--id " + std::to_string(options.id) + " is none of the nodes that --node lists");
  return group;
}

// All but RESIGN may as well run twice.
onc::rpc::ServiceOptions service_options() {
  namespace of = election::ELECTION::v1::procedures;
  return {.idempotent = {of::ELECT.number, of::COORDINATOR.number, of::VOTE.number, of::RENEW.number,
                         of::HEARTBEAT.number, of::STATUS.number}};
}

std::string with_warning(const std::string& remark, const std::string& warning) {
  if (warning.empty()) return remark;
  return remark + (remark.empty() ? "" : "\n") + name + ": " + warning;
}

// As it is to be run, until it ends.
using Run = std::function<void(Elector&)>;

void run_own(const Options& options, const std::map<Id, std::string>& uris, onc::daemon::Watch& watch,
             onc::rpc::Server& server, const Run& run) {
  const Group group = group_of(options, uris);
  StateFile state(options.state_dir, options.id);
  Participant::Options participant_options{
      .uris = {},
      .kept = state.kept(),
      .keep = [&](const Kept& kept) { state.keep(kept); },
      .note = [&](const std::string& what) { watch.note(what); },
      .warn = [&](const std::string& what) { watch.warn(what); },
  };
  for (const auto& [id, uri] : uris) participant_options.uris.push_back(uri);
  Participant participant(group, options.id, std::move(participant_options), onc::rpc::executor_of(server));
  run(participant);
}

void run_on_zookeeper(const Options& options, const std::map<Id, std::string>& uris, onc::daemon::Watch& watch,
                      onc::rpc::Server& server, const Run& run) {
  OnZookeeper elector(onc::rpc::executor_of(server),
                      {
                          .servers = services::zookeeper::servers_of(options.choice.ensemble),
                          .group = options.group,
                          .self = options.id,
                          .uris = uris,
                          .timeout = lease_of(options),
                          .note = [&](const std::string& what) { watch.note(what); },
                          .warn = [&](const std::string& what) { watch.warn(what); },
                      });
  run(elector);
}

void serve(const Options& options, const std::map<Id, std::string>& uris, const onc::daemon::Ready& ready) {
  onc::daemon::Watch watch(name, options.daemon.watch, options.daemon.foreground);
  onc::rpc::Server server;
  onc::daemon::Options daemon_options = options.daemon;
  daemon_options.ends_by_itself = true;
  daemon_options.known_at = uris.at(options.id);
  daemon_options.listen.insert(daemon_options.listen.begin(), daemon_options.known_at);
  const Run run = [&](Elector& elector) {
    ElectionV1 service(elector);
    server.add(service, service_options());
    const onc::daemon::Ending ending(server, [&](std::function<void()> left) { elector.leave(std::move(left)); });
    onc::daemon::serve(server, watch, name, daemon_options, [&](const std::string& line, const std::string& remark) {
      ready(line, with_warning(remark, why_unreachable(options.id, server.endpoints().front(), uris)));
    });
  };
  if (options.choice.is_zookeeper())
    run_on_zookeeper(options, uris, watch, server, run);
  else
    run_own(options, uris, watch, server, run);
}

// Throws std::invalid_argument, in one sentence, for what does not go together.
void check(const CLI::App& app, const Options& options, const std::map<Id, std::string>& uris) {
  services::zookeeper::check(app, options.choice);
  if (!options.choice.is_zookeeper()) return void(group_of(options, uris));
  if (uris.count(options.id) == 0)
    throw std::invalid_argument("--id " + std::to_string(options.id) + " needs a --node that says where it serves");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Elects one of several nodes their coordinator, and another when it fails.", name);
  Options options;
  add_options(app, options);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return *status;
  try {
    const auto uris = uris_by_id(options.nodes);
    check_distinct(uris);
    check(app, options, uris);
    return onc::daemon::run(name, options.daemon.foreground,
                            [&](const onc::daemon::Ready& ready) { serve(options, uris, ready); });
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 2;
  }
}
