#include "daemon/watch.h"

#include "daemon/log.h"
#include "daemon/metrics.h"

#include <onc/rpc/error.h>

#include <CLI/CLI.hpp>

namespace onc::daemon {

void add_options(CLI::App& app, WatchOptions& options) {
  app.add_option("--log-level", options.level,
                 "How much to log: debug (every call), warning (refused peers), error (handlers that failed) or off")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"debug", "warning", "error", "off"}).description(""))
      ->capture_default_str();
  app.add_option("--metrics", options.metrics,
                 "Where to serve numbers for Prometheus, as http://host:port/metrics: tcp://host:port; port 0 takes a "
                 "free one")
      ->type_name("URI")
      ->check([](const std::string& where) {
        try {
          metrics_address(where);
          return std::string();
        } catch (const rpc::Error& error) {
          return std::string(error.what());
        }
      });
}

Watch::Watch(const std::string& name, const WatchOptions& options, bool foreground)
    : log_(std::make_unique<Log>(name, options.level, foreground)),
      metrics_(options.metrics.empty() ? nullptr : std::make_unique<Metrics>(options.metrics)) {}

Watch::~Watch() = default;

void Watch::over(rpc::Server& server) {
  server.on_failure([this](const rpc::Program& program, std::uint32_t procedure, const std::string& what) {
    log_->failed(program, procedure, what);
  });
  server.observe(*log_);
  if (metrics_) server.observe(*metrics_);
}

void Watch::refused(const std::string& peer, const std::string& why) { log_->refused(peer, why); }
void Watch::warn(const std::string& what) { log_->warn(what); }
void Watch::troubled(const std::string& what) { log_->troubled(what); }
void Watch::note(const std::string& what) { log_->note(what); }

std::string Watch::metrics() const { return metrics_ ? metrics_->url() : ""; }

}  // namespace onc::daemon
