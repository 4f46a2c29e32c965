// Whether a registered server is still there.
#pragma once

#include "portmapper/registry.h"

#include <onc/transport/handler_memory.h>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <set>

namespace portmapper {

enum class Liveness {
  alive,
  dead,     // nothing listens at its address
  unknown,  // it is not on this host, or to ask could take long
};

// Asks the kernel only: over TCP and local sockets it connects, over UDP it calls procedure 0 and hears whether the
// port is unreachable. No server is waited for, nor any file system: of local sockets only those below /run are looked
// after. Where all interfaces are said, nobody may have the port on any.
Liveness look_after(const Entry& entry);

// Looks after all entries in turn, and removes those that were dead twice.
class CheckAlive {
 public:
  // `every`: how often each is looked after. `look` is look_after(), but for tests. `registry` must outlive the object.
  CheckAlive(Registry& registry, std::chrono::seconds every, std::function<Liveness(const Entry&)> look = look_after)
      : registry_(registry), every_(every), look_(std::move(look)) {}

  // Told of each that is removed.
  void on_removed(std::function<void(const Entry&)> told) { removed_ = std::move(told); }

  // From here on, on that executor.
  void start(const asio::any_io_executor& executor);
  // Some of them; false where these were the last of a round.
  bool step();

 private:
  void wait(std::chrono::milliseconds time);
  void look_after_next(Registry::Number number, const Entry& entry);

  Registry& registry_;
  std::chrono::seconds every_;
  std::function<Liveness(const Entry&)> look_;
  std::function<void(const Entry&)> removed_;
  Registry::Number looked_after_ = 0;  // up to and with this one
  std::set<Registry::Number> suspects_;
  std::unique_ptr<asio::steady_timer> timer_;
  onc::transport::HandlerMemory waiting_;
};

}  // namespace portmapper
