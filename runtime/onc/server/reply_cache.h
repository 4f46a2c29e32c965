// What a server remembers of its replies, so that a repeated call is run once (RFC 5531 §5).
//
// Over UDP a client that hears nothing sends the same datagram again, from the same port. It gets the first reply's
// bytes, or nothing while the first still runs. A call is the same where every byte of it is: xid, program, version,
// procedure, credential, arguments; and where it comes from the same address and port. Whatever differs is another
// call.
//
// Over TCP nothing is lost while the connection lives. A client whose connection broke can repeat over another, and is
// recognised where it comes back from the port it had: so do kernels' NFS clients, and ours (Retrying, client.h). That
// is the only thing it can be known by. From another port it may as well be a stranger, of the same host or behind the
// same router, whose xids happen to be the same; to tell it that a call was done which never ran would be worse than to
// run it. So services choose (ServiceOptions::once_across_connections): those for whose clients it is of no use need
// not hash each call and copy each reply. Measured, that is 1 µs for 100 bytes of both, 0.7 ms to hash 1 MiB and 1.1 ms
// to copy it. What TCP's need besides is in shared_replies.h.
//
// Over local sockets nothing is remembered: their clients have no name to be recognised by.
#pragma once

#include <onc/server/siphash.h>
#include <onc/transport/address.h>
#include <onc/transport/clock.h>
#include <onc/xdr/bytes.h>

#include <array>
#include <chrono>
#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <unordered_map>
#include <unordered_set>

namespace onc::rpc {

// The oldest go first. One host has no more than its share, and pushes out its own; only who can forge addresses
// pushes out those of others, and then their repeats are run again.
class ReplyCache {
 public:
  struct Limits {
    // Of replies, and of what it takes to find them. An eighth is a host's share.
    std::size_t bytes = 0;
    std::chrono::seconds age{0};
  };
  // What an entry costs besides its reply, with all that leads to it.
  static constexpr std::size_t entry_cost = 320;
  static constexpr std::size_t hosts_for_all = 8;

  // A host's address, without a port.
  struct Host {
    std::array<std::byte, 16> ip{};
    std::uint32_t scope = 0;
    sa_family_t family = AF_UNSPEC;

    auto operator<=>(const Host&) const = default;
  };

  // Which call it is. The peer is compared as it is, so that at worst a call is taken for another of its own caller;
  // the rest by a keyed hash and its length.
  struct Call {
    Host host;
    std::uint16_t port = 0;
    std::size_t size = 0;
    std::uint64_t hash = 0;

    bool operator==(const Call&) const = default;
  };
  struct ByHash {
    std::size_t operator()(const Call& call) const { return static_cast<std::size_t>(call.hash); }
  };

  explicit ReplyCache(Limits limits) : limits_(limits) {}

  // Too little for a single entry: nothing is remembered.
  bool is_off() const { return share() < entry_cost; }

  Call identify(const transport::Address& peer, xdr::BytesView message) const;

  // What became of a call that comes again.
  struct First {
    enum class State { running, answered, answer_lost };

    State state = State::running;
    xdr::BytesView reply = {};  // empty where it was answered with silence
  };

  // Nothing for a new call, which is to be run. A reply longer than a host's share is lost. What is found is valid
  // until the next of these functions.
  std::optional<First> find(const Call& call, transport::TimePoint now);

  // A call that will still run when the next ones come. However long it takes, it is not forgotten.
  void begin(const Call& call) { running_.insert(call); }
  void finish(const Call& call, xdr::BytesView reply, transport::TimePoint now);
  // The same in two steps, of which the first is the long one, and may run on any thread.
  struct Kept {
    xdr::Bytes reply;
    bool is_lost = false;
  };
  Kept keep(xdr::BytesView reply) const;
  void finish_with(const Call& call, Kept reply, transport::TimePoint now);
  // Of one that has begun and does not finish.
  void forget(const Call& call) { running_.erase(call); }

  std::size_t bytes() const { return bytes_; }

 private:
  struct Entry;
  using Entries = std::list<Entry>;

  struct Entry {
    Call call;
    transport::TimePoint finished;
    xdr::Bytes reply;
    bool is_lost = false;
    Entries::iterator next_of_host{};  // unset in its newest

    std::size_t cost() const { return entry_cost + reply.size(); }
  };
  struct Share {
    std::size_t bytes = 0;
    Entries::iterator oldest{};
    Entries::iterator newest{};
  };

  std::size_t share() const { return limits_.bytes / hosts_for_all; }
  bool is_too_old(const Entry& entry, transport::TimePoint now) const;
  void make_room(const Host& host, std::size_t bytes);
  void add(Entry entry);
  // Those of its host that are older go first.
  void drop_until(const Call& call);
  // It is the oldest of its host.
  void drop(Entries::iterator entry);

  Limits limits_;
  SipHash::Key key_ = SipHash::Key::random();
  Entries entries_;  // the oldest first
  std::unordered_map<Call, Entries::iterator, ByHash> by_call_;
  std::map<Host, Share> by_host_;
  std::unordered_set<Call, ByHash> running_;
  std::size_t bytes_ = 0;
};

}  // namespace onc::rpc
