// What --help says of a program that runs a command: CLI11 does not know that it comes after "--".
#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace onc::daemon {

// For CLI::App::formatter(), before the subcommands are added: "run [OPTIONS] NAME -- COMMAND...".
class CommandAfterDashes final : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* option) const override {
    const std::string usage = CLI::Formatter::make_option_usage(option);
    if (option->get_name() != "COMMAND") return usage;
    return option->get_required() ? "-- " + usage : "[-- " + usage.substr(1);
  }
};

}  // namespace onc::daemon
