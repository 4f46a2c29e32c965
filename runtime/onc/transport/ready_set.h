// The sockets of a server that are waited for: most of them in an epoll set of our own, of which Asio sees one
// descriptor. Asio tells the kernel anew each time that a socket is waited for; in the set what is waited for stays so,
// which saves a system call a call. But who is ready alone has the longer way there, through two sets: the first few,
// which in many servers are all, wait by Asio.
#pragma once

#include <onc/transport/handler_memory.h>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <array>
#include <cstdint>
#include <memory>

#include <sys/epoll.h>

namespace onc::transport {

// Runs on the io_context's one thread.
class ReadySet {
 public:
  class Member {
   public:
    // What was waited for, or EPOLLERR or EPOLLHUP, is there; said again until it is dealt with or not wanted any more.
    virtual void on_ready() = 0;

   protected:
    ~Member() = default;
  };

  explicit ReadySet(asio::io_context& context);
  ReadySet(const ReadySet&) = delete;
  ReadySet& operator=(const ReadySet&) = delete;
  ~ReadySet();

  // `events`: EPOLLIN or EPOLLOUT. Throws std::system_error where there is no memory for it.
  void add(int descriptor, std::uint32_t events, Member& member);
  void change(int descriptor, std::uint32_t events, Member& member);
  // It hears no more. Before its descriptor is closed.
  void remove(int descriptor, const Member& member);

 private:
  // One that waits by Asio.
  class Direct;
  static constexpr std::size_t waiting_directly = 4;

  std::shared_ptr<Direct>* place_of(const Member* member);
  void wait();
  void serve_ready();

  asio::io_context& context_;
  std::array<std::shared_ptr<Direct>, waiting_directly> direct_;
  asio::posix::stream_descriptor set_;
  HandlerMemory waiting_;
  // Those that the kernel has named and whose turn is still to come.
  std::array<epoll_event, 64> ready_{};
  std::size_t next_ = 0;
  std::size_t end_ = 0;
};

}  // namespace onc::transport
