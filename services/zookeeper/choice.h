// What the command line says of who decides: a daemon's nodes among themselves, or an ensemble of ZooKeeper.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace services::zookeeper {

struct Choice {
  std::string backend = "own";
  std::vector<std::string> ensemble;

  bool is_zookeeper() const { return backend == "zookeeper"; }
};

// Adds --backend and --ensemble, which it returns.
CLI::Option* add_options(CLI::App& app, Choice& choice);

// Throws std::invalid_argument, in one sentence, where they do not go together, and for --algorithm and --state-dir,
// where the nodes do not decide.
void check(const CLI::App& app, const Choice& choice);

}  // namespace services::zookeeper
