// onc-mutex: runs commands while a lock is held, and says who holds which.
#include "daemon/complaint.h"
#include "daemon/descriptors.h"
#include "daemon/usage.h"
#include "services/mutex/report.h"
#include "services/mutex/running.h"

#include "mutex.x.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <iomanip>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>
#include <string_view>

#include <pwd.h>
#include <unistd.h>

namespace {

using namespace services::locks;

constexpr const char* examples = R"(
Examples:
  onc-mutex run nightly -- backup /srv            waits for the lock, and says who holds it meanwhile
  onc-mutex run nightly --timeout 60 -- sh -c 'echo "token $ONC_MUTEX_TOKEN"; exec backup'
  onc-mutex run nightly --server tcp://one:7421 --server tcp://two:7421 -- backup /srv
  onc-mutex try nightly -- backup /srv            does not wait
  onc-mutex try nightly                           only says whether it is free
  onc-mutex status                                of the member that this host's portmapper knows
  onc-mutex status nightly --json | jq .locks

Exit status: 0 done; 1 the call failed; 2 the arguments make no sense; 3 another holds the lock, or did until --timeout
was over, or nobody does of whom status was asked; 4 the lock was lost, or may have been soon, and the command was
stopped; 5 too few members, or servers of ZooKeeper, are heard for a majority; else the command's own, 126 where it
cannot be run and 127 where it is not there. A command may end with 1 to 5 by itself, too: what onc-mutex means by
them it says on standard error.
)";

constexpr const char* without_name =
    "onc-mutex: the lock has no name: write NAME before --, as in onc-mutex run nightly -- backup /srv\n";

struct Options {
  std::vector<std::string> servers;
  std::string lock;
  std::string who;
  double lease = 10;
  double timeout = -1;  // for ever
  bool json = false;
  std::vector<std::string> words;
};

std::string whoever_runs_it() {
  std::array<char, 65> host{};
  ::gethostname(host.data(), host.size() - 1);
  // Not $USER, which cron and systemd do not always set.
  const passwd* const user = ::getpwuid(::geteuid());
  return (user != nullptr ? user->pw_name : std::to_string(::geteuid())) + std::string("@") + host.data() + ":" +
         std::to_string(::getpid());
}

std::vector<std::string> servers_of(const Options& options) {
  return options.servers.empty() ? std::vector<std::string>{"localhost"} : options.servers;
}

std::chrono::nanoseconds span_of(double seconds) {
  return std::chrono::ceil<std::chrono::nanoseconds>(std::chrono::duration<double>(seconds));
}

RunOptions run_options(const Options& options) {
  RunOptions run{.servers = servers_of(options),
                 .lock = options.lock,
                 .who = options.who.empty() ? whoever_runs_it() : options.who,
                 .lease = span_of(options.lease),
                 .json = options.json,
                 .words = options.words};
  if (options.timeout >= 0) run.timeout = span_of(options.timeout);
  return run;
}

int run_command(const Options& options) { return run(run_options(options)); }

int try_command(const Options& options) {
  RunOptions run_now = run_options(options);
  run_now.timeout = std::chrono::nanoseconds(0);
  return run(run_now);
}

// Of the first that answers.
::mutex::Status ask_any(const Options& options) {
  const auto servers = servers_of(options);
  const double seconds = options.timeout >= 0 ? std::max(options.timeout, 0.001) : 10;
  const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(seconds));
  for (std::size_t i = 0;; ++i) {
    try {
      return ::mutex::MUTEX::v1::Client(servers[i], {.timeout = timeout}).STATUS(options.lock);
    } catch (const onc::rpc::Error&) {
      if (i + 1 == servers.size()) throw;
    }
  }
}

int status(const Options& options) {
  const ::mutex::Status status = ask_any(options);
  if (status.outcome() == ::mutex::Outcome::GRANTED || status.outcome() == ::mutex::Outcome::CUT) {
    std::cout << (options.json ? to_json(status) : to_text(status));
    return status.report().view == ::mutex::NO_VIEW ? no_majority : 0;
  }
  const bool is_unknown = status.outcome() == ::mutex::Outcome::UNKNOWN_LOCK;
  if (is_unknown && options.json) std::cout << to_json(status);
  // It knows of its own clients only.
  if (is_unknown && status.report().view == ::mutex::NO_VIEW) {
    std::fprintf(
        stderr, "onc-mutex: %s\n",
        why_not(options.lock, servers_of(options).front(), ::mutex::Answer(::mutex::Outcome::NO_MAJORITY)).c_str());
    return no_majority;
  }
  std::fprintf(stderr, "onc-mutex: %s\n",
               why_not(options.lock, servers_of(options).front(), ::mutex::Answer(status.outcome())).c_str());
  if (status.outcome() == ::mutex::Outcome::UNREACHABLE) return no_majority;
  return status.outcome() == ::mutex::Outcome::UNKNOWN_LOCK ? not_granted : has_failed;
}

// CLI11's own Range lets "nan" through. Empty where the text is good.
std::string is_seconds(const std::string& text, double least, double most) {
  std::istringstream in(text);
  double seconds = 0;
  if (in >> seconds && in.eof() && seconds >= least && seconds <= most) return "";
  std::ostringstream out;
  out << std::setprecision(10) << "'" << text << "' is not a number of seconds from " << least << " to " << most;
  return out.str();
}
std::string is_lease(const std::string& text) { return is_seconds(text, 0.1, 3600); }
std::string is_timeout(const std::string& text) { return is_seconds(text, 0, 31536000); }

std::string is_name(const std::string& text) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  const bool is_good =
      !text.empty() && text.size() <= ::mutex::MAX_NAME && std::none_of(text.begin(), text.end(), is_control);
  return is_good ? "" : "a lock's name has from 1 to 255 bytes, none a control character";
}

std::string is_who(const std::string& text) {
  return text.size() <= ::mutex::MAX_NAME ? "" : "whoever it is, 255 bytes are to say it";
}

struct Command {
  CLI::App* parser;
  int (*run)(const Options&);
};

void add_lock_options(CLI::App& command, Options& options) {
  command.add_option("NAME", options.lock, "The lock")->required()->check(is_name);
  command
      .add_option("--lease", options.lease,
                  "Be heard so often that the lock is free so long after this program has died, in seconds")
      ->type_name("SECONDS")
      ->check(is_lease)
      ->capture_default_str();
  command.add_option("--who", options.who, "What others read of who holds it or waits [USER@HOST:PID]")
      ->type_name("TEXT")
      ->check(is_who);
}

std::vector<Command> add_commands(CLI::App& app, Options& options) {
  std::vector<Command> commands = {
      {app.add_subcommand("run", "Run COMMAND while holding a lock, with its token in ONC_MUTEX_TOKEN"), run_command},
      {app.add_subcommand("try", "As run, but only where the lock is free; without COMMAND, say whether it is"),
       try_command},
      {app.add_subcommand("status", "Print who holds which locks and waits for them, and which members there are"),
       status},
  };
  for (const Command& command : commands)
    command.parser
        ->add_option("--server", options.servers,
                     "The member to ask: tcp://host:port, udp://host:port or local:///path; without a port, or just a "
                     "host, its portmapper is asked; repeated: the next where one fails [localhost]")
        ->type_name("URI|HOST")
        ->allow_extra_args(false);  // or it would take COMMAND, too
  for (const Command& command : {commands[0], commands[1]}) add_lock_options(*command.parser, options);
  commands[2].parser->add_option("NAME", options.lock, "Only that lock")->check(is_name);
  commands[0]
      .parser->add_option("--timeout", options.timeout, "Wait no longer than that for the lock, in seconds [for ever]")
      ->type_name("SECONDS")
      ->check(is_timeout);
  commands[2]
      .parser->add_option("--timeout", options.timeout, "Give up after so long without an answer, in seconds [10]")
      ->type_name("SECONDS")
      ->check(is_timeout);
  for (const Command& command : {commands[1], commands[2]})
    command.parser->add_flag("--json", options.json, "For scripts");
  commands[0].parser->add_option("COMMAND", options.words, "After --, with its arguments")->required();
  commands[1].parser->add_option("COMMAND", options.words, "After --, with its arguments");
  return commands;
}

// Whoever forgets NAME has COMMAND's first word taken for it: what comes after "--" is more than COMMAND then.
bool lacks_name(const std::vector<Command>& commands, const Options& options, int argc, char** argv) {
  if (!commands[0].parser->parsed() && !commands[1].parser->parsed()) return false;
  char** const end = argv + argc;
  char** const dashes = std::find(argv, end, std::string_view("--"));
  return dashes != end && end - dashes - 1 > static_cast<std::ptrdiff_t>(options.words.size());
}

// The exit status, where that is all.
std::optional<int> parse(CLI::App& app, const std::vector<Command>& commands, const Options& options, int argc,
                         char** argv) {
  const auto complain = [&](const CLI::App* program, const CLI::Error& error) {
    // Only then is all read that is there.
    const bool is_missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (is_missing && lacks_name(commands, options, argc, argv)) return std::string(without_name);
    return onc::daemon::complaint(program, error);
  };
  app.failure_message(complain);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!lacks_name(commands, options, argc, argv)) return std::nullopt;
  std::fputs(without_name, stderr);
  return 2;
}

// The exit status, which is another where what was to be told got nowhere.
int written(int status) {
  if (std::cout.flush()) return status;
  std::fprintf(stderr, "onc-mutex: cannot write to standard output\n");
  return has_failed;
}

}  // namespace

int main(int argc, char** argv) {
  onc::daemon::hold_standard_descriptors();
  CLI::App app("Runs commands while a lock is held that is one's at a time, on all hosts.", "onc-mutex");
  Options options;
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(examples);
  app.formatter(std::make_shared<onc::daemon::CommandAfterDashes>());
  app.require_subcommand(1);
  const std::vector<Command> commands = add_commands(app, options);
  if (const auto status = parse(app, commands, options, argc, argv)) return *status;
  try {
    for (const Command& command : commands)
      if (command.parser->parsed()) return written(command.run(options));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onc-mutex: %s\n", error.what());
  }
  return has_failed;
}
