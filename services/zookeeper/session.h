// A session with an ensemble of ZooKeeper servers, over its C client, whose threads stay in here: all that is told is
// told on one executor.
#pragma once

#include "services/zookeeper/place.h"

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace services::zookeeper {

class Session {
 public:
  enum class State {
    connected,  // for the first time or again
    suspended,  // the library looks for another server
    ended       // by the ensemble: nothing is answered any more
  };
  enum class Kind {
    lasting,
    while_used,       // removed by the ensemble some time after its last child
    ephemeral_number  // as long as the session, with a number after its name
  };

  // As it was made; `made` by the clock of the ensemble's leader.
  struct Node {
    std::string data;
    std::uint64_t transaction;
    std::chrono::sys_time<std::chrono::milliseconds> made;
  };

  // `path`: what was asked of. `why`: as ZooKeeper says it.
  using OnRefused = std::function<void(const std::string& path, const std::string& why)>;

  // `servers`: see servers_of(). `timeout` is what is asked for; the servers have bounds of their own. It connects by
  // itself, and goes on trying. `on_refused` is told before who has asked. Throws onc::rpc::Error where the servers'
  // names have no address.
  Session(const asio::any_io_executor& executor, const std::string& servers, std::chrono::milliseconds timeout,
          std::function<void(State)> on_state, OnRefused on_refused);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  // Ends it, and its ephemeral nodes with it, where a server is connected. Tells nothing from now on.
  ~Session();

  // As agreed with the server that was connected last; only once one was.
  std::chrono::milliseconds timeout() const;

  // Each is told once, unless the session is destroyed first. Not from within.
  using Told = std::function<void(Outcome)>;
  // `path`: with its number.
  using Created = std::function<void(Outcome, const std::string& path, std::uint64_t transaction)>;
  using Listed = std::function<void(Outcome, const std::vector<std::string>& names)>;
  using Read = std::function<void(Outcome, const Node& node)>;
  using Seen = std::function<void(Outcome, std::uint64_t transaction)>;

  // One that is already there is done.
  void create(const std::string& path, const std::string& data, Kind kind, Created told);
  void list(const std::string& path, Listed told);
  void read(const std::string& path, Read told);
  // `changed` is told once, where it was there: it was removed or written, or the session has reason to think so. Not
  // where `who` has gone meanwhile.
  void watch(const std::string& path, Seen told, const std::weak_ptr<const void>& who, std::function<void()> changed);
  void remove(const std::string& path, Told told);
  // Done only where the session goes on, as a majority of the ensemble knows.
  void ask_majority(Told told);

 private:
  struct Core;
  std::shared_ptr<Core> core_;
};

}  // namespace services::zookeeper
