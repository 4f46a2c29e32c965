#include "services/zookeeper/choice.h"

#include "services/zookeeper/ensemble.h"

#include <CLI/CLI.hpp>

#include <stdexcept>

namespace services::zookeeper {

namespace {

// Empty where the text is good.
std::string is_backend(const std::string& text) {
  return text == "own" || text == "zookeeper" ? "" : "'" + text + "' is no backend: it is own or zookeeper";
}

}  // namespace

CLI::Option* add_options(CLI::App& app, Choice& choice) {
  app.add_option("--backend", choice.backend,
                 "Who decides: own, those that --node lists among themselves, or zookeeper, an ensemble of its servers")
      ->type_name("WHO")
      ->check(is_backend)
      ->capture_default_str();
  return app
      .add_option("--ensemble", choice.ensemble,
                  "Where ZooKeeper's servers are, host:port or tcp://host:port; several with commas between them, or "
                  "repeated")
      ->type_name("SERVERS");
}

void check(const CLI::App& app, const Choice& choice) {
  if (!choice.is_zookeeper()) {
    if (!choice.ensemble.empty()) throw std::invalid_argument("--ensemble is only for --backend zookeeper");
    return;
  }
  servers_of(choice.ensemble);
  for (const char* own : {"--algorithm", "--state-dir"})
    if (app.count(own) > 0) throw std::invalid_argument(std::string(own) + " is only for --backend own");
}

}  // namespace services::zookeeper
