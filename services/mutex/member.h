// One member of the group: all locks, and those who wait for them here.
#pragma once

#include "services/mutex/algorithm.h"
#include "services/time/lamport.h"

#include <cstdint>
#include <deque>
#include <vector>

namespace services::locks {

using ::mutex::LockName;
using ::mutex::Message;
using ::mutex::Standing;
using ::mutex::Token;
using ::mutex::ViewNumber;

// What a client is known by here.
using Waiter = std::uint64_t;
constexpr Waiter nobody = 0;

// Of a stamp: those above are the view's number.
constexpr int stamp_bits = 32;
// Of views, whose stamps would no longer be larger than those before.
constexpr ViewNumber end_of_views = ViewNumber{1} << (64 - stamp_bits);

struct View {
  ViewNumber number = 0;
  std::map<MemberId, Standing> members;  // this one's too
};

// Whether these can be a member's own words before that view begins.
bool is_sound(const Standing& standing, MemberId member, ViewNumber next);

class Member {
 public:
  // What it does in the world. None of these may call it back.
  struct World {
    std::function<void(MemberId to, Message message)> send;
    std::function<void(const LockName& lock, Waiter waiter, Token token)> granted;
    // It has not the lock any more, whatever it thinks. True where it has not been told that it had: it waits on, in
    // its place.
    std::function<bool(const LockName& lock, Waiter waiter)> lost;
  };

  // It begins outside of any view, where nothing is granted.
  Member(MemberId self, Make make, World world) : self_(self), make_(make), world_(std::move(world)) {}

  // Who waits is granted the lock in its turn, or gives up. Each has a ticket of its own, stamped as it comes or, where
  // there is no view then, as the next begins.
  void wait(const LockName& lock, Waiter waiter);
  void give_up(const LockName& lock, Waiter waiter);
  // False where it does not hold it by this token.
  bool give_back(const LockName& lock, Token token);

  struct Holder {
    Waiter waiter;
    Ticket ticket;
    Token token;
  };
  std::optional<Holder> holder(const LockName& lock) const;
  struct Waiting {
    Waiter waiter;
    Ticket ticket;
  };
  // The first comes first.
  std::vector<Waiting> waiting(const LockName& lock) const;

  bool knows(const LockName& lock) const { return locks_.contains(lock); }
  std::size_t locks() const { return locks_.size(); }
  // Of those that nobody here waits for or holds. They go as soon as nothing is to be kept of them for others, or as
  // the next view begins.
  std::size_t idle_locks() const;
  // So many stamps have been given in this view that the next should begin, for each has room for twice as many.
  bool is_worn() const { return last_ - first_ >= Stamp{1} << (stamp_bits - 1); }
  // Of all that wait for that lock here, or hold it. One that has given up while there was no view is none of them.
  std::size_t tickets(const LockName& lock) const;

  // The way from one view to the next: leaves the old one, so that nothing more is granted, sent or taken, and says
  // what it takes along; and begins the new one with what all said.
  Standing leave();
  // `is_fresh`: others have gone on without it, and it begins with nothing but who waits here.
  void begin(const View& view, bool is_fresh);
  // Its lease is over: what it holds is lost, and it has left its view.
  void lose();

  // Of the view that it is in. What no member says is dropped.
  void receive(MemberId from, const Message& message);

 private:
  struct Lock {
    LockName name;
    Algorithm::World world;
    std::unique_ptr<Algorithm> algorithm;
    std::deque<Waiter> unasked;               // who came when there was no view
    std::map<Ticket, Waiter, Earlier> asked;  // of the algorithm; nobody's where given up between two views
    std::optional<Ticket> granted;            // as the algorithm has said
    std::optional<Holder> holder;
  };

  Stamp tick() { return last_ = clock_.tick(); }
  // Whether a member of the view can have said that.
  bool is_sound(MemberId from, const Message& message) const;
  Lock& at(const LockName& name);
  void forget();
  // Goes on after something has happened, until somebody here holds the lock, or it is waited for, or nobody wants it.
  void settle(Lock& lock);
  void take(Lock& lock, Waiter waiter);
  // What was given up between two views.
  static void drop_nobodys(Lock& lock);
  static bool is_idle(const Lock& lock);
  // Forgets it where nobody anywhere misses it.
  void put_away(Lock& lock);
  std::size_t most_locks() const { return ::mutex::MAX_LOCKS * nothing_.size(); }

  const MemberId self_;
  const Make make_;
  const World world_;
  time::LamportClock clock_;
  Stamp first_ = 0;  // of the view's
  Stamp last_ = 0;
  bool is_in_view_ = false;
  Claims nothing_;  // of all members of the view
  std::map<LockName, std::unique_ptr<Lock>> locks_;
};

}  // namespace services::locks
