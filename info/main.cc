// onc-info: what ONC RPC programs there are, and whether they answer.
#include "daemon/descriptors.h"
#include "info/commands.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <iostream>
#include <sstream>
#include <stdexcept>

namespace {

constexpr const char* examples = R"(
Examples:
  onc-info                              what is registered on this host
  onc-info list --short nfs.example     a line for each program of another
  onc-info ping nfs.example nfs         every version of NFS over TCP, with times
  onc-info ping nfs.example 100005 3 --udp --count 10
  onc-info ping tcp://127.0.0.1:40123 0x20000001
  onc-info broadcast ypserv 2 --for 5
  onc-info delete 0x20000001 1 udp
  onc-info --json | jq '.registrations[].port'

onc-info COMMAND --help says more. A host that is called as a command is: onc-info list ping
Exit status: 0 done, 1 no answer or not registered, 2 the arguments make no sense.
)";

struct Options {
  info::Asking asking;
  double timeout = 10;
  bool brief = false;
  std::string program;
  std::string version;
  std::string netid;
  bool tcp = false;
  bool udp = false;
  std::uint32_t count = 1;
  double duration = 3;
  info::BroadcastOptions broadcast;
};

// The arguments make no sense.
class Misuse : public std::runtime_error {
  using runtime_error::runtime_error;
};

// CLI11's own Range lets "nan" through. Empty where the text is good.
std::string is_seconds(const std::string& text) {
  std::istringstream in(text);
  double seconds = 0;
  if (in >> seconds && in.eof() && seconds >= 0.001 && seconds <= 86400) return "";
  return "'" + text + "' is not a number of seconds from 0.001 to 86400";
}

std::string is_version(const std::string& text) {
  return info::to_number(text) ? "" : "'" + text + "' is no version: it is a number of 32 bits";
}

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

std::uint32_t to_program(const std::string& text, const info::ProgramNames& names) {
  const auto number = names.number(text);
  if (!number) throw Misuse("no program is called '" + text + "' in /etc/rpc: write its number");
  return *number;
}

std::uint32_t version_of(const Options& options) { return info::to_number(options.version).value_or(0); }

info::PingOptions ping_options(const Options& options, const info::ProgramNames& names) {
  using onc::transport::Protocol;
  if (options.asking.host->find("://") != std::string::npos && (options.tcp || options.udp))
    throw Misuse("'" + *options.asking.host + "' says which transport is meant: leave --tcp and --udp out");
  info::PingOptions ping{.program = to_program(options.program, names),
                         .version = info::to_number(options.version),
                         .protocol = {},
                         .count = options.count};
  if (options.tcp || options.udp) ping.protocol = options.udp ? Protocol::udp : Protocol::tcp;
  return ping;
}

info::BroadcastOptions broadcast_options(const Options& options, const info::ProgramNames& names) {
  info::BroadcastOptions broadcast = options.broadcast;
  broadcast.program = to_program(options.program, names);
  broadcast.version = version_of(options);
  broadcast.duration = to_milliseconds(options.duration);
  return broadcast;
}

// The command line; what was given is in `options` after parse().
class CommandLine {
 public:
  CommandLine();
  // The exit status where that was all.
  std::optional<int> parse(int argc, char** argv);
  int run(const info::ProgramNames& names, std::ostream& out);

 private:
  void add_json(CLI::App& command);
  void add_timeout(CLI::App& command);
  void add_list_options(CLI::App& command);
  void add_host(CLI::App& command, bool required);
  void add_program(CLI::App& command);
  void add_version(CLI::App& command, bool required);
  void add_ping();
  void add_broadcast();

  Options options_;
  CLI::App app_{"Tells which ONC RPC programs there are, and whether they answer.", "onc-info"};
  CLI::App* list_;
  CLI::App* ping_;
  CLI::App* broadcast_;
  CLI::App* delete_;
  CLI::App* statistics_;
  CLI::App* addresses_;
};

CommandLine::CommandLine() {
  app_.set_version_flag("--version", ONC_VERSION);
  app_.footer(examples);
  app_.require_subcommand(0, 1);
  add_list_options(app_);
  list_ = app_.add_subcommand("list", "What is registered; also without the word");
  add_list_options(*list_);
  add_ping();
  add_broadcast();
  delete_ = app_.add_subcommand("delete", "Remove a registration of this host");
  add_program(*delete_);
  add_version(*delete_, true);
  delete_->add_option("NETID", options_.netid, "tcp, udp, tcp6, udp6 or local; without it, all of them");
  statistics_ = app_.add_subcommand("statistics", "What a portmapper has been asked for");
  add_host(*statistics_, false);
  addresses_ = app_.add_subcommand("addresses", "Every address of a program");
  add_host(*addresses_, true);
  add_program(*addresses_);
  add_version(*addresses_, true);
  for (CLI::App* command : {&app_, list_, ping_, broadcast_, delete_, statistics_, addresses_}) add_json(*command);
  for (CLI::App* command : app_.get_subcommands({})) command->footer("See onc-info --help for examples.");
  for (CLI::App* command : {&app_, list_, ping_, delete_, statistics_, addresses_}) add_timeout(*command);
}

void CommandLine::add_json(CLI::App& command) {
  command.add_flag("--json", options_.asking.json, "One JSON object instead of text: see onc-info(8)");
}

void CommandLine::add_timeout(CLI::App& command) {
  command.add_option("--timeout", options_.timeout, "Give up after this long, in seconds")
      ->type_name("SECONDS")
      ->check(is_seconds)
      ->capture_default_str();
}

void CommandLine::add_list_options(CLI::App& command) {
  add_host(command, false);
  command.add_flag("--short", options_.brief, "A line for each program");
}

void CommandLine::add_host(CLI::App& command, bool required) {
  command
      .add_option("HOST", options_.asking.host,
                  "Whose portmapper is asked, or the portmapper as tcp://host:port or local:///path")
      ->required(required);
}

void CommandLine::add_program(CLI::App& command) {
  command.add_option("PROGRAM", options_.program, "A name of /etc/rpc or a number, also as 0x20000001")->required();
}

void CommandLine::add_version(CLI::App& command, bool required) {
  command.add_option("VERSION", options_.version, required ? "A number" : "A number; without it, all there are")
      ->required(required)
      ->check(is_version);
}

void CommandLine::add_ping() {
  ping_ = app_.add_subcommand("ping", "Call a program's procedure 0, which does nothing, and take the time");
  ping_
      ->add_option("HOST", options_.asking.host,
                   "Whose portmapper knows the program's port, or the program as tcp://host:port, udp://host:port or "
                   "local:///path, and no portmapper is asked")
      ->required();
  add_program(*ping_);
  add_version(*ping_, false);
  auto* tcp = ping_->add_flag("--tcp", options_.tcp,
                              "Over TCP only; without either, over UDP where it is not registered over TCP");
  ping_->add_flag("--udp", options_.udp, "Over UDP only")->excludes(tcp);
  ping_->add_option("--count", options_.count, "So many calls of each version")
      ->type_name("N")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
}

void CommandLine::add_broadcast() {
  broadcast_ = app_.add_subcommand("broadcast", "Ask all hosts at once who has a program");
  add_program(*broadcast_);
  add_version(*broadcast_, true);
  broadcast_->add_option("--for", options_.duration, "Wait for answers so long, in seconds")
      ->type_name("SECONDS")
      ->check(is_seconds)
      ->capture_default_str();
  broadcast_->add_option("--port", options_.broadcast.port, "Ask servers at this port, and not the portmappers")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65'535));
  broadcast_->add_option("--portmapper-port", options_.broadcast.portmapper_port, "Where portmappers listen")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65'535))
      ->capture_default_str();
  broadcast_->add_option("--to", options_.broadcast.to, "A broadcast address, a multicast group or a host")
      ->type_name("ADDRESS")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

std::optional<int> CommandLine::parse(int argc, char** argv) {
  app_.failure_message([](const CLI::App*, const CLI::Error& error) {
    return std::string("onc-info: ") + error.what() + "\nRun it with --help for more information.\n";
  });
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app_.exit(error) == 0 ? 0 : 2;
  }
  options_.asking.timeout = to_milliseconds(options_.timeout);
  return std::nullopt;
}

int CommandLine::run(const info::ProgramNames& names, std::ostream& out) {
  const info::Asking& asking = options_.asking;
  if (ping_->parsed()) return info::ping(asking, ping_options(options_, names), names, out);
  if (broadcast_->parsed()) return info::broadcast(asking, broadcast_options(options_, names), names, out);
  if (statistics_->parsed()) return info::statistics(asking, names, out);
  if (!delete_->parsed() && !addresses_->parsed()) return info::list(asking, options_.brief, names, out);
  const std::uint32_t program = to_program(options_.program, names);
  if (addresses_->parsed()) return info::addresses(asking, program, version_of(options_), names, out);
  return info::remove(asking, program, version_of(options_), options_.netid, names, out);
}

int complain(const char* what, int status) {
  std::fprintf(stderr, "onc-info: %s\n", what);
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  onc::daemon::hold_standard_descriptors();
  CommandLine command_line;
  if (const auto status = command_line.parse(argc, argv)) return *status;
  try {
    const int status = command_line.run(info::ProgramNames::of_this_host(), std::cout);
    if (!std::cout.flush()) return complain("standard output takes no more: is the disk full?", 1);
    return status;
  } catch (const Misuse& error) {
    return complain(error.what(), 2);
  } catch (const std::system_error& error) {
    return complain(error.what(), error.code() == onc::rpc::errc::bad_endpoint ? 2 : 1);
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}
