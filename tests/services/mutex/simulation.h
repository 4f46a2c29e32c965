// A group of members and their clients in a network and times of their own: what they say is late, lost, repeated and
// overtaken, their clocks run fast or slow, they crash, stand still, are cut off from each other, and come back;
// clients die. All of it follows from one seed.
#pragma once

#include "services/mutex/locks.h"
#include "tests/services/mutex/history.h"

#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace services::locks {

using Milliseconds = std::uint64_t;  // of true time, since the beginning

struct Weather {
  std::size_t members = 3;
  unsigned lost = 0;         // percent of all that is sent
  unsigned repeated = 0;     // percent
  Milliseconds slowest = 5;  // what is sent takes from 1 to so long
  bool fails = false;        // members crash, stand still and are cut off
  unsigned mortality = 0;    // percent of clients that die while they hold the lock
  unsigned impatience = 0;   // percent of answers after which a client that waits gives up
  unsigned drift = 9;        // of clocks, at most, in thousandths
  Milliseconds lease = 200;  // of members
  Milliseconds slowest_look = 10;
};

class Simulation {
 public:
  // Where a process runs: its member's ID, but for twins.
  using Place = MemberId;

  Simulation(Make make, unsigned seed, const Weather& weather);
  ~Simulation();

  // At each member `clients` want one of the `locks` again and again. At `quiet` all troubles end and nobody wants any
  // more; so long after that, it is over.
  void run(Milliseconds quiet, unsigned clients, unsigned locks = 1, Milliseconds rest = 5000);

  const History& history() const { return history_; }
  // Of the algorithms, between members.
  std::uint64_t messages() const;
  // Who waits though all is well, which it is at no twin.
  std::size_t forgotten() const;
  // In which the clients that had waited for it first were granted a lock; by their numbers.
  const std::vector<std::size_t>& order() const { return order_; }

  // For tests that have clients of their own: has it happen then, before run().
  void at(Milliseconds when, std::function<void()> happens);
  // Asks member `id`, then and without a network.
  void ask(Milliseconds when, MemberId id, std::function<void(Locks&)> call);
  std::size_t known_locks(MemberId id) const;
  void crash(MemberId id);
  void start(MemberId id);
  // Those hear each other, and the rest, with all twins, each other.
  void split(const std::set<Place>& away);
  // What `id` means for `meant` reaches `there` from now on; nobody, where that is none.
  void mislead(MemberId id, MemberId meant, Place there);
  // Another process of that member's ID, with a state of its own. It is not at the member's URI, but has clients.
  void start_twin(MemberId id, Milliseconds when);
  // From now on it is, and the other not, or the other way round.
  void swap_twins(MemberId id);
  bool is_swapped(MemberId id) const { return place_of(id) != id; }
  static Place twin_of(MemberId id) { return 100 + id; }
  const Node& node(Place place) const;
  // In which `id` was last.
  ViewNumber view(MemberId id) const;
  ::mutex::Fault fault(Place at, MemberId of) const;

 private:
  class Host;
  class Client;
  struct Event {
    Milliseconds when;
    std::uint64_t number;
    std::function<void()> happens;
    bool operator>(const Event& other) const { return std::tie(when, number) > std::tie(other.when, other.number); }
  };

  std::uint64_t dice(std::uint64_t from, std::uint64_t to);
  bool chance(unsigned percent) { return dice(1, 100) <= percent; }
  std::int64_t rate();
  // That the URI of `id` leads to.
  Place place_of(MemberId id) const;
  void after(Milliseconds delay, std::function<void()> happens) { at(now_ + delay, std::move(happens)); }
  // As often as the network has it come there.
  void deliver(const std::function<void()>& arrives);
  // To whoever is there then; from place 0, a client, whatever the network has fallen into.
  void send(Place from, Place to, const std::function<void(Host&)>& arrives);
  void trouble();
  void end_troubles();

  const Make make_;
  const Weather weather_;
  std::mt19937_64 random_;
  Milliseconds now_ = 0;
  Milliseconds quiet_ = 0;
  std::uint64_t scheduled_ = 0;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::map<Place, std::unique_ptr<Host>> hosts_;
  std::map<MemberId, bool> swapped_;
  std::vector<std::unique_ptr<Client>> clients_;
  History history_;
  std::vector<std::size_t> order_;
};

}  // namespace services::locks
