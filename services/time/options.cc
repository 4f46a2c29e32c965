#include "services/time/options.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <CLI/CLI.hpp>

#include <cmath>
#include <sstream>

namespace services::time {

namespace {

// CLI11's own Range lets "nan" through. Empty where the text is good.
CLI::Validator number_from(double low, double high) {
  const auto check = [low, high](const std::string& text) -> std::string {
    std::istringstream in(text);
    double number = 0;
    if (in >> number && in.eof() && low <= number && number <= high) return "";
    std::ostringstream why;
    why << "'" << text << "' is not a number from " << low << " to " << high;
    return why.str();
  };
  return {check, ""};
}

std::string is_endpoint(const std::string& text) {
  try {
    onc::transport::Endpoint::parse(text);
    return "";
  } catch (const onc::rpc::Error& error) {
    return error.what();
  }
}

std::string is_udp_endpoint(const std::string& text) {
  const bool is_udp = text.starts_with("udp://");
  return is_udp ? is_endpoint(text) : "NTP is served over UDP only: '" + text + "' is not udp://host:port";
}

// An option in seconds.
CLI::Option* add_seconds(CLI::App& app, const std::string& name, Span& span, double low, double high,
                         const std::string& help) {
  const auto set = [&span](const double& seconds) { span = Span(std::llround(seconds * 1e9)); };
  return app.add_option_function<double>(name, set, help)
      ->type_name("SECONDS")
      ->check(number_from(low, high))
      ->default_str(CLI::detail::to_string(std::chrono::duration<double>(span).count()));
}

void add_group_options(CLI::App& app, Options& options) {
  auto* group = app.add_flag("--berkeley", options.is_in_group,
                             "Belong to a group of time servers that a coordinator keeps together, by the average of "
                             "their clocks");
  auto* peers = app.add_option("--peer", options.group.peers,
                               "Be the group's coordinator: this is a member, as udp://host:port (repeatable)")
                    ->type_name("URI")
                    ->expected(1)
                    ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
                    ->check(is_endpoint)
                    ->needs(group);
  app.add_option("--coordinator", options.coordinator, "Whose corrections are taken; else only this host's own")
      ->type_name("HOST")
      ->needs(group)
      ->excludes(peers);
  add_seconds(app, "--interval", options.group.interval, 0.05, 86400, "From one round of the group to the next")
      ->needs(group);
  add_seconds(app, "--within", options.group.rules.within, 1e-6, 3600,
              "Who is further from the median is left out of the average")
      ->needs(group);
  add_seconds(app, "--answer-within", options.group.rules.answer_within, 0.01, 60,
              "Who takes longer to answer is left out of the round")
      ->needs(group);
}

}  // namespace

void add_options(CLI::App& app, Options& options) {
  add_group_options(app, options);
  app.callback([&options] {
    if (options.group.peers.size() > time_::MAX_PEERS)
      throw CLI::ValidationError("--peer", "a group has at most " + std::to_string(time_::MAX_PEERS) + " peers");
  });
  app.add_option("--slew-limit", options.slew_limit, "How fast the clock is put right, in seconds a second")
      ->type_name("FRACTION")
      ->check(number_from(1e-6, 0.9))
      ->capture_default_str();
  app.add_option("--ntp", options.ntp, "Where to answer NTP's clients too: udp://host:port; port 0 takes a free one")
      ->type_name("URI")
      ->check(is_udp_endpoint);
  app.add_option("--state-dir", options.state_directory,
                 "Keep there, whatever happens to the process, how the clock was set, and which stamps were given")
      ->type_name("FOLDER");
  app.add_option("--skew", options.falsified.seconds,
                 "To try things out: begin with the machine's clock and so many seconds")
      ->type_name("SECONDS")
      ->check(number_from(-1e6, 1e6));
  app.add_option("--drift", options.falsified.per_million,
                 "To try things out: run faster than the machine's clock by so many millionths")
      ->type_name("PPM")
      ->check(number_from(-1e5, 1e5));
}

}  // namespace services::time
