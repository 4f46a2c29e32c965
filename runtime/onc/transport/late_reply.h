// Replies that are written after the handler of their message has returned. Knows no RPC.
#pragma once

#include <onc/transport/host.h>
#include <onc/xdr/encoder.h>

#include <asio/any_io_executor.hpp>

#include <functional>
#include <map>

namespace onc::transport {

// The way back for one reply. Destroyed unused, there is no reply. On its connection's thread only.
class LateReply {
 public:
  LateReply() = default;
  LateReply(const LateReply&) = delete;
  LateReply& operator=(const LateReply&) = delete;
  virtual ~LateReply() = default;

  // Where the connection is served; nothing there runs at the same time as anything else.
  virtual asio::any_io_executor executor() = 0;
  // So many bytes of it there are already, which wait to be sent.
  virtual void is_made(std::size_t) {}
  // `reply` starts with mark_size bytes of room. Lost where the peer has hung up meanwhile.
  virtual void send(xdr::Encoder reply) = 0;
};

// How many replies are still to come, to peers that have hung up too: what they keep busy is bounded, and one host has
// half of it at most, so that there is always some for others.
class LateReplies {
 public:
  // `limit`: how many; `bytes`: of the calls that wait for them.
  LateReplies(std::size_t limit, std::size_t bytes) : limit_(limit), max_bytes_(bytes) {}

  // How many more may begin.
  std::size_t room() const { return all_.count < limit_ && all_.bytes < max_bytes_ ? limit_ - all_.count : 0; }
  bool is_full() const { return room() == 0; }
  bool is_full(Host host) const;
  bool is_none() const { return all_.count == 0; }
  void begin(Host host, std::size_t bytes);
  void end(Host host, std::size_t bytes);
  // Calls `resume` once there may be room for that host again.
  void wait_for_room(Host host, std::function<void()> resume) { waiting_.emplace(host, std::move(resume)); }

 private:
  struct Owed {
    std::size_t count = 0;
    std::size_t bytes = 0;
  };

  std::size_t limit_;
  std::size_t max_bytes_;
  Owed all_;
  std::map<Host, Owed> by_host_;
  std::multimap<Host, std::function<void()>> waiting_;
};

}  // namespace onc::transport
