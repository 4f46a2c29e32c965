// onc-mutexd: serves idl/mutex.x, as one of the members that agree on who holds a lock.
#include "daemon/daemon.h"
#include "daemon/ending.h"
#include "services/mutex/members.h"
#include "services/mutex/participant.h"
#include "services/mutex/service.h"
#include "services/mutex/state_file.h"
#include "services/mutex/zookeeper_locks.h"
#include "services/zookeeper/choice.h"
#include "services/zookeeper/ensemble.h"

#include <onc/rpc/error.h>
#include <onc/server/executor.h>

#include <CLI/CLI.hpp>

#include <charconv>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace {

using namespace services::locks;
using Uris = std::map<MemberId, std::string>;

constexpr const char* name = "onc-mutexd";

constexpr const char* examples = R"(
Examples, the same list on each of three hosts:
  onc-mutexd --id 1 --node 1=tcp://one:7421 --node 2=tcp://two:7421 --node 3=tcp://three:7421
  onc-mutexd --id 2 --node 1=tcp://one:7421 --node 2=tcp://two:7421 --node 3=tcp://three:7421
  onc-mutexd --id 3 --node 1=tcp://one:7421 --node 2=tcp://two:7421 --node 3=tcp://three:7421
Three on one host, for a try, who holds which lock, and their end:
  nodes="--node 1=tcp://127.0.0.1:7421 --node 2=tcp://127.0.0.1:7422 --node 3=tcp://127.0.0.1:7423"
  for id in 1 2 3; do onc-mutexd --state-dir ~/trial-locks --register no --id $id $nodes; done
  onc-mutex status --server tcp://127.0.0.1:7421
  pkill -f trial-locks
As many members as one likes, where an ensemble of ZooKeeper keeps the locks; each knows only itself:
  onc-mutexd --backend zookeeper --ensemble zk1:2181,zk2:2181,zk3:2181 --id 1 --node 1=tcp://one:7421
)";

struct Options {
  onc::daemon::Options daemon;
  std::string id_text;
  MemberId id = 0;
  std::vector<std::string> nodes;  // ID=URI
  std::string algorithm = "ricart-agrawala";
  double lease = 2;  // seconds
  std::string state_dir = "/var/lib/onc-mutexd";
  ViewNumber begin_at = 0;
  services::zookeeper::Choice choice;
};

// Empty where the text is good.
std::string is_algorithm(const std::string& text) {
  return algorithms.contains(text) ? ""
                                   : "'" + text + "' is no algorithm: it is lamport, ricart-agrawala or suzuki-kasami";
}

// Empty where the text is good. From there on numbers must last.
std::string is_beginning(const std::string& text) {
  constexpr ViewNumber last = end_of_views - Membership::furthest_ahead;
  ViewNumber number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_good = error == std::errc() && end == text.data() + text.size() && number >= 1 && number <= last;
  return is_good ? "" : "a view has a number from 1 to " + std::to_string(last) + " here, not '" + text + "'";
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("--id", options.id_text, "Which of the members this is; from 1")->type_name("ID")->required();
  app.add_option("--node", options.nodes,
                 "A member and where it serves, tcp://host:port; repeated, the same list for every member and this one "
                 "in it; with ZooKeeper only this one")
      ->type_name("ID=URI")
      ->required();
  app.add_option("--algorithm", options.algorithm,
                 "How they agree: lamport, ricart-agrawala or suzuki-kasami; the same for every member")
      ->type_name("HOW")
      ->check(is_algorithm)
      ->capture_default_str();
  app.add_option("--lease", options.lease,
                 "After how long a member that fell silent is done without, in seconds; the same for every member")
      ->type_name("SECONDS")
      ->capture_default_str();
  app.add_option("--state-dir", options.state_dir, "Where the member keeps what it must not forget")
      ->type_name("FOLDER")
      ->capture_default_str();
  app.add_option(
         "--begin-at", options.begin_at,
         "Promise views before that one no more: where there are other members than before, larger than what "
         "any of those had promised, and the same for every member; 1 where a new group is to begin without some")
      ->type_name("VIEW")
      ->check(is_beginning);
  services::zookeeper::add_options(app, options.choice);
  onc::daemon::add_options(app, options.daemon);
}

// Throws std::invalid_argument, in one sentence.
Company company_of(const Options& options, const Uris& uris) {
  Company company{.self = options.id, .all = {}};
  for (const auto& [id, uri] : uris) company.all.insert(id);
  if (company.all.empty() || company.all.size() > ::mutex::MAX_MEMBERS)
    throw std::invalid_argument("there are from 1 to " + std::to_string(::mutex::MAX_MEMBERS) + " members");
  if (!company.all.contains(options.id))
    throw std::invalid_argument("--id " + std::to_string(options.id) + " is none of the members that --node lists");
  if (!std::isfinite(options.lease) || options.lease < 0.05 || options.lease > 3600)
    throw std::invalid_argument("a lease lasts from 0.05 to 3600 seconds");
  if (options.choice.is_zookeeper() && options.choice.ensemble.empty())
    throw std::invalid_argument(
        "--backend zookeeper needs --ensemble HOST:PORT, where ZooKeeper's servers are, as in --ensemble one:2181");
  if (options.begin_at > 0 && options.choice.is_zookeeper())
    throw std::invalid_argument("--begin-at is only for --backend own");
  company.lease = std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>(options.lease));
  return company;
}

// All others may as well run twice.
onc::rpc::ServiceOptions service_options() {
  namespace of = ::mutex::MUTEX::v1::procedures;
  return {.idempotent = {of::RENEW.number, of::STATUS.number, of::CARRY.number, of::GO_ON.number, of::LEAVE.number,
                         of::BEGIN.number, of::FAREWELL.number, of::LOOK.number}};
}

// Serves until it ends.
using Run = std::function<void(MutexV1& service, onc::daemon::Ending::Leave leave)>;

void run_own(const Options& options, const Company& company, const Uris& uris, onc::daemon::Watch& watch,
             const asio::any_io_executor& executor, const Run& run) {
  StateFile state(options.state_dir, options.id, company.all, options.begin_at);
  if (state.promised() == 0)
    watch.note(
        "member " + std::to_string(options.id) + " is new: " + options.state_dir +
        " has no state of it, and among members that are all new nothing is granted before all that --node lists "
        "have been started, or more than half of them with --begin-at 1; where locks were granted before, by "
        "other members or with a state that was lost, end it, and see \"The state\" and \"Other members\" in "
        "onc-mutexd(8)");
  Participant participant({.company = company,
                           .algorithm = options.algorithm,
                           .uris = uris,
                           .promised = state.promised(),
                           .keep = [&](ViewNumber promised) { state.keep(promised); },
                           .note = [&](const std::string& what) { watch.note(what); },
                           .warn = [&](const std::string& what) { watch.warn(what); }},
                          executor);
  MutexV1 service(participant.locks(), &participant);
  participant.begin();
  run(service, [&](std::function<void()> ended) { participant.end(std::move(ended)); });
}

void run_on_zookeeper(const Options& options, const Company& company, const Uris& uris, onc::daemon::Watch& watch,
                      const asio::any_io_executor& executor, const Run& run) {
  ZookeeperLocks locks(executor, {.servers = services::zookeeper::servers_of(options.choice.ensemble),
                                  .self = options.id,
                                  .uri = uris.at(options.id),
                                  .timeout = std::chrono::round<std::chrono::milliseconds>(company.lease),
                                  .note = [&](const std::string& what) { watch.note(what); },
                                  .warn = [&](const std::string& what) { watch.warn(what); }});
  MutexV1 service(locks);
  run(service, [&](std::function<void()> ended) { locks.end(std::move(ended)); });
}

void serve(const Options& options, const Company& company, const Uris& uris, const onc::daemon::Ready& ready) {
  onc::daemon::Watch watch(name, options.daemon.watch, options.daemon.foreground);
  onc::rpc::Server server({.max_connections = 2 * ::mutex::MAX_PLACES});
  onc::daemon::Options daemon_options = options.daemon;
  daemon_options.ends_by_itself = true;
  daemon_options.known_at = uris.at(options.id);
  daemon_options.listen.insert(daemon_options.listen.begin(), daemon_options.known_at);
  const Run run = [&](MutexV1& service, onc::daemon::Ending::Leave leave) {
    server.add(service, service_options());
    const onc::daemon::Ending ending(server, std::move(leave));
    onc::daemon::serve(server, watch, name, daemon_options, ready);
  };
  const auto run_backend = options.choice.is_zookeeper() ? run_on_zookeeper : run_own;
  run_backend(options, company, uris, watch, onc::rpc::executor_of(server), run);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Grants named locks, as one of several members that agree on who holds them.", name);
  Options options;
  add_options(app, options);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return *status;
  try {
    options.id = id_of(options.id_text);
    const auto uris = uris_of(options.nodes);
    const Company company = company_of(options, uris);
    services::zookeeper::check(app, options.choice);
    return onc::daemon::run(name, options.daemon.foreground,
                            [&](const onc::daemon::Ready& ready) { serve(options, company, uris, ready); });
  } catch (const std::invalid_argument& error) {
    std::fprintf(stderr, "%s: %s\n", name, error.what());
    return 2;
  }
}
