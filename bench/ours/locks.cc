// Clients that take one lock and let it go, again and again, of the servers in turn: what ./mutex measures with.
//   locks SECONDS CLIENTS URI...
// Prints grants a second, and the median and the 99th percentile of what a client waited for one, in milliseconds.
#include "mutex.x.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Client = mutex::MUTEX::v1::Client;

constexpr std::uint64_t second = 1'000'000'000;

struct Measured {
  std::mutex lock;
  std::vector<double> waits;  // milliseconds
  std::string trouble;
  std::atomic<std::uint64_t> latest = 0;  // token
};

mutex::Session new_session() {
  std::random_device random;
  mutex::Session session;
  std::generate(session.begin(), session.end(), [&] { return static_cast<std::byte>(random() & 0xff); });
  return session;
}

// Who holds it is alone with `latest`.
void check(mutex::Token token, Measured& measured) {
  if (measured.latest.exchange(token) >= token) throw std::runtime_error("a token does not grow");
}

void take_and_let_go(Client& client, const mutex::Session& session, Measured& measured, std::vector<double>& waits) {
  const auto begin = Clock::now();
  mutex::Answer answer = client.ACQUIRE({"bench", session, "bench", 10 * second, 10 * second});
  while (answer.outcome() == mutex::Outcome::TIMED_OUT)
    answer = client.ACQUIRE({"bench", session, "bench", 10 * second, 10 * second});
  if (answer.outcome() != mutex::Outcome::GRANTED) throw std::runtime_error("not granted");
  waits.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  check(answer.grant().token, measured);
  if (client.RELEASE({"bench", session, answer.grant().token, 0}).outcome() != mutex::Outcome::RELEASED)
    throw std::runtime_error("not released");
}

void run(const std::string& uri, Clock::time_point end, Measured& measured) {
  std::vector<double> waits;
  try {
    Client client(uri);
    const mutex::Session session = new_session();
    while (Clock::now() < end) take_and_let_go(client, session, measured, waits);
  } catch (const std::exception& error) {
    const std::lock_guard lock(measured.lock);
    measured.trouble = error.what();
  }
  const std::lock_guard lock(measured.lock);
  measured.waits.insert(measured.waits.end(), waits.begin(), waits.end());
}

double percentile(std::vector<double>& waits, double part) {
  const auto at = waits.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(waits.size() - 1));
  std::nth_element(waits.begin(), at, waits.end());
  return *at;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return 2;
  const double seconds = std::atof(argv[1]);
  const auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  Measured measured;
  std::vector<std::thread> clients;
  for (int i = 0; i < std::atoi(argv[2]); ++i)
    clients.emplace_back(run, std::string(argv[3 + i % (argc - 3)]), end, std::ref(measured));
  for (std::thread& client : clients) client.join();
  if (!measured.trouble.empty() || measured.waits.empty()) {
    std::fprintf(stderr, "locks: %s\n", measured.trouble.empty() ? "nothing was granted" : measured.trouble.c_str());
    return 1;
  }
  std::printf("%.0f %.2f %.2f\n", static_cast<double>(measured.waits.size()) / seconds, percentile(measured.waits, 0.5),
              percentile(measured.waits, 0.99));
}
