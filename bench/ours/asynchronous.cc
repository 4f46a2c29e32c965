// Many calls at once on one thread: coroutines that call again as soon as they are answered.
#include "peer.x.async.h"
#include "works.h"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <list>

namespace {

using AsyncClient = peer::PEER::PEER_V1::AsyncClient;

// Warms up, measures, and then tells the callers to end.
class Load {
 public:
  Load(double seconds, bool samples) : length_(static_cast<std::uint64_t>(seconds * 1e9)), samples_(samples) {}

  bool over() const { return over_; }
  // The time, for those whose latency counts.
  std::uint64_t time() const { return samples_ ? pb::now() : 0; }
  void answered(std::uint64_t asked) {
    // To ask for the time at every call would be a part of what is measured.
    if (samples_ && measuring_) meter_.sample(pb::now() - asked);
    if (++meter_.calls % 64 == 0) look_at_clock();
  }

 private:
  void look_at_clock() {
    const std::uint64_t time = pb::now();
    if (!measuring_ && time > warm_) {
      measuring_ = true;
      meter_.start();
    } else if (!over_ && measuring_ && time >= meter_.t0 + length_) {
      over_ = true;
      meter_.report();
    }
  }

  pb::Meter meter_;
  std::uint64_t warm_ = pb::now() + 25'000'000U;
  std::uint64_t length_;
  bool samples_;
  bool measuring_ = false;
  bool over_ = false;
};

asio::awaitable<void> call_again_and_again(AsyncClient& client, Load& load) {
  while (!load.over()) {
    const std::uint64_t asked = load.time();
    co_await client.PNULL();
    load.answered(asked);
  }
}

void rethrow(std::exception_ptr thrown) {
  if (thrown) std::rethrow_exception(thrown);
}

// 64 calls under way, by as many clients.
void null_calls(const std::string& at, int clients, Load load) {
  asio::io_context context(1);
  std::list<AsyncClient> all;
  for (int i = 0; i < clients; ++i) all.emplace_back(context, at);
  for (int i = 0; i < pb::WINDOW / clients; ++i)
    for (AsyncClient& client : all) asio::co_spawn(context, call_again_and_again(client, load), rethrow);
  context.run();
}

}  // namespace

Works asynchronous_works() {
  return {
      {"null_pipe", [](int port, double seconds) { null_calls(uri("tcp", port), 1, Load(seconds, false)); }},
      {"null_64", [](int port, double seconds) { null_calls(uri("tcp", port), pb::CONNS, Load(seconds, true)); }},
      {"udp_64", [](int port, double seconds) { null_calls(uri("udp", port), pb::CONNS, Load(seconds, false)); }},
  };
}
