#include <onc/server/shared_replies.h>
#include <onc/transport/handler_memory.h>
#include <onc/transport/late_reply.h>

#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <memory>
#include <new>

namespace onc::rpc {

using transport::Clock;

struct SharedReplies::Waiting {
  void answer(xdr::BytesView reply);

  std::unique_ptr<transport::LateReply> back;
  std::optional<Observation> seen = {};
  transport::HandlerMemory posted = {};  // must not fail: its end belongs to another thread
};

SharedReplies::SharedReplies(ReplyCache::Limits limits) : cache_(limits) {}
SharedReplies::~SharedReplies() = default;

void SharedReplies::forget_waiting() { waiting_.clear(); }

SharedReplies::Running::~Running() {
  if (replies_) refuse({});
}

// Others wait for the lock: the reply is copied before.
void SharedReplies::Running::finish(xdr::BytesView reply) {
  ReplyCache::Kept kept;
  try {
    kept = replies_->cache_.keep(reply);
  } catch (const std::bad_alloc&) {  // then it is not remembered
    return refuse(reply);
  }
  SharedReplies& replies = *std::exchange(replies_, nullptr);
  AllWaiting waiting;
  {
    const std::lock_guard lock(replies.lock_);
    replies.cache_.finish_with(call_, std::move(kept), Clock::now());
    waiting = replies.extract(call_);
  }
  answer(std::move(waiting), reply);
}

void SharedReplies::Running::refuse(xdr::BytesView reply) {
  SharedReplies& replies = *std::exchange(replies_, nullptr);
  AllWaiting waiting;
  {
    const std::lock_guard lock(replies.lock_);
    replies.cache_.forget(call_);
    waiting = replies.extract(call_);
  }
  answer(std::move(waiting), reply);
}

std::optional<SharedReplies::First> SharedReplies::find(const ReplyCache::Call& call, const Repeater& repeater,
                                                        xdr::Encoder& reply) {
  const std::lock_guard lock(lock_);
  const auto first = cache_.find(call, Clock::now());
  if (!first)
    cache_.begin(call);
  else if (first->state == First::running)
    wait(call, repeater);
  else
    reply.raw(first->reply);
  return first ? std::optional(first->state) : std::nullopt;
}

void SharedReplies::wait(const ReplyCache::Call& call, const Repeater& repeater) {
  AllWaiting& all = waiting_[call];
  Waiting& waiting = *all.emplace_back(std::make_unique<Waiting>(Waiting{repeater.back.defer()}));
  if (!repeater.seen) return;
  waiting.seen.emplace(std::move(**repeater.seen));
  repeater.seen->reset();
}

SharedReplies::AllWaiting SharedReplies::extract(const ReplyCache::Call& call) {
  auto found = waiting_.extract(call);
  return found.empty() ? AllWaiting() : std::move(found.mapped());
}

// Each on its own thread, on which it must end as well.
void SharedReplies::answer(AllWaiting all, xdr::BytesView reply) {
  if (all.empty()) return;
  std::shared_ptr<const xdr::Bytes> shared;
  try {
    shared = std::make_shared<const xdr::Bytes>(xdr::to_bytes(reply));
  } catch (const std::bad_alloc&) {  // they hear nothing
  }
  for (std::unique_ptr<Waiting>& waiting : all) {
    // As it is: through an any_io_executor the handler would lie on the heap all the same.
    const auto executor = *waiting->back->executor().target<asio::io_context::executor_type>();
    const transport::HandlerMemory memory = waiting->posted;
    asio::post(executor, memory.keep([waiting = std::move(waiting), shared] {
      if (shared) waiting->answer(*shared);
    }));
  }
}

void SharedReplies::Waiting::answer(xdr::BytesView reply) try {
  if (seen) seen->end(reply);
  if (reply.empty()) return;
  xdr::Encoder message;
  message.u32(0);  // room for the record mark
  message.raw(reply);
  back->send(std::move(message));
} catch (const std::bad_alloc&) {  // this caller's loss only
}

}  // namespace onc::rpc
