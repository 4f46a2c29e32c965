// The coordinator of a group of time servers: has a round of Berkeley's algorithm with them again and again.
#pragma once

#include "services/time/berkeley.h"

#include <asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace services::time {

struct GroupOptions {
  std::vector<std::string> peers;  // URIs, at most MAX_PEERS
  Span interval = std::chrono::seconds(10);
  Rules rules;
};

class Coordinator {
 public:
  // Begins at once, on `executor`, which must be a server's (executor_of); to be destroyed before that server. `keeper`
  // must outlive the server. `note` is told, in a sentence, when a peer is no longer heard, or refuses, and
  // when it is heard, or agrees, again.
  // Throws onc::rpc::Error(bad_endpoint).
  Coordinator(const asio::any_io_executor& executor, Keeper& keeper, const GroupOptions& options,
              std::function<void(const std::string&)> note);
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;
  ~Coordinator();

  // What only the coordinator knows of the group: how it found the peers in the last round.
  void tell(time_::Status& status) const;

 private:
  class Group;
  std::shared_ptr<Group> group_;
};

}  // namespace services::time
