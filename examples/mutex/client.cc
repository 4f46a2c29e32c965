// Works in steps that are one program's at a time on all hosts: what `onc-mutex run` does for a command.
#include <chrono>
#include <ctime>
#include <exception>
#include <iostream>
#include <random>
#include <string>

#include "mutex.x.h"

namespace {

constexpr const char* usage = R"(usage: example-mutex-client [URI]
The URI is that of a member, onc-mutexd(8); without it: tcp://127.0.0.1:7421
)";

// Also while the host sleeps, where std::chrono's clocks stand still.
std::chrono::nanoseconds now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Whoever knows it can renew and release what it holds: nobody else should guess it.
mutex::Session any_session() {
  std::random_device random;
  mutex::Session session{};
  for (std::byte& byte : session) byte = static_cast<std::byte>(random() & 0xff);
  return session;
}

// To be over before `end`, and to hand `token` on: what is written to refuses who comes with an older one.
void work(int step, mutex::Token token, std::chrono::nanoseconds end) {
  const std::chrono::duration<double> left = end - now();
  std::cout << "step " << step << ", token " << token << ", sure for " << left.count() << " s" << std::endl;
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string server = argc > 1 ? argv[1] : "tcp://127.0.0.1:7421";
  if (argc > 2 || server.starts_with('-')) {
    const bool is_asked_for = server == "--help";
    (is_asked_for ? std::cout : std::cerr) << usage;
    return is_asked_for ? 0 : 2;
  }
  const std::string lock = "nightly";
  const mutex::Nanoseconds lease = 5'000'000'000;  // the lock is free so long after this program has died
  const mutex::Session session = any_session();
  // A call waits at its member for ten seconds at most: the timeout is longer.
  mutex::MUTEX::v1::Client client(server, {.timeout = std::chrono::seconds(15)});

  mutex::Answer answer;
  do {  // and keeps its place in the queue
    answer =
        client.ACQUIRE({.lock = lock, .session = session, .who = "example", .lease = lease, .wait = 4'000'000'000});
  } while (answer.outcome() == mutex::Outcome::TIMED_OUT);
  if (answer.outcome() != mutex::Outcome::GRANTED) {
    std::cerr << "it is not granted: " << answer << std::endl;
    return 1;
  }

  const mutex::Token token = answer.grant().token;
  for (int step = 1; step <= 3; ++step) {
    const auto asked = now();  // `sure` counts from there: how long the answer was under way is not known
    answer = client.RENEW({.lock = lock, .session = session, .token = token, .lease = lease});
    if (answer.outcome() != mutex::Outcome::GRANTED) {
      std::cerr << "it is held no longer: " << answer << std::endl;
      return 1;
    }
    work(step, token, asked + std::chrono::nanoseconds(answer.grant().sure));
  }
  client.RELEASE({.lock = lock, .session = session, .token = token, .lease = 0});
} catch (const std::exception& error) {
  std::cerr << error.what() << std::endl;
  return 1;
}
