// onc-election: asks a node who leads, and runs commands while it does.
#include "daemon/complaint.h"
#include "daemon/descriptors.h"
#include "daemon/usage.h"
#include "services/election/report.h"
#include "services/election/running.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>

namespace {

using namespace services::elections;
using Client = election::ELECTION::v1::Client;

constexpr const char* examples = R"(
Examples:
  onc-election status                             of the node that this host's portmapper knows
  onc-election leader --server tcp://one:7411     prints its ID and its TERM
  onc-election leader --server tcp://one:7411 --server tcp://two:7411
  onc-election watch --json                       a line for each change
  onc-election resign --server tcp://two:7411
  onc-election run --server tcp://one:7411 -- sh -c 'echo "I lead in term $ONC_ELECTION_TERM"; exec backup'

Exit status: 0 done; 1 the call failed; 2 the arguments make no sense; 3 nobody leads, or not the node that was asked
to resign or to run; 4 the node was sure to lead no longer, and the command was stopped; else the command's own, which
may be one of these too, 126 where it cannot be run and 127 where it is not there.
)";

struct Options {
  std::string server = "localhost";    // whose office it is about
  std::vector<std::string> servers{};  // or any that knows; none: localhost
  double timeout = 10;
  bool json = false;
  bool now = false;
  double interval = 0.5;
  std::vector<std::string> words;
};

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

Client connect(const Options& options, const std::string& server) {
  return Client(server, {.timeout = to_milliseconds(options.timeout)});
}

// Nodes of which any will do. Whoever did is asked first the next time.
class AnyNode {
 public:
  explicit AnyNode(const Options& options) {
    for (const std::string& server : options.servers) clients_.push_back(connect(options, server));
    if (clients_.empty()) clients_.push_back(connect(options, options.server));
  }

  // Of the first that answers and hears a majority, or else of the last, or its error.
  election::Status status() {
    for (std::size_t left = clients_.size() - 1;; --left, at_ = (at_ + 1) % clients_.size()) {
      try {
        const election::Status status = clients_[at_].STATUS();
        if (left == 0 || status.condition != election::Condition::NO_MAJORITY) return status;
      } catch (const onc::rpc::Error&) {
        if (left == 0) throw;
      }
    }
  }

 private:
  std::vector<Client> clients_;
  std::size_t at_ = 0;
};

int status(const Options& options) {
  const election::Status status = AnyNode(options).status();
  const WallTime now = std::chrono::system_clock::now();
  std::cout << (options.json ? to_json(status, now) : to_text(status, now));
  return 0;
}

int leader(const Options& options) {
  const election::Status status = AnyNode(options).status();
  if (options.json || status.condition == election::Condition::LED) std::cout << leader_line(status, options.json);
  if (status.condition == election::Condition::LED) return 0;
  std::fprintf(stderr, "onc-election: nobody leads: %s\n", why_nobody(status));
  return does_not_lead;
}

// Until it is ended, also where no node answers yet.
int watch(const Options& options) {
  AnyNode node(options);
  std::string last;
  bool has_failed = false;
  while (true) {
    try {
      const std::string line = leader_line(node.status(), options.json);
      if (has_failed) std::fprintf(stderr, "onc-election: the node answers%s\n", last.empty() ? "" : " again");
      if (line != last) std::cout << line << std::flush;
      last = line;
      has_failed = false;
    } catch (const onc::rpc::Error& error) {
      if (!has_failed) std::fprintf(stderr, "onc-election: %s\n", error.what());
      has_failed = true;
    }
    if (!std::cout) return 1;
    std::this_thread::sleep_for(to_milliseconds(options.interval));
  }
}

int resign(const Options& options) {
  const election::Reply reply = connect(options, options.server).RESIGN();
  if (reply.answer == election::Answer::DONE) return 0;
  const std::string whoever = reply.coordinator == election::NOBODY
                                  ? "nobody does"
                                  : std::to_string(reply.coordinator) + " does, in term " + std::to_string(reply.term);
  std::fprintf(stderr, "onc-election: the node at %s does not lead: %s\n", options.server.c_str(), whoever.c_str());
  return does_not_lead;
}

int run_command(const Options& options) {
  return run({.server = options.server,
              .timeout = to_milliseconds(options.timeout),
              .waits = !options.now,
              .words = options.words});
}

// CLI11's own Range lets "nan" through. Empty where the text is good.
std::string is_seconds(const std::string& text) {
  std::istringstream in(text);
  double seconds = 0;
  if (in >> seconds && in.eof() && seconds >= 0.001 && seconds <= 86400) return "";
  return "'" + text + "' is not a number of seconds from 0.001 to 86400";
}

constexpr const char* what_a_server_is =
    "The node to ask: tcp://host:port, udp://host:port or local:///path; without a port, or just a host, its "
    "portmapper "
    "is asked";

void add_server_option(CLI::App& command, std::string& server) {
  command.add_option("--server", server, what_a_server_is)->type_name("URI|HOST")->capture_default_str();
}
void add_server_options(CLI::App& command, std::vector<std::string>& servers) {
  command
      .add_option("--server", servers,
                  what_a_server_is + std::string("; repeated, the next where one does not answer, or hears too few "
                                                 "others [localhost]"))
      ->type_name("URI|HOST")
      ->allow_extra_args(false);
}

void add_timeout(CLI::App& command, Options& options) {
  command.add_option("--timeout", options.timeout, "Give up after this long without an answer, in seconds")
      ->type_name("SECONDS")
      ->check(is_seconds)
      ->capture_default_str();
}

struct Command {
  CLI::App* parser;
  int (*run)(const Options&);
};

std::vector<Command> add_commands(CLI::App& app, Options& options) {
  std::vector<Command> commands = {
      {app.add_subcommand("status", "Print what a node knows"), status},
      {app.add_subcommand("leader", "Print the coordinator's ID and TERM"), leader},
      {app.add_subcommand("watch", "Print them whenever they change, until it is ended"), watch},
      {app.add_subcommand("resign", "Have the coordinator, which is to be asked itself, leave office"), resign},
      {app.add_subcommand("run", "Run COMMAND while the node leads, with its term in ONC_ELECTION_TERM"), run_command},
  };
  for (const Command& command : commands) add_timeout(*command.parser, options);
  for (const Command& command : {commands[0], commands[1], commands[2]}) {
    add_server_options(*command.parser, options.servers);
    command.parser->add_flag("--json", options.json, "For scripts");
  }
  for (const Command& command : {commands[3], commands[4]}) add_server_option(*command.parser, options.server);
  commands[2]
      .parser->add_option("--interval", options.interval, "Ask so often, in seconds")
      ->type_name("SECONDS")
      ->check(is_seconds)
      ->capture_default_str();
  commands[4].parser->add_flag("--now", options.now, "Do not wait until the node leads");
  commands[4].parser->add_option("COMMAND", options.words, "After --, with its arguments")->required();
  return commands;
}

// The exit status, which is another where what was to be told got nowhere.
int written(int status) {
  if (std::cout.flush()) return status;
  std::fprintf(stderr, "onc-election: cannot write to standard output\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  onc::daemon::hold_standard_descriptors();
  CLI::App app("Asks a node of an election who leads, and runs commands while it does.", "onc-election");
  Options options;
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(examples);
  app.formatter(std::make_shared<onc::daemon::CommandAfterDashes>());
  app.failure_message(onc::daemon::complaint);
  app.require_subcommand(1);
  const std::vector<Command> commands = add_commands(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    for (const Command& command : commands)
      if (command.parser->parsed()) return written(command.run(options));
  } catch (const onc::rpc::Error& error) {
    std::fprintf(stderr, "onc-election: %s\n", error.what());
    return error.code() == onc::rpc::errc::bad_endpoint ? 2 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onc-election: %s\n", error.what());
  }
  return 1;
}
