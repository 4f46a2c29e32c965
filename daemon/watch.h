// What a daemon tells of the calls it serves: a log, and numbers for Prometheus.
#pragma once

#include <onc/rpc/observer.h>
#include <onc/server/server.h>

#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace onc::daemon {

struct WatchOptions {
  // Each tells of what those after it do too: debug (every call), warning (peers that were refused), error (handlers
  // that failed), off.
  std::string level = "warning";
  // tcp://host:port, where http://host:port/metrics is served; empty for nowhere.
  std::string metrics = {};
};

// Adds --log-level and --metrics. What `options` holds is the default.
void add_options(CLI::App& app, WatchOptions& options);

class Watch {
 public:
  // Logs to standard error in the foreground, else by syslog(3). Throws where metrics cannot be served there.
  Watch(const std::string& name, const WatchOptions& options, bool foreground);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  ~Watch();

  // It must not be destroyed before the server.
  void over(rpc::Server& server);

  // For the log: of a peer that is refused, at most once a second; and of what is wrong or worth knowing.
  void refused(const std::string& peer, const std::string& why);
  void warn(const std::string& what);
  // As warn(), at most once a second: of what fails in the machine as often as peers ask for it.
  void troubled(const std::string& what);
  void note(const std::string& what);

  // Where metrics are served, as a URL; empty for nowhere.
  std::string metrics() const;

 private:
  class Log;
  class Metrics;
  std::unique_ptr<Log> log_;
  std::unique_ptr<Metrics> metrics_;
};

}  // namespace onc::daemon
