// A node among others: its calls go out to them, its clock is this machine's, and its timer a real one.
#pragma once

#include "services/election/elector.h"

#include "election.x.async.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace services::elections {

// All on one executor, of one thread. When it is destroyed that must run no more: calls under way still refer to it.
class Participant : public Elector, private Outside {
 public:
  struct Options {
    std::vector<std::string> uris;  // of the nodes, in the order of their ids
    std::optional<Kept> kept;
    std::function<void(const Kept&)> keep;  // as Outside::keep()
    // Told of what is worth knowing, and of what goes wrong.
    std::function<void(const std::string&)> note;
    std::function<void(const std::string&)> warn;
  };

  // `group` must outlive it. Throws onc::rpc::Error(bad_endpoint).
  Participant(const Group& group, Id self, Options options, const asio::any_io_executor& executor);

  election::Reply on_call(const Call& call) override;
  election::Status status() override;
  election::Reply resign() override;
  void leave(std::function<void()> left) override;

 private:
  using Client = election::ELECTION::v1::AsyncClient;

  void send(const Call& call) override;
  void keep(const Kept& kept) override;
  void took_office(Term term) override;
  void lost_office(Term term) override;
  void found(Id peer, election::Fault fault, Id answering) override;

  asio::awaitable<void> carry(Call call);
  // Of a call, whatever became of it.
  void ended(const Call& call);
  void have_left();
  asio::awaitable<election::Reply> make(Client& client, const Call& call);
  // Whose disk fails goes on where that lets it.
  template <class Event>
  void happen(Event event);
  // After each event.
  void set_timer();

  const Group& group_;
  Options options_;
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  asio::steady_timer leaving_;
  std::vector<Client> clients_;
  std::map<Id, election::Fault> told_;  // of peers, once
  bool is_able_ = true;                 // to keep its word
  Moment resigned_at_ = Moment::max();  // as it leaves
  std::set<Id> untold_;                 // of that
  std::function<void()> left_;
  Node node_;
};

}  // namespace services::elections
