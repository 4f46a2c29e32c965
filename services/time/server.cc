// onc-timed: serves idl/time.x.
#include "daemon/daemon.h"
#include "services/time/machine.h"
#include "services/time/service.h"

#include <CLI/CLI.hpp>

namespace {

using namespace services::time;

constexpr const char* examples = R"(
Examples:
  onc-timed                                          serve on free ports, tell the portmapper if there is one
  onc-timed --listen tcp://127.0.0.1:0 --register no --foreground
  onc-timed --metrics tcp://127.0.0.1:9100           for Prometheus, at http://127.0.0.1:9100/metrics
  ONC_PORTMAPPER=tcp://127.0.0.1:1111 onc-timed --register required
)";

// Which read, and so may as well run twice.
namespace v1 = time_::TIME::v1::procedures;
namespace v2 = time_::TIME::v2::procedures;
const onc::rpc::ServiceOptions v1_options = {.idempotent = {v1::GETTIME.number}};
const onc::rpc::ServiceOptions v2_options = {
    .idempotent = {v2::GETTIME.number, v2::EXCHANGE.number, v2::STATUS.number}};

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
    const Machine machine;
    Keeper keeper(DisciplinedClock([&] { return machine.now(); }),
                  [&](Instant told) { return machine.from_utc(told); });
    LamportClock lamport;
    TimeV1 first(keeper);
    TimeV2 second(keeper, lamport);
    onc::daemon::Watch watch("onc-timed", options.watch, options.foreground);
    onc::rpc::Server server;
    server.add(first, v1_options);
    server.add(second, v2_options);
    onc::daemon::serve(server, watch, "onc-timed", options, ready);
  });
}
