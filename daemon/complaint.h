// What is wrong with a command line, in one sentence that says what to do: CLI11's own are notes.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace onc::daemon {

namespace complaints {

inline std::string commands_of(const CLI::App& program) {
  const auto all = program.get_subcommands([](const CLI::App*) { return true; });
  std::string text;
  for (const CLI::App* const command : all)
    text += (text.empty() ? "" : command == all.back() ? " or " : ", ") + command->get_name();
  return text;
}

inline std::string sentence(const CLI::App& program, const CLI::Error& error) {
  const bool is_missing = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
  const bool is_stray = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const bool is_number_of = dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr;
  const std::string text = error.what();
  const std::string about = text.substr(0, text.find(':'));
  const std::vector<std::string> strays = program.remaining(true);
  if (is_missing && program.get_subcommands().empty() && program.get_require_subcommand_min() > 0) {
    const std::string commands = commands_of(program);
    return strays.empty() ? "say what to do: " + commands : "'" + strays.front() + "' is no command: it is " + commands;
  }
  if (is_stray && !strays.empty()) {
    const std::string& stray = strays[strays.front() == "--" && strays.size() > 1 ? 1 : 0];
    return "'" + stray + "' is neither an option nor anything else that is expected here";
  }
  if (is_number_of && text.find(": At Most") != std::string::npos)
    return about + " is there more than once: write it once";
  if (is_number_of && text.ends_with("missing")) return about + " needs a value after it";
  if (const auto value = text.find(" = "); text.starts_with("Could not convert: ") && value != std::string::npos) {
    const auto name = about.size() + 2;
    return text.substr(name, value - name) + ": '" + text.substr(value + 3) + "' is no number that it takes";
  }
  return text;
}

}  // namespace complaints

// For CLI::App::failure_message(). Says who speaks, for in a journal one cannot see it.
inline std::string complaint(const CLI::App* program, const CLI::Error& error) {
  return program->get_name() + ": " + complaints::sentence(*program, error) +
         "\nRun it with --help for more information.\n";
}

}  // namespace onc::daemon
