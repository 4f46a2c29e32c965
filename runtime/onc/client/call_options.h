// What is different about some calls of a client.
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

// Gives `Generated`, whose base is the client `Base`, words that make of it a client on the same connection whose calls
// are otherwise; the client itself stays as it is:
//
//   client.within(500ms).as(rpc::Credential::sys_of_this_process()).lookup("motd");
template <class Generated, class Base>
class Adjustable : public Base {
 public:
  using Base::Base;

  // A whole call takes no longer than this, whatever the client's timeout; at most a year.
  Generated within(std::chrono::milliseconds timeout) const {
    CallOptions options = this->call_options();
    options.timeout = timeout;
    return adjusted(options);
  }
  // The same, as a point in time.
  Generated until(std::chrono::steady_clock::time_point deadline) const {
    CallOptions options = this->call_options();
    options.deadline = deadline;
    return adjusted(options);
  }
  Generated as(const Credential& credential) const {
    CallOptions options = this->call_options();
    options.credential = credential;
    return adjusted(options);
  }
  // Nobody waits for a reply, and the server, which must know it, sends none (RFC 5531 §8). Throws std::logic_error
  // where the procedure has results.
  Generated one_way() const {
    CallOptions options = this->call_options();
    options.one_way = true;
    return adjusted(options);
  }

 private:
  Generated adjusted(const CallOptions& options) const { return Generated(static_cast<const Base&>(*this), options); }
};

}  // namespace onc::rpc
