// onc-file: what is on a file server, and files to it and from it.
#include "daemon/complaint.h"
#include "daemon/descriptors.h"
#include "services/file/client/commands.h"
#include "services/file/memory.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <exception>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace {

using namespace services::files;

constexpr const char* examples = R"(
Examples:
  onc-file ls                                     what the server exports that this host's portmapper knows
  onc-file put report.pdf reports/ --server tcp://127.0.0.1:7000
  onc-file put --recursive photos backup/photos --jobs 8 --server files.example
  onc-file get reports/report.pdf                 here, under its own name
  onc-file get --recursive backup/photos photos --json | jq .sha256
  onc-file put notes.txt --if-absent
  onc-file put notes.txt --if-revision $(onc-file stat notes.txt --json | jq -r .revision)
  onc-file mv reports old-reports
  onc-file rm --recursive old-reports

What was broken off goes on where it was when the same is asked for again.
onc-file COMMAND --help says more.
Exit status: 0 done, 1 something was not done, 2 the arguments make no sense.
)";

// What --help of a command ends with.
const std::map<std::string, std::string> examples_of = {
    {"ls", "  onc-file ls --recursive backup"},
    {"stat", "  onc-file stat notes.txt --json | jq -r .revision"},
    {"get",
     "  onc-file get reports/report.pdf                 here, under its own name\n"
     "  onc-file get --recursive backup/photos photos   go on with it by asking again\n"
     "  onc-file get backup.tar - | tar t               to standard output"},
    {"put",
     "  onc-file put report.pdf reports/\n"
     "  onc-file put --recursive photos backup/photos   go on with it by asking again"},
    {"rm", "  onc-file rm --recursive old-reports"},
    {"mv", "  onc-file mv reports old-reports"},
    {"mkdir", "  onc-file mkdir --parents backup/photos"}};

// What a command takes, as its manual page has it.
const std::map<std::string, std::string> arguments_of = {
    {"ls", "[PATH]..."}, {"stat", "PATH..."}, {"get", "PATH... [LOCAL]"}, {"put", "LOCAL... [PATH]"},
    {"rm", "PATH..."},   {"mv", "FROM TO"},   {"mkdir", "PATH..."}};

class Formatter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override {
    const auto arguments = arguments_of.find(app->get_name());
    if (arguments == arguments_of.end()) return CLI::Formatter::make_usage(app, name);
    return "Usage: " + name + " [OPTIONS] " + arguments->second + "\n";
  }
};

bool has_dash(const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return word.starts_with('-'); });
}

std::string sentence(const CLI::App* app, const CLI::Error& error) {
  const bool may_be_name = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
                           dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const char* const hint = may_be_name && !app->get_subcommands().empty() && has_dash(app->remaining(true))
                               ? " (names that begin with '-' go after \"--\")"
                               : "";
  return "onc-file: " + onc::daemon::complaints::sentence(*app, error) + hint +
         "\nRun it with --help for more information.\n";
}

// CLI11's own Range lets "nan" through. Empty where the text is good.
std::string is_timeout(const std::string& text) {
  std::istringstream in(text);
  double seconds = 0;
  if (in >> seconds && in.eof() && seconds >= 0.001 && seconds <= 86400) return "";
  return "'" + text + "' is not a number of seconds from 0.001 to 86400";
}

file::Revision to_revision(const std::string& text) {
  file::Revision revision = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  if (error != std::errc() || end != text.data() + text.size() || revision == file::ANY || revision == file::ABSENT)
    throw CLI::ValidationError("--if-revision", "'" + text + "' is no revision: onc-file stat tells them");
  return revision;
}

class CommandLine {
 public:
  CommandLine() : app_("Lists, gets, puts, moves and removes files on an ONC RPC file server.", "onc-file") {
    app_.set_version_flag("--version", ONC_VERSION);
    app_.formatter(std::make_shared<Formatter>());
    app_.failure_message(sentence);
    app_.footer(examples);
    app_.require_subcommand(1);
    CLI::App& list = add("ls", "List folders, the server's root without any", ls);
    list.add_option("PATH", options_.paths, "On the server");
    add_recursive(list, "All that is below them too");
    add_paths(add("stat", "Tell of files and folders, with their revisions", stat_command), "PATH", 1);
    CLI::App& get = add("get", "Files from the server; LOCAL is where they go, '-' standard output", get_command);
    add_paths(get, "PATH", 1);
    add_recursive(get, "Folders with all that is in them");
    add_jobs(get);
    CLI::App& put = add("put", "Files to the server; PATH is where they go", put_command);
    add_paths(put, "LOCAL", 1);
    add_recursive(put, "Folders with all that is in them");
    add_jobs(put);
    add_conditions(put, "Only in the place of this revision", true);
    CLI::App& rm = add("rm", "Remove files and empty folders", remove_command);
    add_paths(rm, "PATH", 1);
    add_recursive(rm, "Folders with all that is in them");
    add_jobs(rm);
    add_conditions(rm, "Only this revision", false);
    CLI::App& mv = add("mv", "Rename a file or folder, or move it into a folder", move_command);
    mv.add_option("FROM", from_, "On the server")->required();
    mv.add_option("TO", to_, "On the server; a folder, where it goes into, or its new name")->required();
    add_conditions(mv, "Only in the place of this revision", true);
    CLI::App& mkdir = add("mkdir", "Make folders", make_folders);
    add_paths(mkdir, "PATH", 1);
    mkdir.add_flag("-p,--parents", options_.parents, "Those above it too; no matter if it is there already");
  }

  // The exit status.
  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
      set_options();
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? 0 : 2;
    }
    return command_(options_);
  }

 private:
  using Command = int (*)(const Options&);
  static int stat_command(const Options& options) { return services::files::stat(options); }
  static int get_command(const Options& options) { return services::files::get(options); }
  static int put_command(const Options& options) { return services::files::put(options); }
  static int remove_command(const Options& options) { return services::files::remove(options); }
  static int move_command(const Options& options) { return services::files::move(options); }

  CLI::App& add(const char* name, const char* about, Command command) {
    CLI::App& added = *app_.add_subcommand(name, about);
    added.set_version_flag("--version", ONC_VERSION);
    added.footer("Examples:\n" + examples_of.at(name));
    added.callback([this, command] { command_ = command; });
    added
        .add_option("--server", options_.server.uri,
                    "tcp://host:port or local:///path; without a port, or just a host, its portmapper is asked")
        ->type_name("URI|HOST")
        ->capture_default_str();
    added.add_option("--timeout", timeout_, "Give up after this long in which the server does not answer, in seconds")
        ->type_name("SECONDS")
        ->check(is_timeout)
        ->capture_default_str();
    added.add_flag("--json", options_.json, "An object on a line for each file, and one for all");
    return added;
  }
  void add_paths(CLI::App& app, const char* name, int least) {
    app.add_option(name, options_.paths, "Files or folders")->required()->expected(least, -1);
  }
  void add_recursive(CLI::App& app, const char* about) { app.add_flag("-r,--recursive", options_.recursive, about); }
  void add_jobs(CLI::App& app) {
    app.add_option("--jobs", options_.jobs, "So many files at once, from 1 to 64")
        ->type_name("N")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
  }
  void add_conditions(CLI::App& app, const char* about, bool has_absent) {
    CLI::Option* revision = app.add_option("--if-revision", revision_, about)->type_name("REVISION");
    if (has_absent) app.add_flag("--if-absent", if_absent_, "Only where there is nothing yet")->excludes(revision);
  }

  void set_options() {
    options_.server.timeout = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::duration<double>(timeout_));
    if (command_ == move_command) options_.paths = {from_, to_};
    if (if_absent_) options_.wanted = file::ABSENT;
    if (!revision_.empty()) options_.wanted = to_revision(revision_);
  }

  CLI::App app_;
  Options options_;
  double timeout_ = 30;
  bool if_absent_ = false;
  std::string revision_;
  std::string from_;
  std::string to_;
  Command command_ = nullptr;
};

// The exit status, which is another where what was to be told got nowhere.
int written(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::fprintf(stderr, "onc-file: standard output takes no more: is the disk full?\n");
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  onc::daemon::hold_standard_descriptors();
  keep_memory_of_pieces();
  std::signal(SIGXFSZ, SIG_IGN);
  try {
    return written(CommandLine().run(argc, argv));
  } catch (const Misuse& error) {
    std::fprintf(stderr, "onc-file: %s\n", error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "onc-file: %s\n", sentence_of(error).c_str());
    return 1;
  }
}
