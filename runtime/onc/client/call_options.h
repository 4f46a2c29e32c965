// What is different about one call of a client.
#pragma once

#include <onc/auth/auth.h>

#include <chrono>
#include <optional>

namespace onc::rpc {

struct CallOptions {
  // Whichever ends sooner; without either the client's own timeout.
  std::optional<std::chrono::milliseconds> timeout = {};
  std::optional<std::chrono::steady_clock::time_point> deadline = {};
  std::optional<Credential> credential = {};
  bool one_way = false;
};

// Gives `Generated`, whose base is the client `Base`, words that are said of the one call that follows:
//
//   client.within(500ms).as(rpc::Credential::sys_of_this_process()).lookup("motd");
//
// Functions and no struct to fill in: g++ 12 destroys such a struct twice where it stands in a co_await.
template <class Generated, class Base>
class ForOneCall : public Base {
 public:
  using Base::Base;

  // The whole call takes no longer than this, whatever the client's timeout; at most a year.
  Generated& within(std::chrono::milliseconds timeout) {
    this->next_call().timeout = timeout;
    return static_cast<Generated&>(*this);
  }
  // The same, as a point in time.
  Generated& until(std::chrono::steady_clock::time_point deadline) {
    this->next_call().deadline = deadline;
    return static_cast<Generated&>(*this);
  }
  Generated& as(const Credential& credential) {
    this->next_call().credential = credential;
    return static_cast<Generated&>(*this);
  }
  // Nobody waits for a reply, and the server, which must know it, sends none (RFC 5531 §8). Throws std::logic_error
  // where the procedure has results.
  Generated& one_way() {
    this->next_call().one_way = true;
    return static_cast<Generated&>(*this);
  }
};

}  // namespace onc::rpc
