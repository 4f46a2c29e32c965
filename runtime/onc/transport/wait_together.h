// The sockets of the clients of one io_context that are waited for together: all but the first few in an epoll set of
// their own, of which Asio sees one descriptor, for the same reasons as a server's (ready_set.h). Unlike a server's
// they come to rest, so that the context may end.
#pragma once

#include <onc/transport/handler_memory.h>

#include <asio/any_io_executor.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <optional>

#include <sys/epoll.h>

namespace onc::transport {

// A service of the context, and of the one thread that runs it.
class WaitTogether final : public asio::execution_context::service {
 public:
  class Member {
   public:
    // What is waited for is there; said again until it is dealt with. May throw.
    virtual void on_ready() = 0;

   protected:
    ~Member() = default;
  };
  using key_type = WaitTogether;
  static asio::execution_context::id id;

  explicit WaitTogether(asio::io_context& context);

  // Null where things may run on several threads, kept apart by a strand: there each socket waits for itself.
  static WaitTogether* of(const asio::any_io_executor& executor);

  // A socket is there that may wait here, or is closed.
  void come() { ++here_; }
  void go() { --here_; }
  // So many are there that to wait together pays.
  bool pays() const;

  // `events`: of epoll. False where the kernel has no room for it.
  bool add(int descriptor, std::uint32_t events, Member& member);
  void change(int descriptor, std::uint32_t events, Member& member);
  // It hears no more. Before its descriptor is closed.
  void remove(int descriptor, const Member& member);

  // One that has been added wants to hear, or does not care: while none does nothing waits.
  void wake();
  void rest();

 private:
  void shutdown() override;
  bool has_set();
  void wait();
  void serve();

  asio::io_context& context_;
  std::optional<asio::posix::stream_descriptor> set_;
  std::size_t here_ = 0;
  std::size_t awake_ = 0;
  bool is_waiting_ = false;
  HandlerMemory waiting_;  // to wait again must not fail
  bool is_serving_ = false;
  // Those that the kernel has named and whose turn is still to come.
  std::array<epoll_event, 64> ready_{};
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace onc::transport
