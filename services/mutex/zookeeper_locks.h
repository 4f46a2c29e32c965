// Locks that an ensemble of ZooKeeper keeps: who waits for one has a place in its queue there, and who is the first
// holds it. Its token is the transaction that made its place.
//
// The queue of lock NAME is below /oncpp/mutex/NAME; one place is one session's. All of a member's places are in one
// session of ZooKeeper's, which tells how sure they are.
#pragma once

#include "services/mutex/backend.h"
#include "services/mutex/glances.h"
#include "services/mutex/released.h"
#include "services/zookeeper/queuing.h"

#include <map>
#include <set>
#include <utility>

namespace services::locks {

// A lock's name as one of a node in ZooKeeper, and back; nothing for what is none.
std::string to_node(const LockName& lock);
std::optional<LockName> from_node(const std::string& name);

// All on one executor, of one thread.
class ZookeeperLocks : public Backend, private zookeeper::Presence::Listener {
 public:
  struct Options {
    std::string servers;  // as zookeeper::servers_of() makes them
    ::mutex::MemberId self = 0;
    std::string uri;                    // for others to read
    std::chrono::milliseconds timeout;  // asked for: how long a member that fell silent keeps its places
    // Told of what is worth knowing, and of what goes wrong.
    std::function<void(const std::string&)> note;
    std::function<void(const std::string&)> warn;
  };

  // Throws onc::rpc::Error where the servers' names have no address.
  ZookeeperLocks(const asio::any_io_executor& executor, Options options);
  // The executor must run no more. Waits until nothing is held that somebody was told is sure.
  ~ZookeeperLocks() override;

  void acquire(const Wish& wish, Told<Answer> told) override;
  void renew(const Holding& holding, Told<Answer> told) override;
  void release(const Holding& holding, Told<Answer> told) override;
  void status(const LockName& name, Told<Status> told) override;
  void end(std::function<void()> ended) override;

 private:
  using Moment = elections::Moment;
  using Span = elections::Span;
  using Queuing = zookeeper::Queuing;
  using Key = std::pair<LockName, Session>;
  using Waiter = std::uint64_t;

  // A call that waits.
  struct Pending {
    Told<Answer> told;
    Moment until;
  };

  // Of a session, at one lock.
  struct Place {
    Key key;
    Span lease;
    Moment heard_until;  // it is over then, unless a call waits
    Token token = ::mutex::NO_TOKEN;
    Moment sure_until = Moment::min();  // as its client was told
    std::optional<Pending> pending = {};
    std::unique_ptr<Queuing> queuing = {};
  };

  // A node of a queue, as its member wrote it.
  struct Seen {
    std::string node;
    ::mutex::MemberId at;
    Who who;
    Token token;
    Span age;  // by other machines' clocks
  };
  using Queues = std::map<LockName, std::vector<Seen>>;
  using Looked = std::function<void(const std::optional<Queues>& queues)>;
  // What is asked of the ensemble about some locks, until all is answered.
  struct Look {
    Queues queues;
    std::vector<LockName> left;  // not looked at yet
    std::size_t found = 0;       // in which there is somebody
    std::size_t unanswered = 0;
    bool has_failed = false;
    Looked told;
  };

  void on_ended() override;
  void on_sure(bool) override { settle(); }

  std::optional<Outcome> refusal(const Wish& wish) const;
  Waiter enter(const Wish& wish, Moment now);
  void took(Waiter waiter, Token token);
  void lost(Waiter waiter);
  void refused(Waiter waiter);
  void leave(Waiter waiter);
  void put_away(Waiter waiter, std::unique_ptr<Queuing> queuing);
  void forget(Waiter waiter);
  void hear(Place& place, Span lease, Moment now) const;
  Answer grant(Place& place, Moment now);
  void time_out(Place& place, Moment now);
  // After each event.
  void settle();
  void grant_and_expire(Moment now);
  void end_if_free(Moment now);
  void set_timer();

  // Nothing is told where the ensemble does not answer. No name: of all locks.
  void look(const LockName& name, Looked told);
  void look_at_next(const std::shared_ptr<Look>& look);
  void look_at_queue(const std::shared_ptr<Look>& look, const LockName& lock);
  static void list_queue(Look& look, const LockName& lock, std::vector<std::string> names);
  void read_node(const std::shared_ptr<Look>& look, const LockName& lock, std::size_t at);
  // One answer of several is there.
  void answered(const std::shared_ptr<Look>& look, zookeeper::Outcome outcome);
  void finish(const std::shared_ptr<Look>& look);
  Status status_of(const LockName& name, const std::optional<Queues>& queues) const;

  asio::any_io_executor executor_;
  Options options_;
  asio::steady_timer timer_;
  std::set<std::shared_ptr<Look>> looks_;
  Glances<std::optional<Queues>> glances_;
  std::map<Key, Waiter> by_key_;
  Released released_;
  Waiter last_ = 0;
  bool is_ending_ = false;
  std::function<void()> ended_;
  zookeeper::Presence presence_;
  std::map<Waiter, Place> places_;
  std::map<Waiter, std::unique_ptr<Queuing>> leaving_;
  std::shared_ptr<ZookeeperLocks> self_;  // owns nothing; what is posted has it weakly
};

}  // namespace services::locks
