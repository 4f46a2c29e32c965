// The messages that each algorithm of services/mutex sends for a grant, counted in a simulation of a fair network and
// beside what theory says.
#include "tests/services/mutex/simulation.h"

#include <cstdio>
#include <string>

namespace {

using namespace services::locks;

struct Counted {
  std::uint64_t grants;
  std::uint64_t messages;

  double each() const { return static_cast<double>(messages) / static_cast<double>(grants); }
};

// A client at each member wants the lock again and again.
Counted when_all_want_it(Make make, std::size_t members) {
  Simulation simulation(make, 1, {.members = members});
  simulation.run(60'000, 1);
  return {simulation.history().grants(), simulation.messages()};
}

// One client, which asks the last member.
Counted when_one_wants_it(Make make, std::size_t members) {
  Simulation simulation(make, 1, {.members = members});
  const auto last = static_cast<MemberId>(members);
  std::uint64_t grants = 0;
  for (Milliseconds when = 1000; when < 60'000; when += 200) {
    simulation.ask(when, last, [&grants](Locks& locks) {
      const Wish wish{.lock = "door", .session = {}, .who = "", .lease = 60'000'000'000, .wait = 0};
      locks.acquire(wish, [&grants](const Answer& answer) { grants += answer.outcome() == Outcome::GRANTED ? 1 : 0; });
    });
    simulation.ask(when + 100, last, [](Locks& locks) {
      locks.release({.lock = "door", .session = {}, .token = ::mutex::NO_TOKEN, .lease = 0}, [](const Answer&) {});
    });
  }
  simulation.run(60'000, 0);
  return {grants, simulation.messages()};
}

std::string theory(const std::string& algorithm, std::size_t members) {
  if (algorithm == "lamport") return "3(N-1) = " + std::to_string(3 * (members - 1));
  if (algorithm == "ricart-agrawala") return "2(N-1) = " + std::to_string(2 * (members - 1));
  return "0 or N = " + std::to_string(members);
}

}  // namespace

int main() {
  std::printf("%-16s %2s  %-12s  %22s  %22s\n", "messages a grant", "N", "theory", "all members want it",
              "one wants it");
  for (const auto& [algorithm, make] : algorithms)
    for (const std::size_t members : {3U, 5U, 9U}) {
      const Counted all = when_all_want_it(make, members);
      const Counted one = when_one_wants_it(make, members);
      std::printf("%-16s %2zu  %-12s  %6.2f (%llu/%llu)  %6.2f (%llu/%llu)\n", algorithm.c_str(), members,
                  theory(algorithm, members).c_str(), all.each(), static_cast<unsigned long long>(all.messages),
                  static_cast<unsigned long long>(all.grants), one.each(),
                  static_cast<unsigned long long>(one.messages), static_cast<unsigned long long>(one.grants));
    }
}
