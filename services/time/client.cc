// onc-time: asks and sets time servers.
#include "daemon/complaint.h"
#include "daemon/descriptors.h"
#include "services/time/calendar.h"
#include "services/time/commands.h"
#include "services/time/shown.h"
#include "services/time/stale.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdio>
#include <exception>
#include <sstream>

namespace {

using namespace services::time;

constexpr std::size_t longest_complaint = 1000;

constexpr const char* examples = R"(
Examples:
  onc-time get                                       the server that this host's portmapper knows
  onc-time get --server tcp://127.0.0.1:40123
  onc-time get --server udp://clock.example          UDP, at the port that clock.example's portmapper knows
  onc-time get --precise --json                      to the nanosecond, with its bounds, for scripts
  onc-time set "2026-11-21 12:30:00" --server clock.example
  onc-time stamp --seen 41                           later than stamp 41, by Lamport's clock
  onc-time query udp://clock1 udp://clock2           how far their clocks are from this machine's
  onc-time watch udp://clock1 udp://clock2           the same over time, drawn in the terminal
  onc-time watch --server clock1 --for 60 --json     of a group's coordinator and its peers, for a minute

Exit status: 0 done, 1 the call failed or the server refused, 2 the arguments make no sense.
)";

// `what` may quote a server.
int complain(const std::string& what, int status) {
  std::fprintf(stderr, "onc-time: %s\n", shown(what, longest_complaint).c_str());
  return status;
}

// The command line; what was given is in the members after parse().
class CommandLine {
 public:
  CommandLine();
  // The exit status where that was all.
  std::optional<int> parse(int argc, char** argv);
  int run() const;
  // What is wrong, in a sentence.
  std::string explained(const std::system_error& error) const {
    return error.what() + stale_registration(asking_.server, error.code(), asking_.timeout);
  }

 private:
  void add_server(CLI::App& command);
  void add_timeout(CLI::App& command);
  void add_json(CLI::App& command);
  void add_watch();

  CLI::App app_{"Asks ONC RPC time servers for the time, or sets their clocks.", "onc-time"};
  CLI::App* get_;
  CLI::App* set_;
  CLI::App* stamp_;
  CLI::App* query_;
  CLI::App* watch_;
  Asking asking_;
  double timeout_ = 10;
  bool precise_ = false;
  std::string time_;
  std::optional<std::uint64_t> seen_;
  std::vector<std::string> hosts_;
  double interval_ = 1;
  double duration_ = 0;
};

// CLI11's own Range lets "nan" through. Empty where the text is good.
std::string is_seconds(const std::string& text) {
  std::istringstream in(text);
  double seconds = 0;
  if (in >> seconds && in.eof() && seconds >= 0.001 && seconds <= 86400) return "";
  return "'" + text + "' is not a number of seconds from 0.001 to 86400";
}

// CLI11 takes -1, and what is larger than 64 bits hold, for the largest there is.
std::string is_stamp(const std::string& text) {
  std::uint64_t stamp = 0;
  const auto [end, trouble] = std::from_chars(text.data(), text.data() + text.size(), stamp);
  const bool is_number = trouble == std::errc() && end == text.data() + text.size();
  return is_number ? "" : "'" + text + "' is no stamp: it is a number of 64 bits";
}

std::chrono::milliseconds to_milliseconds(double seconds) {
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
}

CommandLine::CommandLine() {
  app_.set_version_flag("--version", ONC_VERSION);
  app_.footer(examples);
  app_.failure_message(onc::daemon::complaint);
  app_.require_subcommand(1);
  get_ = app_.add_subcommand("get", "Print the server's time");
  get_->add_flag("--precise", precise_, "To the nanosecond, and how wrong it may be: by version 2");
  set_ = app_.add_subcommand("set", "Set the server's own clock");
  set_->add_option("TIME", time_, "As \"2026-11-21 12:30:00\", in UTC")->required();
  stamp_ =
      app_.add_subcommand("stamp", "A stamp for something that happens, later than all before, by Lamport's clock");
  stamp_->add_option("--seen", seen_, "Also later than this stamp, of something that is known of")
      ->type_name("STAMP")
      ->check(is_stamp);
  query_ = app_.add_subcommand("query", "How far the clocks of servers are from this machine's");
  query_->add_option("HOST", hosts_, "A server, as for --server")->required();
  add_watch();
  for (CLI::App* command : {get_, set_, stamp_, watch_}) add_server(*command);
  for (CLI::App* command : {get_, set_, stamp_, query_, watch_}) add_timeout(*command);
  for (CLI::App* command : {get_, stamp_, query_, watch_}) add_json(*command);
}

void CommandLine::add_watch() {
  watch_ = app_.add_subcommand("watch", "The same again and again: drawn in a terminal, else a line each time");
  watch_->add_option("HOST", hosts_, "A server, as for --server; without any, the server and the peers it coordinates");
  watch_->add_option("--interval", interval_, "From one time to the next")
      ->type_name("SECONDS")
      ->check(is_seconds)
      ->capture_default_str();
  watch_->add_option("--for", duration_, "End after so long; without it, when interrupted")
      ->type_name("SECONDS")
      ->check(is_seconds);
}

void CommandLine::add_server(CLI::App& command) {
  command
      .add_option("--server", asking_.server,
                  "tcp://host:port, udp://host:port or local:///path; without a port, or just a host, its portmapper "
                  "is asked")
      ->type_name("URI|HOST")
      ->capture_default_str();
}

void CommandLine::add_timeout(CLI::App& command) {
  command.add_option("--timeout", timeout_, "Give up after this long, in seconds")
      ->type_name("SECONDS")
      ->check(is_seconds)
      ->capture_default_str();
}

void CommandLine::add_json(CLI::App& command) {
  command.add_flag("--json", asking_.json, "JSON instead of text, on a line each time: see onc-time(1)");
}

std::optional<int> CommandLine::parse(int argc, char** argv) {
  try {
    app_.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app_.exit(error) == 0 ? 0 : 2;
  }
  asking_.timeout = to_milliseconds(timeout_);
  if (watch_->parsed() && !hosts_.empty() && watch_->count("--server") > 0)
    return complain("watch takes either hosts, or the server whose group is watched, by --server", 2);
  return std::nullopt;
}

int CommandLine::run() const {
  if (get_->parsed()) return get(asking_, precise_);
  if (stamp_->parsed()) return stamp(asking_, seen_);
  if (query_->parsed()) return query(asking_, hosts_);
  if (watch_->parsed()) return watch(asking_, hosts_, {to_milliseconds(interval_), to_milliseconds(duration_)});
  return set(asking_, time_);
}

}  // namespace

int main(int argc, char** argv) {
  onc::daemon::hold_standard_descriptors();
  CommandLine command_line;
  if (const auto status = command_line.parse(argc, argv)) return *status;
  try {
    const int status = command_line.run();
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
      return complain("standard output takes no more: is the disk full?", 1);
    return status;
  } catch (const std::system_error& error) {
    return complain(command_line.explained(error), error.code() == onc::rpc::errc::bad_endpoint ? 2 : 1);
  } catch (const std::exception& error) {
    return complain(error.what(), 1);
  }
}
