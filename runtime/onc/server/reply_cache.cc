#include <onc/server/reply_cache.h>

#include <bit>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

#include <netinet/in.h>

namespace onc::rpc {

using transport::Address;
using transport::TimePoint;

namespace {

// More than are added, and yet few: to drop a full cache in one go would keep everybody waiting.
constexpr int dropped_at_once = 16;

ReplyCache::Host host_of(const Address& peer) {
  ReplyCache::Host host{.family = peer.family()};
  if (peer.family() == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, peer.data(), sizeof v4);
    std::memcpy(host.ip.data(), &v4.sin_addr, sizeof v4.sin_addr);
  } else if (peer.family() == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, peer.data(), sizeof v6);
    std::memcpy(host.ip.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
    host.scope = v6.sin6_scope_id;
  }
  return host;
}

}  // namespace

ReplyCache::Call ReplyCache::identify(const Address& peer, xdr::BytesView message) const {
  const Call call{.host = host_of(peer), .port = peer.port(), .size = message.size()};
  SipHash hash(key_);
  // The peer too: the same message from many addresses would all be found at one place, by looking through all.
  const auto ip = std::bit_cast<std::array<std::uint64_t, 2>>(call.host.ip);
  hash.word(ip[0]);
  hash.word(ip[1]);
  hash.word(std::uint64_t{call.host.scope} << 32 | std::uint64_t{call.host.family} << 16 | call.port);
  return {call.host, call.port, call.size, hash.finish(message)};
}

std::optional<ReplyCache::First> ReplyCache::find(const Call& call, TimePoint now) {
  for (int i = 0; i < dropped_at_once && !entries_.empty() && is_too_old(entries_.front(), now); ++i)
    drop(entries_.begin());
  if (const auto found = by_call_.find(call); found != by_call_.end()) {
    const Entry& entry = *found->second;
    if (!is_too_old(entry, now))
      return First{entry.is_lost ? First::State::answer_lost : First::State::answered, entry.reply};
    drop_until(call);
  }
  if (running_.contains(call)) return First{};
  return std::nullopt;
}

// In seconds: an age that means "for ever" cannot be said in anything shorter.
bool ReplyCache::is_too_old(const Entry& entry, TimePoint now) const {
  return std::chrono::duration_cast<std::chrono::seconds>(now - entry.finished) >= limits_.age;
}

// Where there is no memory for it, it is not remembered: its reply is sent all the same.
void ReplyCache::finish(const Call& call, xdr::BytesView reply, TimePoint now) try {
  finish_with(call, keep(reply), now);
} catch (const std::bad_alloc&) {
  running_.erase(call);
}

ReplyCache::Kept ReplyCache::keep(xdr::BytesView reply) const {
  if (entry_cost + reply.size() > share()) return {{}, true};
  return {xdr::to_bytes(reply), false};
}

void ReplyCache::finish_with(const Call& call, Kept kept, TimePoint now) try {
  running_.erase(call);
  make_room(call.host, entry_cost + kept.reply.size());
  add({call, now, std::move(kept.reply), kept.is_lost});
} catch (const std::bad_alloc&) {
}

void ReplyCache::make_room(const Host& host, std::size_t bytes) {
  for (auto own = by_host_.find(host); own != by_host_.end() && own->second.bytes + bytes > share();
       own = by_host_.find(host))
    drop(own->second.oldest);
  while (bytes_ + bytes > limits_.bytes) drop(entries_.begin());
}

void ReplyCache::add(Entry entry) {
  Entries added;
  added.push_back(std::move(entry));
  const auto newest = added.begin();
  Share& own = by_host_[newest->call.host];
  [[maybe_unused]] const bool is_new = by_call_.emplace(newest->call, newest).second;
  assert(is_new);
  entries_.splice(entries_.end(), added);
  (own.bytes == 0 ? own.oldest : own.newest->next_of_host) = newest;
  own.newest = newest;
  own.bytes += newest->cost();
  bytes_ += newest->cost();
}

void ReplyCache::drop_until(const Call& call) {
  while (by_call_.contains(call)) drop(by_host_.find(call.host)->second.oldest);
}

void ReplyCache::drop(Entries::iterator entry) {
  const auto own = by_host_.find(entry->call.host);
  bytes_ -= entry->cost();
  own->second.bytes -= entry->cost();
  own->second.oldest = entry->next_of_host;
  if (own->second.bytes == 0) by_host_.erase(own);
  by_call_.erase(entry->call);
  entries_.erase(entry);
}

}  // namespace onc::rpc
