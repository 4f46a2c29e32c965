// A node of an election that an ensemble of ZooKeeper decides: who has been longest in the group's queue there leads.
// Its term is the transaction that put it there.
#pragma once

#include "services/election/elector.h"
#include "services/election/roster.h"
#include "services/zookeeper/queuing.h"

namespace services::elections {

// All on one executor, of one thread.
class OnZookeeper : public Elector, private zookeeper::Presence::Listener {
 public:
  struct Options {
    std::string servers;  // as zookeeper::servers_of() makes them
    std::string group;    // the name of one node in ZooKeeper; all that elect together have the same
    Id self = nobody;
    std::map<Id, std::string> uris;     // this one's own, and of those that shall be there
    std::chrono::milliseconds timeout;  // asked for: how long a node that fell silent keeps its place
    // Told of what is worth knowing, and of what goes wrong.
    std::function<void(const std::string&)> note;
    std::function<void(const std::string&)> warn;
  };

  // Throws onc::rpc::Error where the servers' names have no address.
  OnZookeeper(const asio::any_io_executor& executor, Options options);
  // The executor must run no more. It leaves the queue once nobody has been told that it leads for longer: that is
  // waited for.
  ~OnZookeeper() override;

  // Nodes say nothing to each other here.
  election::Reply on_call(const Call& call) override;
  election::Status status() override;
  election::Reply resign() override;
  // The queue is left when it is destroyed.
  void leave(std::function<void()> left) override { left(); }

 private:
  // What a group's queue was asked for, until all of it is known.
  struct Look {
    std::vector<std::string> names;
    Moment asked;
    bool is_latest;
    std::size_t unknown = 0;
    bool is_whole = true;
  };

  void on_begun() override { is_looking_ = false; }
  void on_ended() override;
  void on_beat() override { look(); }
  void on_sure(bool) override { notice_office(); }

  void took_first(Term term);
  void look();
  void read_unknown(const std::shared_ptr<Look>& look);
  void looked(const Look& look);
  // Its own, where it is sure now.
  std::optional<Roster::Office> office(Moment now) const;
  void notice_office();
  void leave_when_due();
  election::Reply reply(Answer answer) const;

  Options options_;
  std::string folder_;
  asio::steady_timer leaving_;
  Roster roster_;
  std::map<std::string, Roster::Entry> known_;  // by their names
  bool is_looking_ = false;
  bool is_resigning_ = false;
  Moment first_since_ = Moment::min();
  Moment told_until_ = Moment::min();  // somebody was told that it leads
  std::optional<Term> noted_;          // the office that was noted last, if it is not over
  zookeeper::Presence presence_;
  zookeeper::Queuing queuing_;
};

}  // namespace services::elections
