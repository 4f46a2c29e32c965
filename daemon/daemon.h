// What every daemon here does alike: its options, its one line, its way into the background and out again.
#pragma once

#include "daemon/watch.h"

#include <onc/binding/binding.h>
#include <onc/server/server.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace onc::daemon {

struct Options {
  std::vector<std::string> listen;  // URIs
  // One of these, by which others know this one, as --node says; empty where none is: by no option.
  std::string known_at = {};
  binding::Registering registering = binding::Registering::if_available;
  bool foreground = false;
  WatchOptions watch = {};
  // It sees to SIGINT and SIGTERM itself, for it has more to do than to answer who has called: by no option.
  bool ends_by_itself = false;
};

// Adds --listen, --register, --foreground, --log-level and --metrics. What `options` holds is the default.
void add_options(CLI::App& app, Options& options);
void add_foreground_option(CLI::App& app, bool& foreground);

// Holds the standard descriptors, and reads the command line. Where that is the end of it, the exit status: 0 after
// --help or --version, 2 after a sentence on standard error for options that make no sense.
std::optional<int> parse(CLI::App& app, int argc, char** argv);

// For the end of a daemon's --help.
inline constexpr const char* exit_statuses =
    "Exit status: 0 ended by SIGINT or SIGTERM, or serving in the background; 1 it cannot serve;\n"
    "2 the options make no sense.\n";

// Called once, when the daemon serves: prints its line, and `remark`, if any, on standard error, and tells systemd, if
// that waits for it. Then, unless it stays in the foreground, it lets go of the terminal.
using Ready = std::function<void(const std::string& line, const std::string& remark)>;

// Runs `serve` as program `name` and returns the exit status: 0, or 1 after one sentence on standard error, or by
// syslog(3) once it has let go of the terminal.
// In the background the caller's process ends when Ready is called, or with status 1 when that never happens.
int run(const std::string& name, bool foreground, const std::function<void(const Ready&)>& serve);

// What every daemon's server does before it listens: ends at SIGINT and SIGTERM, and is watched.
void prepare(rpc::Server& server, Watch& watch);

// For the end of a daemon's line: ", metrics at http://127.0.0.1:9100/metrics".
std::string metrics_text(const Watch& watch);

// Prepares, listens, registers, is ready, and serves until SIGINT or SIGTERM.
void serve(rpc::Server& server, Watch& watch, const std::string& name, const Options& options, const Ready& ready);

}  // namespace onc::daemon
