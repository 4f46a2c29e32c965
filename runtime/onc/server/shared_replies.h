// What the reactors of a server together remember of replies over TCP (reply_cache.h): a client that comes back may be
// accepted by any of them. Only services that ask for it meet this lock.
//
// Who repeats over TCP does so once for each connection, and then waits: what it gets must be an answer. So a repeat of
// a call that still runs waits for its end, wherever it runs, and gets the same reply.
#pragma once

#include <onc/server/observation.h>
#include <onc/server/reply_cache.h>
#include <onc/transport/arrival.h>

#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace onc::rpc {

// For several threads at once.
class SharedReplies {
 public:
  explicit SharedReplies(ReplyCache::Limits limits);
  ~SharedReplies();

  bool is_off() const { return cache_.is_off(); }
  ReplyCache::Call identify(const transport::Address& peer, xdr::BytesView message) const {
    return cache_.identify(peer, message);
  }

  // A call that runs. Where it ends otherwise than by these two it is forgotten, and those that wait hear nothing.
  class Running {
   public:
    Running(SharedReplies& replies, const ReplyCache::Call& call) : replies_(&replies), call_(call) {}
    Running(Running&& other) noexcept : replies_(std::exchange(other.replies_, nullptr)), call_(other.call_) {}
    Running& operator=(Running&&) = delete;
    ~Running();

    // An empty reply is silence.
    void finish(xdr::BytesView reply);
    // Of one that did not run after all, and so need not be remembered.
    void refuse(xdr::BytesView reply);

   private:
    SharedReplies* replies_;  // null once it has ended
    ReplyCache::Call call_;
  };

  // Whoever repeats a call that runs: the way back, and who watches. On the connection's thread.
  struct Repeater {
    transport::Deferring& back;
    std::optional<Observation>* seen;  // null where nobody does
  };

  // What became of a call that comes again. Its reply is appended to `reply`; who repeats one that runs will have it.
  using First = ReplyCache::First::State;
  // Nothing for a new call, which is Running from here on.
  std::optional<First> find(const ReplyCache::Call& call, const Repeater& repeater, xdr::Encoder& reply);

  // Nobody who waits gets anything. While nothing is served.
  void forget_waiting();

 private:
  struct Waiting;
  using AllWaiting = std::vector<std::unique_ptr<Waiting>>;

  void wait(const ReplyCache::Call& call, const Repeater& repeater);
  AllWaiting extract(const ReplyCache::Call& call);
  static void answer(AllWaiting waiting, xdr::BytesView reply);

  std::mutex lock_;  // of all that follows, but for what identify(), keep() and is_off() read
  ReplyCache cache_;
  std::unordered_map<ReplyCache::Call, AllWaiting, ReplyCache::ByHash> waiting_;
};

}  // namespace onc::rpc
