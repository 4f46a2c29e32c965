// onc-time: asks and sets a time server.
#include "services/time/calendar.h"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <sstream>

namespace {

using Client = time_::TIME::v1::Client;

constexpr const char* examples = R"(
Examples:
  onc-time get                                       the server that this host's portmapper knows
  onc-time get --server tcp://127.0.0.1:40123
  onc-time get --server udp://clock.example          UDP, at the port that clock.example's portmapper knows
  onc-time set "2026-11-21 12:30:00" --server clock.example

Exit status: 0 done, 1 the call failed or the server refused, 2 the arguments make no sense.
)";

struct Options {
  std::string server = "localhost";
  double timeout = 10;
  std::string time;
};

Client connect(const Options& options) {
  const auto timeout = std::chrono::duration<double>(options.timeout);
  return Client(options.server, {.timeout = std::chrono::ceil<std::chrono::milliseconds>(timeout)});
}

int get(const Options& options) {
  const time_::Time time = connect(options).GETTIME();
  std::puts(services::time::to_text(time).c_str());
  return 0;
}

int set(const Options& options) {
  const auto time = services::time::from_text(options.time);
  if (!time) {
    std::fprintf(stderr, "onc-time: '%s' is no time: write it as \"2026-11-21 12:30:00\", in UTC\n",
                 options.time.c_str());
    return 2;
  }
  if (connect(options).SETTIME(*time) == 0) return 0;
  std::fprintf(stderr, "onc-time: %s refuses to be set to %s\n", options.server.c_str(), options.time.c_str());
  return 1;
}

// CLI11's own Range lets "nan" through. Empty where the text is good.
std::string is_timeout(const std::string& text) {
  std::istringstream in(text);
  double seconds = 0;
  if (in >> seconds && in.eof() && seconds >= 0.001 && seconds <= 86400) return "";
  return "'" + text + "' is not a number of seconds from 0.001 to 86400";
}

void add_server_options(CLI::App& app, Options& options) {
  app.add_option("--server", options.server,
                 "tcp://host:port, udp://host:port or local:///path; without a port, or just a host, its portmapper "
                 "is asked")
      ->type_name("URI|HOST")
      ->capture_default_str();
  app.add_option("--timeout", options.timeout, "Give up after this long, in seconds")
      ->type_name("SECONDS")
      ->check(is_timeout)
      ->capture_default_str();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Asks an ONC RPC time server for the time, or sets its clock.", "onc-time");
  Options options;
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(examples);
  app.require_subcommand(1);
  CLI::App* get_command = app.add_subcommand("get", "Print the server's time");
  CLI::App* set_command = app.add_subcommand("set", "Set the server's own clock");
  set_command->add_option("TIME", options.time, "As \"2026-11-21 12:30:00\", in UTC")->required();
  for (CLI::App* command : {get_command, set_command}) add_server_options(*command, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return get_command->parsed() ? get(options) : set(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onc-time: %s\n", error.what());
    return 1;
  }
}
