#include "portmapper/options.h"

#include "daemon/daemon.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <filesystem>
#include <limits>

namespace portmapper {
namespace {

constexpr const char* examples = R"(
Examples:
  portmapper -w                                    in rpcbind's place: port 111 and /run/rpcbind.sock, as root
  portmapper -f --port 0 --socket /tmp/portmapper.sock
                                                   without root, at a free port that it tells
  ONC_PORTMAPPER=tcp://127.0.0.1:1111 onc-timed    how a server finds one at port 1111
  onc-info                                         what is registered; so does rpcinfo
)";

// CLI11's own Range takes 1.5 for a number of any kind.
auto whole_number(std::uint64_t most) {
  return [most](const std::string& text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_good = error == std::errc() && end == text.data() + text.size() && number <= most;
    return is_good ? "" : "'" + text + "' is no whole number from 0 to " + std::to_string(most);
  };
}

std::string check_path(const std::string& path) { return path.empty() ? "it is empty" : ""; }

void add_place_options(CLI::App& app, Options& options) {
  app.add_option("--port", options.listening.port, "The port for TCP and UDP; 0 takes a free one")
      ->type_name("N")
      ->check(whole_number(65'535))
      ->capture_default_str();
  app.add_option("--socket", options.listening.socket, "The local socket, whose users the kernel vouches for")
      ->type_name("PATH")
      ->check(check_path)
      ->capture_default_str();
  app.add_option("-h,--udp-host", options.listening.udp_hosts,
                 "An IP address for UDP, in the place of all; 127.0.0.1 and ::1 are added (repeatable)")
      ->type_name("ADDRESS")
      ->check([](const std::string& host) {
        try {
          onc::transport::Address::ip(host, 0);
          return std::string();
        } catch (const std::exception&) {
          return "'" + host + "' is no IP address";
        }
      })
      ->allow_extra_args(false);
}

void add_trust_options(CLI::App& app, Options& options) {
  app.add_flag("-i,--insecure", options.insecure, "Let other hosts register and remove servers here, too");
  app.add_flag("-r,--forward", options.forwards,
               "Hand calls on to servers, which rpcinfo -b needs (CALLIT, BCAST, INDIRECT)");
  app.add_option("--rate", options.rate, "Calls a second that each other host may make; 0 is any number")
      ->type_name("N")
      ->check(whole_number(std::numeric_limits<std::uint32_t>::max()))
      ->capture_default_str();
  app.add_option("--user", options.user, "Whom to be once the sockets are open, where root starts it [_rpc, or daemon]")
      ->type_name("NAME");
  app.add_flag("-s,--as-daemon", options.as_daemon, "The same as --user daemon");
}

void add_state_options(CLI::App& app, Options& options) {
  app.add_flag("-w,--warm-start", options.warm_start,
               "Keep the table in files, rpcbind's own, and begin with what they hold");
  app.add_option("--state-dir", options.state_dir, "Their folder")
      ->type_name("PATH")
      ->check(check_path)
      ->capture_default_str();
  app.add_option("--check-alive", options.check_alive,
                 "Look after this host's servers every so many seconds, and remove those that are gone; 0 does not")
      ->type_name("SECONDS")
      ->check(whole_number(86'400))
      ->capture_default_str();
}

void add_telling_options(CLI::App& app, Options& options) {
  app.add_flag("-f,--foreground", options.foreground, "Stay in the foreground, attached to the terminal");
  app.add_flag("-d,--debug", options.debug, "The same as --foreground --log-level debug");
  app.add_flag("-a,--abort", options.aborts, "With -d, leave a core dump where it cannot serve");
  app.add_flag("-l,--log-calls", options.logs_calls, "Log each call and who made it");
  onc::daemon::add_options(app, options.watch);
}

}  // namespace

std::optional<int> parse(Options& options, int argc, char** argv) {
  CLI::App app("Tells ONC RPC clients where this host's servers are: portmap version 2, rpcbind versions 3 and 4.",
               "portmapper");
  app.set_help_flag("--help", "Print this help message and exit");
  add_place_options(app, options);
  add_state_options(app, options);
  add_trust_options(app, options);
  add_telling_options(app, options);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return status;
  if (options.debug) {
    options.foreground = true;
    options.watch.level = "debug";
  }
  if (options.as_daemon) options.user = "daemon";
  // A daemon leaves its folder, and clients are told this path.
  options.listening.socket = std::filesystem::absolute(options.listening.socket).lexically_normal();
  // "folder/" would be where a link leads.
  options.state_dir = (std::filesystem::absolute(options.state_dir) / "").lexically_normal().parent_path();
  return std::nullopt;
}

}  // namespace portmapper
