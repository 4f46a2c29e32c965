// onc-filed: serves idl/file.x.
#include "daemon/daemon.h"
#include "services/file/memory.h"
#include "services/file/service.h"
#include "services/file/sweeper.h"
#include "services/file/threads.h"

#include <onc/binding/binding.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <system_error>

#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

using namespace services::files;
using onc::transport::Endpoint;

constexpr const char* examples = R"(
Rules for --allow, of which the first that fits decides; what none fits may do nothing:
  10.0.0.0/8=read  10.1.2.3,uid=1000=write  local,uid=0=write  ::1=write  any=none

Examples:
  onc-filed --root /srv/files                        this host may read and write, nobody else anything
  onc-filed --root /srv/files --allow 127.0.0.1=write --allow 10.0.0.0/8=read --listen tcp://0.0.0.0:7000
  onc-filed --root /srv/files --allow any=read --read-only
  onc-filed --root . --listen local:///tmp/files.sock --register no --foreground
)";

struct FileOptions {
  std::string root;
  std::vector<std::string> allow;
  bool read_only = false;
  double keep_days = 7;
};

std::string is_days(const std::string& text) {
  double days = 0;
  return CLI::detail::lexical_cast(text, days) && days >= 0 && days <= 36500
             ? ""
             : "'" + text + "' is not a number of days from 0 to 36500";
}

// What it takes is in records that no datagram holds.
std::string is_stream(const std::string& endpoint) {
  return endpoint.starts_with("udp:") ? "files are served at tcp:// and local:// only, not at " + endpoint : "";
}

std::string is_rule(const std::string& text) try {
  AccessRule::parse(text);
  return "";
} catch (const std::invalid_argument& error) {
  return error.what();
}

void add_options(CLI::App& app, FileOptions& options) {
  app.add_option("--root", options.root, "The folder to export")->type_name("DIR")->required();
  app.add_option("--allow", options.allow, "Who may do what, as below (repeatable) [this host may write]")
      ->type_name("RULE")
      ->check(is_rule)
      ->allow_extra_args(false);
  app.add_flag("--read-only", options.read_only, "Nobody may write, whatever the rules say");
  app.add_option("--keep-uploads", options.keep_days, "Remove uploads that nobody has gone on with for this long")
      ->type_name("DAYS")
      ->check(is_days)
      ->capture_default_str();
}

// Each worker has a few files open besides the connections.
void have_descriptors() {
  constexpr rlim_t wanted = 4096;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = std::min(limit.rlim_max, wanted);
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Conditions hold among the calls of one process.
void be_the_only_writer(const Store& store, const std::string& root) {
  if (::flock(store.root().descriptor(), LOCK_EX | LOCK_NB) != 0)
    throw std::runtime_error("another onc-filed exports " + root +
                             " already: end that one first, or start this one with --read-only");
}

Access access_of(const FileOptions& options) {
  std::vector<AccessRule> rules;
  for (const std::string& rule : options.allow) rules.push_back(AccessRule::parse(rule));
  return Access(std::move(rules));
}

// Where rules say who may do what, every user of this host may ask: else only those that the socket's mode lets in.
// Those that systemd has made are its own.
void open_local_sockets(const onc::rpc::Server& server, const std::vector<std::string>& listen) {
  for (const std::string& text : listen) {
    const auto endpoint = Endpoint::parse(text);
    const auto& served = server.endpoints();
    if (endpoint.protocol != onc::transport::Protocol::local) continue;
    if (std::find(served.begin(), served.end(), endpoint) == served.end()) continue;
    if (::chmod(endpoint.host.c_str(), 0666) != 0)
      throw std::system_error(errno, std::generic_category(), "cannot open " + text + " to every user of this host");
  }
}

constexpr std::chrono::seconds patience{2};

// The file server that this host's portmapper knows, if any.
std::optional<Endpoint> registered_one() try {
  return onc::binding::locate(Endpoint::parse("localhost"), file::FILES::v1::program,
                              onc::transport::Clock::now() + patience);
} catch (const onc::rpc::Error&) {
  return std::nullopt;
}

// Not one that has died and left its entry behind.
bool answers(const Endpoint& server) try {
  file::FILES::v1::Client(server.text(), {.timeout = patience}).ping();
  return true;
} catch (const onc::rpc::Error&) {
  return false;
}

// What the portmapper does without a word where both are of the same user: it has one address for all.
std::string told_of_replaced(const std::optional<Endpoint>& before) {
  if (!before || registered_one() == before) return "";
  return "onc-filed: warning: with the portmapper this takes the place of the file server at " + before->text() +
         ", which clients that ask for it do not find any more: start one of both with --register no";
}

// The workers, and those that hear signals and sweep.
std::size_t threads_of(const FileOptions& options) {
  return FileService::server_options().workers + (options.read_only ? 1 : 2);
}

void serve(const FileOptions& options, const onc::daemon::Options& daemon, const onc::daemon::Ready& ready) {
  have_descriptors();
  expect_threads(threads_of(options));
  Store store(options.root);
  if (!options.read_only) be_the_only_writer(store, options.root);
  onc::daemon::Watch watch("onc-filed", daemon.watch, daemon.foreground);
  const auto tell = [&](const std::string& what) { watch.warn(what); };
  FileService service(store, access_of(options), options.read_only,
                      [&](const std::string& what) { watch.troubled(what); });
  std::optional<Sweeper> sweeper;
  const auto age = std::chrono::duration<double>(options.keep_days * 86400);
  if (!options.read_only) sweeper.emplace(store.root(), std::chrono::ceil<std::chrono::seconds>(age), tell);
  onc::rpc::Server server(FileService::server_options());
  server.add(service, FileService::options());
  auto before = daemon.registering == onc::binding::Registering::no ? std::nullopt : registered_one();
  if (before && !answers(*before)) before.reset();
  onc::daemon::serve(server, watch, "onc-filed", daemon, [&](const std::string& line, const std::string& remark) {
    if (!options.allow.empty()) open_local_sockets(server, daemon.listen);
    ready(line, remark.empty() ? told_of_replaced(before) : remark);
  });
}

}  // namespace

int main(int argc, char** argv) {
  keep_memory_of_pieces();
  CLI::App app("Exports a folder to ONC RPC clients: files that appear whole, checked and on the disk, or not at all.",
               "onc-filed");
  FileOptions options;
  onc::daemon::Options daemon;
  daemon.listen = {"tcp://0.0.0.0:0"};
  add_options(app, options);
  onc::daemon::add_options(app, daemon);
  app.get_option("--listen")->check(is_stream);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return *status;
  // A file that becomes too long for this process's limit is the caller's trouble, not its end.
  std::signal(SIGXFSZ, SIG_IGN);
  return onc::daemon::run("onc-filed", daemon.foreground,
                          [&](const onc::daemon::Ready& ready) { serve(options, daemon, ready); });
}
