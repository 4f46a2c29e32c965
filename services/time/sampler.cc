#include "services/time/sampler.h"

#include <onc/rpc/error.h>
#include <onc/transport/endpoint.h>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <deque>

#include "time.x.async.h"

namespace services::time {

namespace {

using SteadyClock = std::chrono::steady_clock;

onc::rpc::ClientOptions client_options(std::chrono::milliseconds timeout) {
  onc::rpc::ClientOptions options;
  options.timeout = timeout;
  options.retransmit_after = std::clamp(timeout / 8, std::chrono::milliseconds(10), std::chrono::milliseconds(500));
  return options;
}

}  // namespace

void check_hosts(const std::vector<std::string>& hosts) {
  for (const std::string& host : hosts) onc::transport::Endpoint::parse(host);
}

class Sampler::Asking {
 public:
  Asking(const std::vector<std::string>& hosts, std::chrono::milliseconds timeout, int exchanges)
      : timeout_(timeout), exchanges_(exchanges) {
    for (const std::string& host : hosts) servers_.emplace_back(context_, host, client_options(timeout));
  }

  std::vector<Sample> take(const Machine& machine) {
    std::vector<Sample> samples(servers_.size());
    const auto until = SteadyClock::now() + timeout_;
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      samples[i].host = servers_[i].host;
      samples[i].why_not = servers_[i].why_not;
      if (servers_[i].client)
        asio::co_spawn(context_, ask(*servers_[i].client, machine, samples[i], until), asio::detached);
    }
    context_.restart();
    context_.run();
    return samples;
  }

 private:
  struct Server {
    Server(asio::io_context& context, const std::string& name, const onc::rpc::ClientOptions& options) : host(name) {
      try {
        client.emplace(context, name, options);
      } catch (const onc::rpc::Error& error) {
        why_not = error.what();
      }
    }

    std::string host;
    std::optional<time_::TIME::v2::AsyncClient> client;  // nothing where the host's name is none
    std::string why_not;
  };

  asio::awaitable<void> ask(time_::TIME::v2::AsyncClient& client, const Machine& machine, Sample& sample,
                            SteadyClock::time_point until) {
    try {
      for (int time = 0; time < exchanges_; ++time) {
        const Instant sent = machine.now();
        auto call = client.until(until).EXCHANGE(to_wire(sent));
        const time_::Exchange exchange = co_await std::move(call);
        keep(sample, measure(sent, exchange, machine.now(), Drift()), exchange);
      }
    } catch (const std::system_error& error) {  // who has answered once is heard
      if (sample.is_heard()) co_return;
      sample.why_not = error.what();
      sample.trouble = error.code();
    } catch (const std::exception& error) {
      if (!sample.is_heard()) sample.why_not = error.what();
    }
  }

  static void keep(Sample& sample, const std::optional<Measured>& measured, const time_::Exchange& exchange) {
    if (!measured) sample.why_not = "its answers are of times that no clock has";
    if (!measured || (sample.is_heard() && sample.measured->error <= measured->error)) return;
    sample.measured = measured;
    sample.slewing = Span(exchange.slewing);
    sample.bounds = exchange.bounds;
  }

  std::chrono::milliseconds timeout_;
  int exchanges_;
  asio::io_context context_{1};
  std::deque<Server> servers_;  // which calls refer to
};

Sampler::Sampler(const std::vector<std::string>& hosts, std::chrono::milliseconds timeout, int exchanges)
    : asking_(std::make_unique<Asking>(hosts, timeout, exchanges)) {}

Sampler::~Sampler() = default;

std::vector<Sample> Sampler::take(const Machine& machine) { return asking_->take(machine); }

}  // namespace services::time
