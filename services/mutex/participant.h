// A node among others: what it asks goes out to them, its clock is this machine's, and its timer a real one.
#pragma once

#include "services/mutex/locks.h"

#include "mutex.x.async.h"

#include <asio/any_io_executor.hpp>
#include <asio/awaitable.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace services::locks {

// All on one executor, of one thread. When it is destroyed that must run no more: calls under way still refer to it.
class Participant : public Outside {
 public:
  struct Options {
    Company company;        // whose group is found
    std::string algorithm;  // of `algorithms`
    std::map<MemberId, std::string> uris;
    ViewNumber promised = 0;
    std::function<void(ViewNumber)> keep;  // as Outside::keep()
    // Told of what is worth knowing, and of what goes wrong.
    std::function<void(const std::string&)> note;
    std::function<void(const std::string&)> warn;
  };

  // Throws onc::rpc::Error(bad_endpoint).
  Participant(Options options, const asio::any_io_executor& executor);

  Locks& locks() { return locks_; }
  // To be called after each call of locks(): these may have something else to do at another time now.
  void called() { set_timer(Span(0)); }
  // What another member may ask of them.
  Places on_look(const ::mutex::Look& look) const;
  // Another wherever members, algorithm or lease are.
  ::mutex::Group group() const { return options_.company.group; }

  // To be called once.
  void begin() { happened(); }
  // Lets go of all locks, says farewell to the others, and is called back.
  void end(std::function<void()> ended);
  // It serves the others no more.
  bool has_ended() const { return has_ended_; }

  // What others ask; what `event(node, now)` returns or throws.
  template <class Event>
  auto on(Event event) {
    try {
      const auto answer = event(node_, elections::Clock::now());
      happened();
      return answer;
    } catch (...) {
      happened();
      throw;
    }
  }

 private:
  using Client = ::mutex::MUTEX::v1::AsyncClient;
  struct Looking;
  struct Parting;

  void send(const Question& question) override;
  void carry(MemberId to, const Parcel& parcel) override;
  void keep(ViewNumber promised) override { options_.keep(promised); }
  void found(MemberId member, ::mutex::Fault fault, MemberId answering) override;

  void happened();
  // `least`: it goes off no sooner than that.
  void set_timer(Span least);
  void note_view();
  // Whose disk fails may go on where that lets it.
  template <class Event>
  void happen(Event event);
  template <class Result, class Then>
  asio::awaitable<void> ask(MemberId to, asio::awaitable<Result> call, Then then);
  template <class Result, class Then>
  void start(MemberId to, asio::awaitable<Result> call, Then then);
  void look(const LockName& lock, Backend::Told<std::vector<std::pair<MemberId, Places>>> told);
  asio::awaitable<void> look_at(MemberId to, LockName lock, std::shared_ptr<Looking> looking);
  asio::awaitable<void> part(MemberId from, std::shared_ptr<Parting> parting);

  Options options_;
  asio::any_io_executor executor_;
  asio::steady_timer timer_;
  std::map<MemberId, Client> clients_;
  Node node_;
  Locks locks_;
  ViewNumber noted_ = 0;
  std::map<MemberId, ::mutex::Fault> told_;  // once
  bool has_ended_ = false;
};

}  // namespace services::locks
