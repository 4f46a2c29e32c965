// The sessions of one member: who waits and who holds, for how long they are heard, and what they are told. Without
// sockets and without a clock of its own.
#pragma once

#include "services/mutex/backend.h"
#include "services/mutex/node.h"
#include "services/mutex/released.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace services::locks {

using ::mutex::Places;

class Locks : public Backend, private Waiters {
 public:
  static constexpr Span shortest_lease = std::chrono::milliseconds(100);
  static constexpr Span longest_lease = std::chrono::hours(1);
  static constexpr Span longest_wait = std::chrono::seconds(10);
  // For the other members to be asked in, and to answer.
  static constexpr Span longest_question = std::chrono::milliseconds(500);

  struct World {
    // Never goes back.
    std::function<Moment()> now;
    // Has told() called once with what the other members say of a lock, of all where it is empty; never at once.
    std::function<void(const LockName& lock, Told<std::vector<std::pair<MemberId, Places>>> told)> look;
    ::mutex::Algorithm algorithm = ::mutex::Algorithm::LAMPORT;
    std::map<MemberId, std::string> uris = {};
  };

  // `node` must outlive it, and calls no one back after it.
  Locks(Node& node, World world);
  ~Locks() override;

  void acquire(const Wish& wish, Told<Answer> told) override;
  void renew(const Holding& holding, Told<Answer> told) override;
  void release(const Holding& holding, Told<Answer> told) override;
  void status(const LockName& name, Told<Status> told) override;
  void end(std::function<void()> ended) override;

  // Of one lock, or of all: for the other members.
  Places look(const LockName& name) const;

  // To be called at next_timer(), and after each event of the node.
  void on_event();
  Moment next_timer() const;

 private:
  using Key = std::pair<LockName, Session>;

  // A call that waits.
  struct Pending {
    Told<Answer> told;
    Moment until;
  };

  // Of a session, at one lock.
  struct Place {
    Key key;
    Who who;
    Span lease;
    Moment since;
    Moment heard_until = {};  // it is over then, unless a call is yet to be answered
    Token token = ::mutex::NO_TOKEN;
    bool is_told = false;               // that it has it
    Moment sure_until = Moment::min();  // as its client was told, by whatever clock
    std::optional<Pending> pending = {};
    unsigned untold = 0;  // calls that are over, and wait for what the others say
  };

  void granted(const LockName& lock, Waiter waiter, Token token) override;
  bool lost(const LockName& lock, Waiter waiter) override;

  std::optional<Outcome> refusal(const Wish& wish) const;
  Waiter enter(const Wish& wish, Moment now);
  Place* place_of(const Holding& holding);
  Span shortest_wait() const;
  void hear(Place& place, Span lease, Moment now) const;
  Answer grant(Place& place, Moment now);
  void time_out(Place& place, Moment now);
  void leave(Waiter waiter, Moment now);
  void tell_granted(Moment now);
  void tell_again(Waiter waiter);
  void expire(Moment now);
  void end_if_free(Moment now);
  ::mutex::Queue queue_of(const LockName& lock, const Session& session,
                          const std::vector<std::pair<MemberId, Places>>& others) const;
  Status status_of(const LockName& name, const std::vector<std::pair<MemberId, Places>>& others) const;
  void later(Told<Answer> told, Answer answer) { answers_.emplace_back(std::move(told), std::move(answer)); }
  // Answers may lead to further calls: they leave when all is as it should be.
  void answer();

  Node& node_;
  const World world_;
  std::map<Waiter, Place> places_;
  std::map<Key, Waiter> by_key_;
  Waiter last_ = nobody;
  std::vector<Waiter> granted_;  // and not told yet
  Released released_;
  std::vector<std::pair<Told<Answer>, Answer>> answers_;
  bool is_ending_ = false;
  std::function<void()> ended_;
};

}  // namespace services::locks
