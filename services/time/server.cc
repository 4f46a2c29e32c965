// onc-timed: serves idl/time.x.
#include "services/time/follower.h"
#include "services/time/ntp_server.h"
#include "services/time/options.h"
#include "services/time/seldom.h"
#include "services/time/service.h"
#include "services/time/state.h"

#include <onc/rpc/error.h>
#include <onc/server/executor.h>
#include <onc/transport/endpoint.h>

#include <CLI/CLI.hpp>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>

namespace {

using namespace services::time;

constexpr const char* examples = R"(
Examples:
  onc-timed                                          serve on free ports, tell the portmapper if there is one
  onc-timed --listen tcp://127.0.0.1:0 --register no --foreground
  onc-timed --metrics tcp://127.0.0.1:9100           for Prometheus, at http://127.0.0.1:9100/metrics
  ONC_PORTMAPPER=tcp://127.0.0.1:1111 onc-timed --register required
  onc-timed --ntp udp://0.0.0.0:123                  for ntpdate, chrony and their like, too
  onc-timed --state-dir /var/lib/onc-timed           a clock that was set stays set, a stamp is given once
  onc-timed --berkeley --coordinator clock1          on clock2 and clock3: kept together by
  onc-timed --berkeley --peer udp://clock2 --peer udp://clock3    on clock1
)";

// Anyone may set the clock, as often as he likes, and each time waits for the disk.
constexpr std::chrono::milliseconds least_between_saves(100);

// Which read, and so may as well run twice.
namespace v1 = time_::TIME::v1::procedures;
namespace v2 = time_::TIME::v2::procedures;
const onc::rpc::ServiceOptions v1_options = {.idempotent = {v1::GETTIME.number}};
const onc::rpc::ServiceOptions v2_options = {
    .idempotent = {v2::GETTIME.number, v2::EXCHANGE.number, v2::STATUS.number}};

// Whose corrections a member of a group takes.
TimeV2::MayCorrect only_from(const std::string& coordinator) {
  if (coordinator.empty()) return [](const onc::rpc::Caller& caller) { return caller.peer.is_loopback(); };
  std::vector<std::string> hosts;
  for (const auto& address : onc::transport::resolve({onc::transport::Protocol::udp, coordinator, {}}))
    hosts.push_back(address.host());
  return [hosts](const onc::rpc::Caller& caller) {
    return std::find(hosts.begin(), hosts.end(), caller.peer.host()) != hosts.end();
  };
}

// The clock as it was left, beside the machine's.
DisciplinedClock clock_of(const Machine& machine, const std::optional<State>& state, double slew_limit,
                          onc::daemon::Watch& watch) {
  DisciplinedClock clock([&machine] { return machine.now(); }, slew_limit);
  if (state && !state->resume(clock, machine.said()))
    watch.warn("what was kept of the clock would be before 1970 or after 2200: it begins with the machine's");
  return clock;
}

LamportClock lamport_of(std::optional<State>& state) {
  if (!state) return {};
  return {state->stamps(), [&state](LamportClock::Stamp last) { state->keep_stamps(last); }};
}

// Until its executor ends. What `action` refers to must be there as long.
asio::awaitable<void> do_every(std::chrono::seconds interval, std::function<void()> action) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(interval);
    co_await timer.async_wait(asio::use_awaitable);
    action();
  }
}

// All that onc-timed has been asked for.
void serve(const Options& options, const onc::daemon::Ready& ready) {
  onc::daemon::Watch watch("onc-timed", options.daemon.watch, options.daemon.foreground);
  const Machine machine(options.is_in_group ? Rate::own : Rate::kept, options.falsified);
  std::optional<State> state;
  if (!options.state_directory.empty()) state.emplace(options.state_directory);
  if (state && !state->remark().empty()) watch.warn(state->remark());
  Keeper keeper(clock_of(machine, state, options.slew_limit, watch),
                [&](Span ahead) { return machine.from_utc(ahead); });
  LamportClock lamport = lamport_of(state);
  TimeV1 first(keeper);
  TimeV2 second(keeper, lamport);
  // A group has a time of its own.
  std::optional<Follower> follower;
  if (!options.is_in_group) follower.emplace(keeper, [&] { return machine.said(); });
  const auto keep = [&] {
    const Instant said = machine.said();
    try {
      if (state) state->keep_clock(keeper.clock(), options.slew_limit, said);
    } catch (const onc::rpc::Error& error) {  // the clock is right all the same
      watch.warn(error.what());
    }
  };
  onc::rpc::Server server;
  Seldom seldom(executor_of(server), least_between_saves, keep);
  keeper.on_change([&] {
    if (follower) follower->was_set();
    seldom.ask();
  });
  server.add(first, v1_options);
  server.add(second, v2_options);
  const auto now_and_then = [&server](std::chrono::seconds interval, std::function<void()> action) {
    asio::co_spawn(executor_of(server), do_every(interval, std::move(action)), asio::detached);
  };
  if (follower) now_and_then(std::chrono::seconds(1), [&] { follower->look(); });
  // The machine's clock, by which a restart goes on, and a group's drift apart, if only a little in so long.
  if (state && options.is_in_group) now_and_then(std::chrono::minutes(1), keep);
  std::optional<Coordinator> coordinator;
  if (!options.group.peers.empty()) {
    coordinator.emplace(executor_of(server), keeper, options.group, [&](const std::string& what) { watch.warn(what); });
    second.coordinated_by([&](time_::Status& status) { coordinator->tell(status); });
  } else if (options.is_in_group) {
    second.corrected_by(only_from(options.coordinator));
  }
  std::optional<NtpServer> ntp;
  if (!options.ntp.empty()) ntp.emplace(executor_of(server), options.ntp, keeper);
  const auto also = [&](const std::string& line, const std::string& remark) {
    ready(line + (ntp ? ", NTP at " + ntp->uri() : ""), remark);
  };
  onc::daemon::serve(server, watch, "onc-timed", options.daemon, also);
  keep();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Serves the time of day to ONC RPC clients. Setting it never touches the machine's clock.", "onc-timed");
  Options options;
  options.daemon.listen = {"tcp://0.0.0.0:0", "udp://0.0.0.0:0"};
  onc::daemon::add_options(app, options.daemon);
  add_options(app, options);
  app.set_version_flag("--version", ONC_VERSION);
  app.footer(std::string(examples) + "\n" + onc::daemon::exit_statuses);
  if (const auto status = onc::daemon::parse(app, argc, argv)) return *status;
  return onc::daemon::run("onc-timed", options.daemon.foreground,
                          [&](const onc::daemon::Ready& ready) { serve(options, ready); });
}
