// Who is told of calls as they happen: logs, metrics, traces. The library itself writes nothing anywhere, but for what
// ONC_TRACE asks for (trace.h).
#pragma once

#include <onc/rpc/program.h>
#include <onc/transport/address.h>
#include <onc/xdr/bytes.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace onc::rpc {

// A call, as the client that makes it or the server that got it sees it. Valid while an observer is told of it.
struct ObservedCall {
  enum class Side { client, server };

  Side side;
  // Without a name where a server does not have it: the numbers are the caller's then, and may be anything.
  Program program;
  std::uint32_t procedure;
  const char* procedure_name;  // null where it is not known
  std::uint32_t xid;
  std::string peer;          // the other end, as a URI
  std::size_t bytes;         // the whole call message's, without record marks
  xdr::BytesView arguments;  // as they are on the wire; only when it starts

  bool is_known() const { return program.name != nullptr; }
};

// How it ended.
struct ObservedEnd {
  // Nothing where it was served. Else an errc, such as garbage_arguments or timed_out, or errno's.
  std::error_code failure = {};
  // What is known of that, in a sentence: what a handler threw, which auth_stat, where the arguments are wrong; or why
  // a server sent no reply. Callers may have chosen its words. At most longest_why; empty where the code says all.
  std::string_view why = {};
  std::size_t bytes = 0;        // the whole reply message's; 0 where there was none
  xdr::BytesView results = {};  // as they are on the wire, where it was served
  std::chrono::nanoseconds took{0};
};

inline constexpr std::size_t longest_why = 500;  // bytes

// Told of every call's start and end: on the thread that makes or serves it, so a server's or client's calls wait for
// it, and where several threads do so, it is told by several at once. What it throws is lost.
class Observer {
 public:
  virtual ~Observer() = default;

  // False where it is only to be told of refused peers: calls cost nothing more then. Asked once.
  virtual bool watches_calls() const { return true; }
  virtual void started(const ObservedCall&) {}
  // A call that its server's end cuts short ends with operation_canceled, as one does whose coroutine is destroyed; one
  // whose AsyncClient is closed or destroyed, with errc::client_closed.
  virtual void ended(const ObservedCall&, const ObservedEnd&) {}
  // A server hung up on a peer, or passed over its datagram, for what `why` says; not on one that was only idle.
  virtual void refused(const std::string& /*peer*/, const std::string& /*why*/) {}
};

// Those of one client or server. None must be destroyed before it.
class Observers {
 public:
  // ONC_TRACE's, where that is set.
  Observers();

  void add(Observer& observer);
  bool none() const { return all_.empty(); }
  // Whether any watches calls.
  bool any() const { return !of_calls_.empty(); }

  void started(const ObservedCall& call) const noexcept;
  void ended(const ObservedCall& call, const ObservedEnd& end) const noexcept;
  void refused(const std::string& peer, const std::string& why) const noexcept;

 private:
  std::vector<Observer*> all_;
  std::vector<Observer*> of_calls_;
};

}  // namespace onc::rpc
