// onc-timed: serves idl/time.x.
#include "daemon/daemon.h"
#include "services/time/clock.h"

#include <CLI/CLI.hpp>

namespace {

class TimeServer : public time_::TIME::v1::Server {
 public:
  time_::Time GETTIME(const onc::rpc::Caller&) override { return clock_.get(); }
  std::int32_t SETTIME(time_::Time time, const onc::rpc::Caller&) override { return clock_.set(time) ? 0 : 1; }

 private:
  services::time::Clock clock_;
};

constexpr const char* examples = R"(
Examples:
  onc-timed                                          serve on free ports, tell the portmapper if there is one
  onc-timed --listen tcp://127.0.0.1:0 --register no --foreground
  onc-timed --metrics tcp://127.0.0.1:9100           for Prometheus, at http://127.0.0.1:9100/metrics
  ONC_PORTMAPPER=tcp://127.0.0.1:1111 onc-timed --register required
)";

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Serves the time of day to ONC RPC clients. Setting it never touches the machine's clock.", "onc-timed");
  onc::daemon::Options options;
  options.listen = {"tcp://0.0.0.0:0", "udp://0.0.0.0:0"};
  onc::daemon::add_options(app, options);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return *status;
  return onc::daemon::run("onc-timed", options.foreground, [&](const onc::daemon::Ready& ready) {
    TimeServer service;
    onc::daemon::Watch watch("onc-timed", options.watch, options.foreground);
    onc::rpc::Server server;
    server.add(service, {.idempotent = {1}});  // GETTIME
    onc::daemon::serve(server, watch, "onc-timed", options, ready);
  });
}
