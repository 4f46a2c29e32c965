#include "daemon/daemon.h"
#include "daemon/complaint.h"
#include "daemon/descriptors.h"
#include "daemon/notify.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

namespace onc::daemon {

using binding::Registering;

namespace {

const std::map<std::string, Registering> registering = {
    {"required", Registering::required}, {"auto", Registering::if_available}, {"no", Registering::no}};

Registering registering_named(const std::string& text) {
  const auto found = registering.find(text);
  if (found == registering.end())
    throw CLI::ValidationError("--register", "'" + text + "' is none of required, auto and no");
  return found->second;
}

// Empty where the text is good, as CLI11 has it.
std::string is_place_to_listen(const std::string& text) try {
  const auto endpoint = transport::Endpoint::parse(text);
  const bool is_whole = endpoint.protocol && (endpoint.protocol == transport::Protocol::local || endpoint.port);
  return is_whole ? ""
                  : "'" + text + "' says not where to listen: write tcp://host:port, udp://host:port or local:///path";
} catch (const rpc::Error& error) {
  return error.what();
}

}  // namespace

void add_foreground_option(CLI::App& app, bool& foreground) {
  app.add_flag("--foreground", foreground, "Stay in the foreground, attached to the terminal");
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("--listen", options.listen,
                 "Where to serve: tcp://host:port, udp://host:port or local:///path; port 0 takes a free one "
                 "(repeatable)")
      ->type_name("URI")
      ->check(is_place_to_listen)
      ->capture_default_str();
  app.add_option_function<std::string>(
         "--register", [&](const std::string& how) { options.registering = registering_named(how); },
         "Announce to the portmapper: required, auto (do without where none answers) or no [auto]")
      ->type_name("HOW");
  add_foreground_option(app, options.foreground);
  add_options(app, options.watch);
}

std::optional<int> parse(CLI::App& app, int argc, char** argv) {
  hold_standard_descriptors();
  app.failure_message(complaint);
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
}

namespace {

bool has_terminal = true;  // a process has one, and lets go of it once

void tell(const std::string& name, const std::string& trouble) {
  if (has_terminal)
    std::fprintf(stderr, "%s: %s\n", name.c_str(), trouble.c_str());
  else
    ::syslog(LOG_ERR, "%s", trouble.c_str());
}

void say(const std::string& line, const std::string& remark) {
  std::puts(line.c_str());
  std::fflush(stdout);
  if (!remark.empty()) std::fprintf(stderr, "%s\n", remark.c_str());
  notify_ready();
}

void let_go_of_terminal() {
  const int null = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  if (null < 0) return;
  for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(null, standard);
  ::close(null);
  has_terminal = false;
}

// In the parent: the child's fate decides the exit status.
int wait_until_ready(pid_t child, int ready) {
  char told = 0;
  if (::read(ready, &told, 1) == 1) return 0;
  int status = 0;
  ::waitpid(child, &status, 0);
  return 1;  // it has said why
}

}  // namespace

int run(const std::string& name, bool foreground, const std::function<void(const Ready&)>& serve) {
  try {
    if (foreground) {
      serve(say);
      return 0;
    }
    // Forked before anything is opened: event loops and threads do not survive it.
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
    const pid_t child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "cannot go to the background");
    if (child > 0) {
      ::close(pipe[1]);
      return wait_until_ready(child, pipe[0]);
    }
    ::close(pipe[0]);
    ::setsid();
    serve([&](const std::string& line, const std::string& remark) {
      say(line, remark);
      let_go_of_terminal();
      ::openlog(name.c_str(), LOG_PID, LOG_DAEMON);
      if (::chdir("/") != 0 || ::write(pipe[1], "!", 1) != 1) throw std::system_error(errno, std::generic_category());
      ::close(pipe[1]);
    });
    return 0;
  } catch (const std::exception& error) {
    tell(name, error.what());
    return 1;
  }
}

namespace {

std::string programs_text(const rpc::Server& server) {
  std::string text;
  for (const rpc::Program& program : server.programs())
    text += (text.empty() ? "" : ", ") + std::string(program.name) + " " + program.version_name;
  return text;
}

// Another port than the others know would not do.
void listen_at(rpc::Server& server, const std::string& uri, const Options& options) {
  try {
    server.listen(uri);
  } catch (const rpc::Error& error) {
    if (uri != options.known_at || error.code() != std::errc::address_in_use) throw;
    throw rpc::Error(error.code(), "cannot listen on " + uri +
                                       ", where --node says that this one is found: a program listens there already, "
                                       "perhaps this one; end that, or have every --node name another port");
  }
}

std::string endpoints_text(const rpc::Server& server) {
  std::string text;
  for (const transport::Endpoint& endpoint : server.endpoints()) text += " " + endpoint.text();
  return text;
}

}  // namespace

std::string metrics_text(const Watch& watch) {
  return watch.metrics().empty() ? "" : ", metrics at " + watch.metrics();
}

void prepare(rpc::Server& server, Watch& watch) {
  // Before it listens: a signal that came between the line and run() would leave entries and local sockets behind.
  server.stop_on({SIGINT, SIGTERM});
  watch.over(server);
}

void serve(rpc::Server& server, Watch& watch, const std::string& name, const Options& options, const Ready& ready) {
  if (options.ends_by_itself)
    watch.over(server);
  else
    prepare(server, watch);
  // Where systemd has opened sockets for us, those are meant.
  if (server.listen_inherited().empty())
    for (const std::string& endpoint : options.listen) listen_at(server, endpoint, options);
  const binding::Registration registration(server.programs(), server.endpoints(), options.registering);
  ready(name + ": serving " + programs_text(server) + " at" + endpoints_text(server) +
            (registration.registered() ? ", registered with the portmapper" : ", not registered") + metrics_text(watch),
        registration.why_not().empty() ? "" : name + ": not registered: " + registration.why_not());
  server.run();
}

}  // namespace onc::daemon
